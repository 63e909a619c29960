/// An IPv6 address, or an IPv4 address as `::ffff:a.b.c.d` and only so: an IPv4-mapped address *is*
/// the IPv4 address, in every comparison, limit and ban.
///
/// Two words, since a `UInt128` would align everything that holds one to 16 bytes. Ordered by
/// number.
package struct IPAddress: Hashable, BitwiseCopyable, Sendable {
    /// The first 64 bits, the first byte uppermost.
    package let high: UInt64
    package let low: UInt64

    @inlinable
    package init(high: UInt64, low: UInt64) {
        self.high = high
        self.low = low
    }

    /// - Parameter v4: The first byte uppermost: 127.0.0.1 is `0x7f00_0001`.
    @inlinable
    package init(v4: UInt32) {
        self.init(high: 0, low: 0xffff_0000_0000 | UInt64(v4))
    }

    /// The address as an IPv4 address, if it is one.
    @inlinable package var v4: UInt32? {
        high == 0 && low >> 32 == 0xffff ? UInt32(truncatingIfNeeded: low) : nil
    }

    /// The address with only its first `length` bits kept. Traps unless `length` is in 0...128.
    ///
    /// - Parameter length: As in IPv6; of an IPv4 address 96 bits are always the same, so its /24
    ///   is 120.
    /// - Returns: The first address of the prefix.
    @inlinable
    package func masked(to length: Int) -> IPAddress {
        precondition((0...128).contains(length), "no address has \(length) bits")
        // Swift's shifts take any count: those by 64 and more leave nothing.
        return IPAddress(
            high: high & ~(UInt64.max >> length),
            low: length <= 64 ? 0 : low & ~(UInt64.max >> (length - 64))
        )
    }
}

extension IPAddress: Comparable {
    @inlinable
    package static func < (left: IPAddress, right: IPAddress) -> Bool {
        left.high == right.high ? left.low < right.low : left.high < right.high
    }
}

/// What an address is for. Source: the IANA registries of special-purpose addresses (RFC 6890).
extension IPAddress {
    /// 127.0.0.0/8 and ::1.
    @inlinable package var isLoopback: Bool {
        if let v4 { return v4 >> 24 == 127 }
        return high == 0 && low == 1
    }

    /// 0.0.0.0 and ::, which as a listener's address mean every address of the machine.
    @inlinable package var isUnspecified: Bool {
        if let v4 { return v4 == 0 }
        return high == 0 && low == 0
    }

    /// 224.0.0.0/4 and ff00::/8.
    @inlinable package var isMulticast: Bool {
        if let v4 { return v4 >> 28 == 0xe }
        return high >> 56 == 0xff
    }

    /// 255.255.255.255. Other networks' broadcast addresses can't be told from hosts.
    @inlinable package var isBroadcast: Bool { v4 == .max }

    /// 169.254.0.0/16 and fe80::/10: addresses that mean something on one link only.
    @inlinable package var isLinkLocal: Bool {
        if let v4 { return v4 >> 16 == 0xa9fe }
        return high >> 54 == 0xfe80 >> 6
    }

    /// The IPv4 address of the host or the site that is really behind an IPv6 address: of 6to4
    /// (2002::/16, RFC 3056), Teredo (2001::/32, RFC 4380, where the client's address is inverted)
    /// and NAT64 (64:ff9b::/96, RFC 6052). An IPv4 address has none in it; see `v4`.
    @inlinable package var embeddedIPv4: UInt32? {
        if high >> 48 == 0x2002 { return UInt32(truncatingIfNeeded: high >> 16) }
        if high >> 32 == 0x2001_0000 { return ~UInt32(truncatingIfNeeded: low) }
        if high == 0x0064_ff9b_0000_0000 && low >> 32 == 0 { return UInt32(low) }
        return nil
    }
}
