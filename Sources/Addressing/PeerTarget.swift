/// What an operator names: an address, or a name that stands for some.
package enum PeerTarget: Hashable, Sendable {
    case address(PeerAddress)
    case name(PeerName)

    @inlinable package var port: UInt16 {
        switch self {
        case .address(let address): address.port
        case .name(let name): name.port
        }
    }

    /// Reads `203.0.113.7:9108`, `[2001:db8::7]:9108`, an onion service's name or a host name, each
    /// with a port; with a default port, each without one as well, an IPv6 address then also
    /// without brackets.
    ///
    /// - Parameters:
    ///   - text: The text, without spaces around it.
    ///   - defaultPort: The port of what comes without one. Traps if it is 0.
    /// - Throws: `AddressError`, for port 0 too, which nobody can be reached at.
    package init(parsing text: String, defaultPort: UInt16?) throws(AddressError) {
        precondition(defaultPort != 0, "nobody can be reached at port 0")
        let endpoint = try EndpointText(text)
        let host = try endpoint.literalHost()
        let port = try endpoint.port(orElse: defaultPort)
        guard port != 0 else { throw AddressError(text, .badPort) }

        if let host {
            self = .address(PeerAddress(host: host, port: port))
            return
        }
        do throws(AddressError) {
            self = .name(try PeerName(String(endpoint.host), port: port))
        } catch {
            // The whole text is what the operator can find again.
            throw AddressError(text, error.reason)
        }
    }
}

extension PeerTarget: CustomStringConvertible {
    package var description: String {
        switch self {
        case .address(let address): address.description
        case .name(let name): name.description
        }
    }
}
