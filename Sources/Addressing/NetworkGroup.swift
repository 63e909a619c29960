/// Hosts that one party likely owns: what an attacker needs many of, so that outbound connections
/// are spread over them. IPv4 by /16; IPv6 by /32, but by /36 under 2001:470::/32, where Hurricane
/// Electric gives tunnels to everybody; onion services by 4 bits of their keys, which are free to
/// make.
///
/// 6to4, Teredo and NAT64 addresses count as the IPv4 address in them. Source: Bitcoin Core's
/// `NetGroupManager::GetGroup` and dcrd's `addrmgr.GroupKey`; loopback and private ranges are like
/// any other here.
package struct NetworkGroup: Hashable, BitwiseCopyable, Sendable {
    /// The family's tag in the top byte; below it the group's first bits: 16 of IPv4, 36 of IPv6
    /// (the last four 0 where the group is a /32), 4 of an onion key.
    package let bits: UInt64

    @inlinable
    init(tag: UInt64, value: UInt64) {
        bits = tag << 56 | value
    }

    @inlinable
    package init(_ host: PeerAddress.Host) {
        switch host {
        case .ip(let ip):
            self.init(ip)
        case .onion(let key):
            // The low 4 bits of the first byte.
            self.init(tag: Self.onionTag, value: key.a >> 56 & 0xf)
        }
    }

    @inlinable
    package init(_ ip: IPAddress) {
        if let v4 = ip.v4 ?? ip.embeddedIPv4 {
            self.init(tag: Self.ipv4Tag, value: UInt64(v4 >> 16))
        } else if ip.high >> 32 == Self.hurricaneElectric {
            self.init(tag: Self.ipv6Tag, value: ip.high >> 28)
        } else {
            self.init(tag: Self.ipv6Tag, value: (ip.high >> 32) << 4)
        }
    }

    @inlinable static var ipv4Tag: UInt64 { 4 }
    @inlinable static var ipv6Tag: UInt64 { 6 }
    @inlinable static var onionTag: UInt64 { 7 }
    /// 2001:470::/32.
    @inlinable static var hurricaneElectric: UInt64 { 0x2001_0470 }
}

extension NetworkGroup: Comparable {
    @inlinable
    package static func < (left: NetworkGroup, right: NetworkGroup) -> Bool {
        left.bits < right.bits
    }
}

extension NetworkGroup: CustomStringConvertible {
    /// `203.0.0.0/16`, `2001:db8::/32`, `onion/5`.
    package var description: String {
        let value = bits & ~(0xff << 56)
        switch bits >> 56 {
        case Self.ipv4Tag:
            return Prefix(IPAddress(v4: UInt32(value) << 16), length: 112).description
        case Self.ipv6Tag:
            let length = value >> 4 == Self.hurricaneElectric ? 36 : 32
            return Prefix(IPAddress(high: value << 28, low: 0), length: length).description
        case Self.onionTag:
            return "onion/\(value)"
        default:
            preconditionFailure("no family has the tag \(bits >> 56)")
        }
    }
}
