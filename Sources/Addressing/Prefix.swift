/// A range of addresses that begin with the same bits: what is banned, whitelisted or counted as
/// one.
package struct Prefix: Hashable, BitwiseCopyable, Sendable {
    /// The first address; its bits behind `length` are 0.
    package let network: IPAddress
    private let bits: UInt8

    /// Bits that all have in common, as in IPv6: that of an IPv4 /24 is 120.
    @inlinable package var length: Int { Int(bits) }

    /// The prefix of `address`. Traps unless `length` is in 0...128, for IPv4 in 96...128.
    @inlinable
    package init(_ address: IPAddress, length: Int) {
        precondition(
            length >= 96 || address.v4 == nil,
            "\(length) bits of an IPv4 address are not yet one of IPv4"
        )
        network = address.masked(to: length)
        bits = UInt8(length)
    }

    /// Whether `address` is in the range. IPv4 addresses are in IPv4 ranges only: `::/0` is all of
    /// IPv6, `0.0.0.0/0` all of IPv4, although an IPv4 address is kept as an IPv6 one. A range
    /// without a zone is that of every link.
    @inlinable
    package func contains(_ address: IPAddress) -> Bool {
        (address.masked(to: length) == network || address.withoutZone.masked(to: length) == network)
            && (address.v4 != nil) == isIPv4
    }

    /// Whether all of `other` is in the range.
    @inlinable
    package func contains(_ other: Prefix) -> Bool {
        length <= other.length && contains(other.network)
    }

    @inlinable package var isIPv4: Bool { bits >= 96 && network.v4 != nil }

    /// The same range on every link; nil of one that has no zone.
    @inlinable package var withoutZone: Prefix? {
        network.hasZone ? Prefix(network.withoutZone, length: length) : nil
    }

    /// The range of the IPv4 addresses that those of a range of IPv6 have in them, as
    /// `IPAddress.embeddedIPv4` has it: `203.0.113.0/24` of `2002:cb00:7100::/40`. Nil if not all
    /// have one, and of a range of IPv4.
    @inlinable package var embeddedIPv4: Prefix? {
        guard let v4 = network.embeddedIPv4 else { return nil }
        // Where the IPv4 address begins: of 6to4 behind 16 bits, of Teredo and NAT64 behind 96. The
        // first 16, 32 and 96 bits say which of these it is.
        let isSixToFour = network.high >> 48 == 0x2002
        let start = isSixToFour ? 16 : 96
        let tag = isSixToFour ? 16 : network.high >> 32 == 0x2001_0000 ? 32 : 96
        guard length >= tag else { return nil }
        return Prefix(IPAddress(v4: v4), length: 96 + min(max(length - start, 0), 32))
    }
}

extension Prefix: Comparable {
    /// The order in which people are shown them: the shortest first, those of one length by their
    /// network.
    @inlinable
    package static func < (left: Prefix, right: Prefix) -> Bool {
        left.length == right.length ? left.network < right.network : left.length < right.length
    }
}

extension Prefix: CustomStringConvertible {
    /// Reads `10.0.0.0/8`, `2001:db8::/32`, `fe80::%eth0/64`, or an address alone, which is the
    /// prefix of itself only. `::ffff:10.0.0.0/104` is `10.0.0.0/8`.
    ///
    /// - Throws: `AddressError`; if there are bits behind the length, it names the network.
    package init(parsing text: String) throws(AddressError) {
        guard !text.isEmpty else { throw AddressError(text, .empty) }
        try AddressError.check(text, orElse: .badAddress)
        let slash = text.firstIndex(of: "/") ?? text.endIndex
        let addressText = text[..<slash]
        let address = try IPAddress(addressText, in: text)
        guard slash != text.endIndex else {
            self.init(address, length: 128)
            return
        }

        // A mapped address comes with IPv6's lengths, and those below 96 would leave IPv4.
        let isDotted = !addressText.contains(":")
        let allowed =
            if isDotted {
                0...32
            } else if address.v4 != nil {
                96...128
            } else {
                // A zone ends at bit 32.
                address.hasZone ? 32...128 : 0...128
            }
        var cursor = TextCursor(text[text.index(after: slash)...])
        guard
            let length = cursor.takeDecimal(upTo: allowed.upperBound), cursor.isAtEnd,
            allowed.contains(length)
        else { throw AddressError(text, .badPrefixLength(allowed: allowed)) }
        self.init(address, length: isDotted ? 96 + length : length)
        guard network == address else { throw AddressError(text, .hostBitsSet(self)) }
    }

    package var description: String {
        isIPv4 ? "\(network)/\(length - 96)" : "\(network)/\(length)"
    }
}
