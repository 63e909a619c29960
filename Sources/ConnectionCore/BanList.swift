package import Addressing
package import Facts
package import Timing

/// The bans in force, found by the address that they cover.
///
/// A lookup costs one hash for each length of prefix in use, and twice that for an address with an
/// IPv4 address in it. At most 10,000 automatic bans, which make room by `Neighbourhoods`, and
/// 10,000 of operators, which are never evicted: about 4 MB. One more, or one less, costs some
/// dozens of comparisons and at most 0.1 ms, however many there are.
package struct BanList: Sendable {
    package static let maxAutomatic = 10_000
    package static let maxOperator = 10_000

    private var bans: [Prefix: Ban] = [:]
    /// Bans by length of prefix; only lengths that some ban has.
    private var countByLength: [(length: Int, count: Int)] = []
    private var automatic = 0
    /// Counts bans that are gone, but for those whose time was over and nobody has come across.
    private(set) var releases: UInt64 = 0
    private var neighbourhoods = Neighbourhoods()
    /// All of `bans`, as they are listed.
    private var order = SortedArray<Prefix>()
    private var ends = BanEnds()

    /// Bans, expired ones that nobody has come across included.
    package var count: Int { bans.count }

    /// The ban of exactly this prefix, also an expired one that nobody has come across.
    package func ban(of prefix: Prefix) -> Ban? { bans[prefix] }

    /// How many bans are in force. O(log n).
    package func countInForce(at now: Moment) -> Int { bans.count - ends.endedCount(at: now) }

    /// The ban that covers the address: of several the one that holds longest, and of those the
    /// widest. An address with an IPv4 address in it is covered by the bans of both, one with a
    /// zone by those of its link and of all. With `ignoringAutomatic` only operators' bans are
    /// looked at, as for whitelisted peers.
    ///
    /// Whoever comes to us in a flood is asked about here: nothing is allocated.
    package func ban(
        covering address: PeerAddress,
        at now: Moment,
        ignoringAutomatic: Bool = false
    ) -> Ban? {
        guard !bans.isEmpty, let ip = address.ip else { return nil }
        return ban(
            covering: Prefix(ip, length: 128),
            at: now,
            ignoringAutomatic: ignoringAutomatic
        )
    }

    /// The same of a ban that covers all addresses of a prefix.
    package func ban(
        covering prefix: Prefix,
        at now: Moment,
        ignoringAutomatic: Bool = false
    ) -> Ban? {
        let own = longestBan(covering: prefix, at: now, ignoringAutomatic)
        guard let wider = prefix.withoutZone ?? prefix.embeddedIPv4,
            let other = longestBan(covering: wider, at: now, ignoringAutomatic)
        else { return own }
        return own.map { other.outlasts($0) ? other : $0 } ?? other
    }

    private func longestBan(
        covering prefix: Prefix,
        at now: Moment,
        _ ignoringAutomatic: Bool
    ) -> Ban? {
        var longest: Ban?
        for (length, _) in countByLength where length <= prefix.length {
            let range = Prefix(prefix.network.masked(to: length), length: length)
            // IPv4 lies within the numbers of ::/64 and wider, and no ban of IPv6 covers it.
            guard let ban = bans[range], range.contains(prefix), ban.isInForce(at: now),
                longest.map({ ban.outlasts($0) }) ?? true
            else { continue }
            switch ban.origin {
            case .automatic where ignoringAutomatic: continue
            case .automatic, .operator: longest = ban
            }
        }
        return longest
    }

    /// Whether bans are in force that end by the machine's clock.
    package func hasTimed(at now: Moment) -> Bool { ends.hasTimed(at: now) }

    /// The bans in force that end at some time, by whichever clock. O(n).
    package func ending(at now: Moment) -> [Ban] {
        inForce(at: now).filter { $0.until != nil }
    }

    /// Says anew when bans end, since the calendar's clock has moved against the machine's. O(n).
    mutating func restate(at now: Moment) {
        for (prefix, ban) in bans {
            guard let ends = ban.ends else { continue }
            let until = now.wall(at: ends)
            bans[prefix] = Ban(prefix: prefix, until: until, ends: ends, origin: ban.origin)
        }
        neighbourhoods = Neighbourhoods(automaticBans)
    }

    /// All bans in force, the shortest prefixes first.
    package func inForce(at now: Moment) -> [Ban] {
        order.elements.compactMap { bans[$0] }.filter { $0.isInForce(at: now) }
    }

    /// How many bans a page looks at for each one that it may have: those whose time is over and
    /// that nobody has come across are passed over, and must not make a page long.
    private static let looksPerRow = 16

    /// At most `limit` bans in force, the shortest prefixes first, those of one length by their
    /// network. It has fewer, or none, where many are over.
    ///
    /// `previous` is `next` of the page before, nil for the first page; a page without `next` is
    /// the last. Whatever comes and goes between two pages, a ban that stays is on exactly one.
    package func page(
        after previous: Prefix?,
        limit: Int,
        at now: Moment
    ) -> (bans: [Ban], next: Prefix?) {
        precondition(limit > 0)
        let rest = order.after(previous)
        var found: [Ban] = []
        for (index, prefix) in zip(rest.indices, rest) {
            if found.count == limit || index - rest.startIndex == limit * Self.looksPerRow {
                return (found, rest[index - 1])
            }
            if let ban = bans[prefix], ban.isInForce(at: now) { found.append(ban) }
        }
        return (found, nil)
    }

    /// What came of a new ban.
    enum Insertion: Equatable {
        /// It is in force, and another automatic one may have made room for it.
        case inserted(evicted: Prefix?)
        /// Another ban of the same prefix stays: an operator's, or one that holds longer.
        case kept(Ban)
        /// Operators have as many as there may be.
        case full
    }

    /// Adds a ban or replaces that of the same prefix, except that an automatic one never replaces
    /// an operator's, nor one that holds longer. What is refused changes nothing.
    mutating func insert(_ ban: Ban, at now: Moment) -> Insertion {
        let known = bans[ban.prefix]
        if let known, known.stays(instead: ban, at: now) { return .kept(known) }
        var evicted: Prefix?
        // One of the same origin makes room by itself.
        if known?.origin != ban.origin {
            switch ban.origin {
            case .automatic:
                if automatic >= Self.maxAutomatic { evicted = makeRoom(for: ban, at: now) }
            case .operator:
                if operators >= Self.maxOperator { removeEnded(at: now) }
                guard operators < Self.maxOperator else { return .full }
            }
        }
        remove(ban.prefix)
        bans[ban.prefix] = ban
        count(ban, by: 1)
        order.insert(ban.prefix)
        ends.insert(ban)
        if ban.origin == .automatic { neighbourhoods.insert(ban) }
        return .inserted(evicted: evicted)
    }

    /// Takes in bans of an earlier process, as far as they are in force and there is room: of
    /// automatic ones those that last longest in their neighbourhoods, of operators' the widest.
    mutating func restore(_ old: [Ban], at now: Moment) {
        removeEnded(at: now)
        let inForce = old.lazy.filter { $0.isInForce(at: now) }
        let automatic = Neighbourhoods.spread(
            inForce.filter { $0.origin == .automatic }.sorted { $1.expires(before: $0) },
            over: Self.maxAutomatic - automatic
        )
        let operators = inForce.filter { $0.origin == .operator }
            .least(Self.maxOperator - operators) { $0.prefix < $1.prefix }
        for ban in automatic + operators {
            if bans[ban.prefix]?.stays(instead: ban, at: now) ?? false { continue }
            if let known = bans.updateValue(ban, forKey: ban.prefix) { count(known, by: -1) }
            count(ban, by: 1)
        }
        // In one go: one by one each would move those behind it.
        order = SortedArray(bans.keys)
        ends = BanEnds(bans.values)
        neighbourhoods = Neighbourhoods(automaticBans)
    }

    @discardableResult
    mutating func remove(_ prefix: Prefix) -> Bool {
        guard let ban = bans.removeValue(forKey: prefix) else { return false }
        releases &+= 1
        count(ban, by: -1)
        order.remove(prefix)
        ends.remove(ban)
        if ban.origin == .automatic { neighbourhoods.remove(ban) }
        return true
    }

    private var operators: Int { bans.count - automatic }

    private var automaticBans: some Sequence<Ban> {
        bans.values.lazy.filter { $0.origin == .automatic }
    }

    /// - Returns: What had to go although it was in force.
    private mutating func makeRoom(for new: Ban, at now: Moment) -> Prefix? {
        removeEnded(at: now)
        guard automatic >= Self.maxAutomatic else { return nil }
        guard let soonest = neighbourhoods.first(toGoFor: new.prefix) else {
            preconditionFailure("\(automatic) automatic bans and none to go")
        }
        remove(soonest)
        return soonest
    }

    /// Below so many bans that have ended, taking them out one by one is less than a look at all.
    private static let fewEnded = 16

    private mutating func removeEnded(at now: Moment) {
        let ended = ends.removeEnded(at: now).compactMap { bans.removeValue(forKey: $0) }
        guard !ended.isEmpty else { return }
        for ban in ended { count(ban, by: -1) }
        if ended.count < Self.fewEnded {
            for ban in ended {
                order.remove(ban.prefix)
                if ban.origin == .automatic { neighbourhoods.remove(ban) }
            }
        } else {
            order.removeAll { bans[$0] == nil }
            neighbourhoods = Neighbourhoods(automaticBans)
        }
    }

    private mutating func count(_ ban: Ban, by change: Int) {
        if ban.origin == .automatic { automatic += change }
        let length = ban.prefix.length
        if let index = countByLength.firstIndex(where: { $0.length == length }) {
            countByLength[index].count += change
            if countByLength[index].count == 0 { countByLength.remove(at: index) }
        } else {
            countByLength.append((length, change))
            countByLength.sort { $0.length < $1.length }
        }
    }

    func checkInvariants() {
        precondition(automatic == bans.values.count { $0.origin == .automatic })
        for (length, count) in countByLength {
            precondition(count == bans.keys.count { $0.length == length }, "bans of /\(length)")
        }
        precondition(countByLength.reduce(0) { $0 + $1.count } == bans.count)
        precondition(ends == BanEnds(bans.values), "the ends differ")
        precondition(neighbourhoods == Neighbourhoods(automaticBans), "neighbourhoods differ")
        precondition(order == SortedArray(bans.keys), "the order differs")
    }
}
