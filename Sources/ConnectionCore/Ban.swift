package import Addressing
package import Timing

/// What is kept out, by whom and for how long. Bans live in wall time, since they outlive the
/// process.
package struct Ban: Equatable, Sendable {
    package enum Origin: Equatable, Sendable {
        case `operator`
        /// A peer misbehaved.
        case automatic
    }

    package let prefix: Prefix
    /// Nil for a ban without end.
    package let until: WallTime?
    package let origin: Origin

    package init(prefix: Prefix, until: WallTime?, origin: Origin) {
        self.prefix = prefix
        self.until = until
        self.origin = origin
    }

    func isInForce(at now: WallTime) -> Bool {
        until.map { now < $0 } ?? true
    }
}

/// The bans in force, found by the address that they cover.
///
/// A lookup costs one hash for each length of prefix in use. At most 10,000 automatic bans, of
/// which the soonest to expire makes room, and 10,000 of operators, which are never evicted: about
/// 2.5 MB.
package struct BanList: Sendable {
    package static let maxAutomatic = 10_000
    package static let maxOperator = 10_000

    private var bans: [Prefix: Ban] = [:]
    /// Bans by length of prefix; only lengths that some ban has.
    private var countByLength: [(length: Int, count: Int)] = []
    private var automatic = 0
    /// Counts bans that are gone, but for those whose time was over and nobody has come across.
    private(set) var releases: UInt64 = 0
    /// All of `bans`, as they are listed.
    private var order = PrefixOrder()

    /// Bans, expired ones that nobody has come across included.
    package var count: Int { bans.count }

    /// The ban of exactly this prefix, also an expired one that nobody has come across.
    package func ban(of prefix: Prefix) -> Ban? { bans[prefix] }

    /// How many bans are in force. O(n).
    package func countInForce(at now: WallTime) -> Int {
        bans.values.count { $0.isInForce(at: now) }
    }

    /// The ban that covers the address, the widest one if several do. With `ignoringAutomatic` only
    /// operators' bans are looked at, as for whitelisted peers.
    package func ban(
        covering address: PeerAddress,
        at now: WallTime,
        ignoringAutomatic: Bool = false
    ) -> Ban? {
        guard !bans.isEmpty, let ip = address.ip else { return nil }
        for (length, _) in countByLength {
            let prefix = Prefix(ip.masked(to: length), length: length)
            // IPv4 lies within the numbers of ::/64 and wider, and no ban of IPv6 covers it.
            guard let ban = bans[prefix], prefix.contains(ip), ban.isInForce(at: now) else {
                continue
            }
            switch ban.origin {
            case .automatic where ignoringAutomatic: continue
            case .automatic, .operator: return ban
            }
        }
        return nil
    }

    /// All bans in force, the shortest prefixes first.
    package func inForce(at now: WallTime) -> [Ban] {
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
        at now: WallTime
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
        /// It is in force, and the soonest of automatic ones to expire may have made room for it.
        case inserted(evicted: Prefix?)
        /// An operator's ban of the same prefix stays.
        case kept(Ban)
        /// Operators have as many as there may be.
        case full
    }

    /// Adds a ban or replaces that of the same prefix, except that an automatic one never replaces
    /// an operator's.
    mutating func insert(_ ban: Ban, at now: WallTime) -> Insertion {
        if let known = bans[ban.prefix], known.isInForce(at: now) {
            if known.origin == .operator, ban.origin == .automatic { return .kept(known) }
        }
        remove(ban.prefix)
        var evicted: Prefix?
        switch ban.origin {
        case .automatic:
            if automatic >= Self.maxAutomatic { evicted = makeRoom(at: now) }
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
    /// automatic ones those that last longest, of operators' the widest.
    mutating func restore(_ old: [Ban], at now: WallTime) {
        let inForce = old.lazy.filter { $0.isInForce(at: now) }
        let automatic = inForce.filter { $0.origin == .automatic }
            .least(Self.maxAutomatic) { $1.expires(before: $0) }
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
    private mutating func makeRoom(at now: WallTime) -> Prefix? {
        removeExpired(at: now)
        guard automatic >= Self.maxAutomatic else { return nil }
        let soonest = bans.values.lazy
            .filter { $0.origin == .automatic }
            .min { $0.expires(before: $1) }
        if let soonest { remove(soonest.prefix) }
        return soonest?.prefix
    }

    private mutating func removeExpired(at now: WallTime) {
        let expired = bans.values.filter { !$0.isInForce(at: now) }
        for ban in expired {
            bans[ban.prefix] = nil
            countLength(ban, by: -1)
        }
        if !expired.isEmpty { order.removeAll { bans[$0] == nil } }
    }

    private mutating func countLength(_ ban: Ban, by change: Int) {
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
