extension IPAddress: LosslessStringConvertible {
    /// As `init(parsing:)`, without a reason.
    package init?(_ text: String) {
        do throws(AddressError) {
            try self.init(parsing: text)
        } catch {
            return nil
        }
    }

    /// Reads `203.0.113.7` or any form of an IPv6 address of RFC 4291, without brackets; a
    /// link-local one also with a zone, as in `fe80::1%eth0`.
    ///
    /// - Throws: `AddressError` for anything else: names, prefixes, spaces, numbers with needless
    ///   zeros in IPv4 addresses.
    package init(parsing text: String) throws(AddressError) {
        try AddressError.check(text, orElse: .badAddress)
        try self.init(text[...], in: text)
    }

    /// Reads an address, in ASCII, that is a part of `whole`, which errors are about.
    init(_ text: Substring, in whole: String) throws(AddressError) {
        let percent = text.firstIndex(of: "%") ?? text.endIndex
        guard let address = IPAddress(withoutZone: text[..<percent]) else {
            throw AddressError(whole, .badAddress)
        }
        guard !address.hasZone else { throw AddressError(whole, .zoneBits) }
        guard percent != text.endIndex else {
            self = address
            return
        }
        guard address.mayHaveZone else { throw AddressError(whole, .zone(.notLinkLocal)) }
        do throws(Zone.Problem) {
            self = address.on(try Zone(named: text[text.index(after: percent)...]))
        } catch {
            throw AddressError(whole, .zone(error))
        }
    }

    private init?(withoutZone text: Substring) {
        var cursor = TextCursor(text)
        if let v4 = cursor.takeIPv4(), cursor.isAtEnd {
            self.init(v4: v4)
        } else {
            self.init(v6: text)
        }
    }

    private init?(v6 text: Substring) {
        var cursor = TextCursor(text)
        var groups: UInt128 = 0
        var count = 0
        // How many groups stand before the `::`.
        var gap: Int?

        if cursor.take(":") {
            guard cursor.take(":") else { return nil }
            gap = 0
        }
        // A single colon demands another group, `::` may end the address.
        var mustGoOn = gap == nil
        while mustGoOn || !cursor.isAtEnd {
            var ending = cursor
            if count <= 6, let v4 = ending.takeIPv4(), ending.isAtEnd {
                groups = groups << 32 | UInt128(v4)
                count += 2
                break
            }
            guard count < 8, let group = cursor.takeHexadecimalGroup() else { return nil }
            groups = groups << 16 | UInt128(group)
            count += 1
            mustGoOn = cursor.take(":")
            guard mustGoOn || cursor.isAtEnd else { return nil }
            if mustGoOn, cursor.take(":") {
                guard gap == nil else { return nil }
                gap = count
                mustGoOn = false
            }
        }

        if let gap {
            // `::` stands for at least one group.
            guard count < 8 else { return nil }
            let bitsBehind = 16 * (count - gap)
            let before = groups >> bitsBehind
            let behind = groups & ~(UInt128.max << bitsBehind)
            groups = before << (128 - 16 * gap) | behind
        } else if count != 8 {
            return nil
        }
        self.init(
            high: UInt64(truncatingIfNeeded: groups >> 64),
            low: UInt64(truncatingIfNeeded: groups)
        )
    }

    /// The address in its one canonical form (RFC 5952): lower case, no zeros in front, the longest
    /// run of at least two zero groups as `::`, the first of equally long ones. IPv4 as IPv4; with
    /// its zone if it has one.
    package var description: String {
        if let zone { return "\(withoutZone)%\(zone)" }
        if let v4 {
            return "\(v4 >> 24).\(v4 >> 16 & 0xff).\(v4 >> 8 & 0xff).\(v4 & 0xff)"
        }
        let run = longestZeroRun
        var text = ""
        for index in 0..<8 {
            if run.contains(index) {
                if index == run.lowerBound { text += "::" }
                continue
            }
            if index > 0 && index != run.upperBound { text += ":" }
            text += String(group(index), radix: 16)
        }
        return text
    }

    /// The groups that are written as `::`; 0..<0 if there are none.
    private var longestZeroRun: Range<Int> {
        var longest = 0..<0
        var start = 0
        for index in 0..<8 {
            guard group(index) == 0 else {
                start = index + 1
                continue
            }
            if index + 1 - start > max(longest.count, 1) { longest = start..<(index + 1) }
        }
        return longest
    }

    private func group(_ index: Int) -> UInt16 {
        let word = index < 4 ? high : low
        return UInt16(truncatingIfNeeded: word >> (48 - 16 * (index % 4)))
    }
}
