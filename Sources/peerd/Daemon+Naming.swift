import Addressing
import ConnectionCore
import Control
import Engine
import Facts
import LinuxIO
import PlainText

/// What clients name: peers, hosts and prefixes.
extension Daemon {
    /// What a client's text with a zone may do. Names of zones are kept until the end of the run,
    /// and there is place for only so many.
    enum ZonePolicy {
        /// The zone has to be known, or an interface that is there.
        case known
        /// While there is place for more than half, any: the interface may come later.
        case any
    }

    /// Reads what is to be dialled.
    ///
    /// - Throws: `unsupportedAddress` with the reason.
    func target(_ text: String, _ zones: ZonePolicy) throws(Refusal) -> PeerTarget {
        try Self.checkZone(of: text, zones)
        do throws(AddressError) {
            return try PeerTarget(
                parsing: text,
                defaultPort: engine.core.policy.outbound.defaultPort
            )
        } catch {
            throw .unsupportedAddress(text, reason: error.description)
        }
    }

    func selector(_ selection: Peers.Selection) throws(Refusal) -> Selector {
        switch selection {
        case .id(let number): .number(number)
        case .address(let text):
            // An address without its port is that of several connections, whatever the default
            // port.
            if let host = try Self.host(text) {
                .host(host)
            } else {
                .target(try target(text, .known))
            }
        }
    }

    /// The IP address that a text is without a port, also in the brackets that IPv6 has before one.
    static func host(_ text: String) throws(Refusal) -> IPAddress? {
        guard text.isWord else { return nil }
        try checkZone(of: text, .known)
        guard text.hasPrefix("["), text.hasSuffix("]") else { return IPAddress(text) }
        let inner = text.dropFirst().dropLast()
        return inner.contains(":") ? IPAddress(String(inner)) : nil
    }

    func prefix(_ text: String, _ zones: ZonePolicy) throws(Refusal) -> Prefix {
        try Self.checkZone(of: text, zones)
        do throws(AddressError) {
            return try Prefix(parsing: text)
        } catch {
            throw .unsupportedAddress(text, reason: error.description)
        }
    }

    /// To be asked before a client's text is read, which makes its zone known.
    private static func checkZone(
        of text: String,
        _ policy: ZonePolicy
    ) throws(Refusal) {
        guard let name = Zone.name(in: text), Zone(known: name) == nil,
            (try? Interface.index(of: name)) ?? nil == nil
        else { return }
        switch policy {
        case .any where Zone.count < Zone.mostNames / 2: return
        case .any, .known:
            let reason = "'\(name)' is the name of no interface"
            throw .unsupportedAddress(text, reason: reason)
        }
    }
}
