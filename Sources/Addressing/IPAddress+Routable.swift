/// What can be reached from anywhere. Source: dcrd's `addrmgr.IsRoutable` and, for what that leaves
/// open, IANA's registries of special-purpose addresses (RFC 6890) and of IPv6's global unicast
/// space, of which 2000::/3 is in use.
extension IPAddress {
    /// Whether a host anywhere may be at the address: it isn't of one machine, link, site or
    /// provider only, nor kept for documents, measurements, many receivers or the future.
    ///
    /// A 6to4, Teredo or NAT64 address is what the IPv4 address in it is.
    package var isRoutable: Bool {
        if let v4 = v4 ?? embeddedIPv4 {
            return !Self.unroutableIPv4.contains { v4 & ~(.max >> $0.length) == $0.network }
        }
        return Self.globalUnicast.contains(self)
            && !Self.unroutableIPv6.contains { $0.contains(self) }
    }

    private static let unroutableIPv4: [(network: UInt32, length: UInt32)] = [
        (0x0000_0000, 8),  // 0.0.0.0/8, this network (RFC 1122)
        (0x0a00_0000, 8),  // 10.0.0.0/8, private (RFC 1918)
        (0x6440_0000, 10),  // 100.64.0.0/10, between a provider and its customers (RFC 6598)
        (0x7f00_0000, 8),  // 127.0.0.0/8, loopback
        (0xa9fe_0000, 16),  // 169.254.0.0/16, link-local (RFC 3927)
        (0xac10_0000, 12),  // 172.16.0.0/12, private (RFC 1918)
        (0xc000_0000, 24),  // 192.0.0.0/24, protocols (RFC 6890)
        (0xc000_0200, 24),  // 192.0.2.0/24, documentation (RFC 5737)
        (0xc0a8_0000, 16),  // 192.168.0.0/16, private (RFC 1918)
        (0xc612_0000, 15),  // 198.18.0.0/15, benchmarks (RFC 2544)
        (0xc633_6400, 24),  // 198.51.100.0/24, documentation (RFC 5737)
        (0xcb00_7100, 24),  // 203.0.113.0/24, documentation (RFC 5737)
        (0xe000_0000, 3),  // 224.0.0.0/3, multicast, reserved and broadcast
    ]

    private static let globalUnicast = Prefix(IPAddress(high: 0x2000 << 48, low: 0), length: 3)

    /// Within `globalUnicast`. All else that is unroutable, as loopback, fc00::/7, fe80::/10 and
    /// ff00::/8, lies outside of it.
    private static let unroutableIPv6 = [
        // 2001::/23, protocols (RFC 2928): ORCHID's 2001:10::/28 (RFC 4843), ORCHIDv2's
        // 2001:20::/28 (RFC 7343) and benchmarks' 2001:2::/48 (RFC 5180) are in it, and Teredo,
        // which was told before.
        Prefix(IPAddress(high: 0x2001 << 48, low: 0), length: 23),
        // 2001:db8::/32 (RFC 3849) and 3fff::/20 (RFC 9637), documentation.
        Prefix(IPAddress(high: 0x2001_0db8 << 32, low: 0), length: 32),
        Prefix(IPAddress(high: 0x3fff << 48, low: 0), length: 20),
    ]
}

extension PeerAddress {
    /// Whether a peer anywhere may reach it: see `IPAddress.isRoutable`. Onion services always.
    package var isRoutable: Bool {
        switch host {
        case .ip(let ip): ip.isRoutable
        case .onion: true
        }
    }
}
