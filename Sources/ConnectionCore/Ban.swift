package import Addressing
package import Timing

/// What is kept out, by whom and for how long. Bans live in wall time, since they outlive the process.
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
/// A lookup costs one hash for each length of prefix in use. At most 10,000 automatic bans, of which
/// the soonest to expire makes room, and 10,000 of operators, which are never evicted: about 2 MB.
package struct BanList: Sendable {
    package static let maxAutomatic = 10_000
    package static let maxOperator = 10_000

    private var bans: [Prefix: Ban] = [:]
    /// Bans by length of prefix; only lengths that some ban has.
    private var countByLength: [(length: Int, count: Int)] = []
    private var automatic = 0

    package var count: Int { bans.count }

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
        bans.values.filter { $0.isInForce(at: now) }.sorted { $0.sortKey < $1.sortKey }
    }

    /// Adds a ban or replaces that of the same prefix, except that an automatic one never replaces an
    /// operator's. False if operators have as many as there may be.
    mutating func insert(_ ban: Ban, at now: WallTime) -> Bool {
        if let known = bans[ban.prefix], known.isInForce(at: now) {
            if known.origin == .operator, ban.origin == .automatic { return true }
        }
        remove(ban.prefix)
        switch ban.origin {
        case .automatic:
            if automatic >= Self.maxAutomatic { makeRoom(at: now) }
        case .operator:
            if bans.count - automatic >= Self.maxOperator {
                removeExpired(at: now)
                guard bans.count - automatic < Self.maxOperator else { return false }
            }
        }
        bans[ban.prefix] = ban
        countLength(ban, by: 1)
        return true
    }

    @discardableResult
    mutating func remove(_ prefix: Prefix) -> Bool {
        guard let ban = bans.removeValue(forKey: prefix) else { return false }
        countLength(ban, by: -1)
        return true
    }

    private mutating func makeRoom(at now: WallTime) {
        removeExpired(at: now)
        guard automatic >= Self.maxAutomatic else { return }
        let soonest = bans.values
            .filter { $0.origin == .automatic }
            .min { $0.expires(before: $1) }
        if let soonest { remove(soonest.prefix) }
    }

    private mutating func removeExpired(at now: WallTime) {
        for ban in bans.values where !ban.isInForce(at: now) { remove(ban.prefix) }
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
    }
}

extension Ban {
    /// A total order, so that of two that expire together the same one goes in every run.
    fileprivate func expires(before other: Ban) -> Bool {
        let (own, others) = (until?.microseconds ?? .max, other.until?.microseconds ?? .max)
        return own == others ? sortKey < other.sortKey : own < others
    }

    /// The shortest prefixes first: an order that doesn't depend on hashes.
    fileprivate var sortKey: (Int, UInt64, UInt64) {
        (prefix.length, prefix.network.high, prefix.network.low)
    }
}
