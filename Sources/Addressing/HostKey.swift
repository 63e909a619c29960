/// What counts as one host, in 8 bytes: an IPv4 address, an IPv6 /64 (the least that a network
/// gives to one customer, who has 2^64 addresses of it), or an onion service.
///
/// 6to4, Teredo and NAT64 addresses count as the IPv4 address in them: one /64 of Teredo holds all
/// the clients of a server, and that of NAT64 all of IPv4.
package struct HostKey: Hashable, BitwiseCopyable, Sendable {
    /// An IPv6 /64 is its own first 64 bits. IPv4 addresses lie in 0000::/8, which is reserved, at
    /// `00ff:ffff:a.b.c.d`; of onion keys the first 56 bits lie in ff00::/8, which is multicast and
    /// no peer's address.
    package let bits: UInt64

    @inlinable
    init(bits: UInt64) {
        self.bits = bits
    }

    @inlinable
    package init(_ host: PeerAddress.Host) {
        switch host {
        case .ip(let ip): self.init(ip)
        case .onion(let key): self.init(bits: 0xff << 56 | key.a >> 8)
        }
    }

    @inlinable
    package init(_ ip: IPAddress) {
        if let v4 = ip.v4 ?? ip.embeddedIPv4 {
            self.init(bits: 0x00ff_ffff << 32 | UInt64(v4))
        } else {
            self.init(bits: ip.high)
        }
    }
}

extension HostKey: Comparable {
    @inlinable
    package static func < (left: HostKey, right: HostKey) -> Bool { left.bits < right.bits }
}
