/// Where a peer is, as an immutable value: 36 bytes, no heap.
package struct PeerAddress: Hashable, BitwiseCopyable, Sendable {
    package enum Host: Hashable, BitwiseCopyable, Sendable {
        case ip(IPAddress)
        case onion(OnionKey)
    }

    package let host: Host
    /// 0 in a listener's address lets the kernel choose; no peer has it.
    package let port: UInt16

    @inlinable
    package init(host: Host, port: UInt16) {
        self.host = host
        self.port = port
    }

    @inlinable
    package init(_ ip: IPAddress, port: UInt16) {
        self.init(host: .ip(ip), port: port)
    }

    /// The IP address; nil for an onion service.
    @inlinable package var ip: IPAddress? {
        switch host {
        case .ip(let ip): ip
        case .onion: nil
        }
    }
}

extension PeerAddress: LosslessStringConvertible {
    /// As `init(parsing:)`, without a reason.
    package init?(_ text: String) {
        do throws(AddressError) {
            try self.init(parsing: text)
        } catch {
            return nil
        }
    }

    /// Reads `203.0.113.7:9108`, `[2001:db8::7]:9108` or an onion service's name with a port. Port
    /// 0 is read as well, for listeners.
    ///
    /// - Throws: `AddressError` for anything else; a name is a `badAddress` here.
    package init(parsing text: String) throws(AddressError) {
        let endpoint = try EndpointText(text)
        guard let host = try endpoint.literalHost() else {
            throw AddressError(text, .badAddress)
        }
        self.init(host: host, port: try endpoint.port(orElse: nil))
    }

    package var description: String { "\(host.endpointDescription):\(port)" }
}

extension PeerAddress.Host: CustomStringConvertible {
    /// The host alone, an IPv6 address without brackets.
    package var description: String {
        switch self {
        case .ip(let ip): ip.description
        case .onion(let key): key.description
        }
    }

    /// The host as it stands before a port.
    fileprivate var endpointDescription: String {
        switch self {
        case .ip(let ip): ip.v4 == nil ? "[\(ip)]" : ip.description
        case .onion(let key): key.description
        }
    }
}
