internal import DequeModule
internal import Timing

/// What was noted within a day, the last 1,000 of it: hosts that were ready, so that a flood
/// doesn't lock out whom we know, and addresses that led to ourselves. About 60 KB of hosts or 160
/// KB of addresses.
struct RecentKeys<Key: Hashable & Sendable>: Sendable {
    static var max: Int { 1_000 }
    static var life: Duration { .seconds(24 * 60 * 60) }

    private var lastNoted: [Key: Instant] = [:]
    /// In the order of time. What was noted again has a younger entry and an outdated one.
    private var order: Deque<(key: Key, at: Instant)> = []

    var count: Int { lastNoted.count }

    func contains(_ key: Key, at now: Instant) -> Bool {
        expiry(of: key, at: now) != nil
    }

    /// When it will be forgotten, if nothing comes before; nil if it is not known.
    func expiry(of key: Key, at now: Instant) -> Instant? {
        guard let at = lastNoted[key], now - at < Self.life else { return nil }
        return at + Self.life
    }

    mutating func insert(_ key: Key, at now: Instant) {
        lastNoted[key] = now
        order.append((key, now))
        while lastNoted.count > Self.max { forgetOldest() }
        // One that comes again and again must not grow the order.
        if order.count > 2 * Self.max { order.removeAll { lastNoted[$0.key] != $0.at } }
    }

    private mutating func forgetOldest() {
        guard let (key, at) = order.popFirst() else { return }
        if lastNoted[key] == at { lastNoted[key] = nil }
    }
}
