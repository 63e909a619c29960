package import Addressing
package import Timing

/// What is kept out, by whom and for how long.
///
/// A ban that was made by this process lasts as long as was asked for, whatever somebody does to
/// the calendar's clock meanwhile: it ends by the machine's own. That one is another one after the
/// machine's next start, so what is told and stored is the calendar's time, and of a ban of an
/// earlier process nothing else is known.
package struct Ban: Equatable, Sendable {
    package enum Origin: Equatable, Sendable {
        case `operator`
        /// A peer misbehaved.
        case automatic
    }

    package let prefix: Prefix
    /// When it ends, as the calendar had it when that was last compared with the machine's clock.
    /// Nil for a ban without end.
    package let until: WallTime?
    /// When it ends by the machine's clock. Nil for a ban without end, and for one of an earlier
    /// process.
    package let ends: Instant?
    package let origin: Origin

    package init(prefix: Prefix, until: WallTime?, ends: Instant? = nil, origin: Origin) {
        self.prefix = prefix
        self.until = until
        self.ends = ends
        self.origin = origin
    }

    /// One that begins now. Without a duration it has no end.
    init(_ prefix: Prefix, for duration: Duration?, _ origin: Origin, at now: Moment) {
        self.init(
            prefix: prefix,
            until: duration.map { now.wall + $0 },
            ends: duration.map { now.instant + $0 },
            origin: origin
        )
    }

    func isInForce(at now: Moment) -> Bool {
        if let ends { return now.instant < ends }
        return until.map { now.wall < $0 } ?? true
    }

    /// When it ends by the machine's clock, as far as is known; nil for never.
    func end(at now: Moment) -> Instant? {
        ends ?? until.map { now.instant + ($0 - now.wall) }
    }

    /// Whether it still holds when the other one has ended.
    func outlasts(_ other: Ban) -> Bool {
        (other.until?.microseconds ?? .max) < (until?.microseconds ?? .max)
    }
}

/// The bans in force, found by the address that they cover.
///
/// A lookup costs one hash for each length of prefix in use, and twice that for an address with an
/// IPv4 address in it. At most 10,000 automatic bans, which make room by `Neighbourhoods`, and
/// 10,000 of operators, which are never evicted: about 2.5 MB.
package struct BanList: Sendable {
    package static let maxAutomatic = 10_000
    package static let maxOperator = 10_000

    private var bans: [Prefix: Ban] = [:]
    /// Bans by length of prefix; only lengths that some ban has.
    private var countByLength: [(length: Int, count: Int)] = []
    private var automatic = 0
    /// Counts bans that are gone, but for those whose time was over and nobody has come across.
    private(set) var releases: UInt64 = 0
    private var timedCount = 0
    private var neighbourhoods = Neighbourhoods()
    /// All of `bans`, as they are listed.
    private var order = PrefixOrder()

    /// Bans, expired ones that nobody has come across included.
    package var count: Int { bans.count }

    /// The ban of exactly this prefix, also an expired one that nobody has come across.
    package func ban(of prefix: Prefix) -> Ban? { bans[prefix] }

    /// How many bans are in force. O(n).
    package func countInForce(at now: Moment) -> Int {
        bans.values.count { $0.isInForce(at: now) }
    }

    /// The ban that covers the address: of several the one that holds longest, and of those the
    /// widest. An address with an IPv4 address in it is covered by the bans of both, one with a
    /// zone by those of its link and of all. With
    /// `ignoringAutomatic` only operators' bans are looked at, as for whitelisted peers.
    package func ban(
        covering address: PeerAddress,
        at now: Moment,
        ignoringAutomatic: Bool = false
    ) -> Ban? {
        guard !bans.isEmpty, let ip = address.ip else { return nil }
        var longest: Ban?
        for ip in ip.coveredAs {
            for (length, _) in countByLength {
                let prefix = Prefix(ip.masked(to: length), length: length)
                // IPv4 lies within the numbers of ::/64 and wider, and no ban of IPv6 covers it.
                guard let ban = bans[prefix], prefix.contains(ip), ban.isInForce(at: now),
                    longest.map({ ban.outlasts($0) }) ?? true
                else { continue }
                switch ban.origin {
                case .automatic where ignoringAutomatic: continue
                case .automatic, .operator: longest = ban
                }
            }
        }
        return longest
    }

    /// Whether there are bans that end by the machine's clock, or have ended.
    package var hasTimed: Bool { timedCount > 0 }

    /// The bans in force that end by the machine's clock. O(n).
    package func timed(at now: Moment) -> [Ban] {
        inForce(at: now).filter { $0.ends != nil }
    }

    /// Says anew when bans end, since the calendar's clock has moved against the machine's. O(n).
    mutating func restate(at now: Moment) {
        for (prefix, ban) in bans {
            guard let ends = ban.ends else { continue }
            let until = now.wall(at: ends)
            bans[prefix] = Ban(prefix: prefix, until: until, ends: ends, origin: ban.origin)
        }
    }

    /// All bans in force, the shortest prefixes first.
    package func inForce(at now: Moment) -> [Ban] {
        order.prefixes.compactMap { bans[$0] }.filter { $0.isInForce(at: now) }
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
    /// an operator's, nor one that holds longer.
    mutating func insert(_ ban: Ban, at now: Moment) -> Insertion {
        if let known = bans[ban.prefix], known.isInForce(at: now), ban.origin == .automatic,
            known.origin == .operator || known.outlasts(ban)
        {
            return .kept(known)
        }
        remove(ban.prefix)
        var evicted: Prefix?
        switch ban.origin {
        case .automatic:
            if automatic >= Self.maxAutomatic { evicted = makeRoom(for: ban, at: now) }
        case .operator:
            if bans.count - automatic >= Self.maxOperator {
                removeExpired(at: now)
                guard bans.count - automatic < Self.maxOperator else { return .full }
            }
        }
        bans[ban.prefix] = ban
        order.insert(ban.prefix)
        countLength(ban, by: 1)
        return .inserted(evicted: evicted)
    }

    /// Takes in bans of an earlier process, as far as they are in force and there is room: of
    /// automatic ones those that last longest in their neighbourhoods, of operators' the widest.
    mutating func restore(_ old: [Ban], at now: Moment) {
        let inForce = old.lazy.filter { $0.isInForce(at: now) }
        let automatic = Neighbourhoods.spread(
            inForce.filter { $0.origin == .automatic }.sorted { $1.expires(before: $0) },
            over: Self.maxAutomatic - automatic
        )
        let operators = inForce.filter { $0.origin == .operator }
            .least(Self.maxOperator) { $0.prefix.precedes($1.prefix) }
        for ban in automatic + operators { _ = insert(ban, at: now) }
    }

    @discardableResult
    mutating func remove(_ prefix: Prefix) -> Bool {
        guard let ban = bans.removeValue(forKey: prefix) else { return false }
        releases &+= 1
        order.remove(prefix)
        countLength(ban, by: -1)
        return true
    }

    /// - Returns: What had to go although it was in force.
    private mutating func makeRoom(for new: Ban, at now: Moment) -> Prefix? {
        removeExpired(at: now)
        guard automatic >= Self.maxAutomatic else { return nil }
        let crowded = neighbourhoods.mostCrowded(with: new.prefix)
        let soonest = bans.values.lazy
            .filter { $0.origin == .automatic && crowded.contains(Neighbourhoods.of($0.prefix)) }
            .min { $0.expires(before: $1) }
        if let soonest { remove(soonest.prefix) }
        return soonest?.prefix
    }

    private mutating func removeExpired(at now: Moment) {
        let expired = bans.values.filter { !$0.isInForce(at: now) }
        for ban in expired {
            bans[ban.prefix] = nil
            countLength(ban, by: -1)
        }
        if !expired.isEmpty { order.removeAll { bans[$0] == nil } }
    }

    private mutating func countLength(_ ban: Ban, by change: Int) {
        if ban.origin == .automatic {
            automatic += change
            neighbourhoods.count(ban.prefix, by: change)
        }
        if ban.ends != nil { timedCount += change }
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
        var counted = Neighbourhoods()
        for ban in bans.values where ban.origin == .automatic { counted.count(ban.prefix, by: 1) }
        precondition(timedCount == bans.values.count { $0.ends != nil })
        precondition(neighbourhoods == counted, "neighbourhoods differ")
        precondition(countByLength.reduce(0) { $0 + $1.count } == bans.count)
        precondition(order.prefixes == bans.keys.sorted { $0.precedes($1) }, "the order differs")
    }
}

extension Ban {
    /// A total order, so that of two that expire together the same one goes in every run.
    fileprivate func expires(before other: Ban) -> Bool {
        let (own, others) = (until?.microseconds ?? .max, other.until?.microseconds ?? .max)
        return own == others ? prefix.precedes(other.prefix) : own < others
    }
}

extension IPAddress {
    /// What bans may cover of it: itself, it on every link if it is one of one, and the IPv4
    /// address in it.
    fileprivate var coveredAs: [IPAddress] {
        if hasZone { return [self, withoutZone] }
        return [self] + (embeddedIPv4.map { [IPAddress(v4: $0)] } ?? [])
    }
}
