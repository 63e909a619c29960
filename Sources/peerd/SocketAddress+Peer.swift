import Addressing
import LinuxIO

extension SocketAddress {
    /// Nil for an onion address, which no socket connects to.
    init?(_ address: PeerAddress) {
        guard let ip = address.ip else { return nil }
        self.init(high: ip.high, low: ip.low, port: address.port)
    }

    var peerAddress: PeerAddress {
        PeerAddress(IPAddress(high: high, low: low), port: port)
    }
}
