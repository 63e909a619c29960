internal import DequeModule
internal import Timing

/// What was noted lately, for a day unless it is said for how long, and the last 1,000 of it: hosts
/// that were ready, so that a flood doesn't lock out whom we know, and addresses that led to
/// ourselves or to somebody who misbehaved. About 60 KB of hosts or 160 KB of addresses.
struct RecentKeys<Key: Hashable & Sendable>: Sendable {
    static var max: Int { 1_000 }
    static var life: Duration { .seconds(24 * 60 * 60) }

    private var ends: [Key: Instant] = [:]
    /// In the order of noting. What was noted again has a younger entry and an outdated one.
    private var order: Deque<(key: Key, end: Instant)> = []

    var count: Int { ends.count }

    func contains(_ key: Key, at now: Instant) -> Bool {
        expiry(of: key, at: now) != nil
    }

    /// When it will be forgotten, if nothing comes before; nil if it is not known.
    func expiry(of key: Key, at now: Instant) -> Instant? {
        guard let end = ends[key], now < end else { return nil }
        return end
    }

    mutating func insert(_ key: Key, at now: Instant, for life: Duration = Self.life) {
        let end = now + life
        // Once for all that is noted in one moment: each entry but the youngest must be outdated.
        guard ends.updateValue(end, forKey: key) != end else { return }
        order.append((key, end))
        while ends.count > Self.max { forgetOldest() }
        // One that comes again and again must not grow the order.
        if order.count > 2 * Self.max { order.removeAll { ends[$0.key] != $0.end } }
    }

    func checkInvariants() {
        precondition(count <= Self.max, "\(count) are remembered")
        precondition(order.count <= 2 * Self.max, "\(order.count) entries for \(count)")
    }

    private mutating func forgetOldest() {
        guard let (key, end) = order.popFirst() else { return }
        if ends[key] == end { ends[key] = nil }
    }
}
