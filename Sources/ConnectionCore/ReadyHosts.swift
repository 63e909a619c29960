internal import Addressing
internal import DequeModule
internal import Timing

/// The hosts that had a ready connection within a day, the last 1,000 of them: a flood must not lock
/// out whom we know. About 60 KB.
struct ReadyHosts: Sendable {
    static let max = 1_000
    static let life = Duration.seconds(24 * 60 * 60)

    private var lastReady: [HostKey: Instant] = [:]
    /// In the order of time. A host that was ready again has a younger entry and an outdated one.
    private var order: Deque<(host: HostKey, at: Instant)> = []

    var count: Int { lastReady.count }

    func contains(_ host: HostKey, at now: Instant) -> Bool {
        guard let at = lastReady[host] else { return false }
        return now - at < Self.life
    }

    mutating func insert(_ host: HostKey, at now: Instant) {
        lastReady[host] = now
        order.append((host, now))
        while lastReady.count > Self.max { forgetOldest() }
        // One host that comes and goes must not grow the order.
        if order.count > 2 * Self.max { order.removeAll { lastReady[$0.host] != $0.at } }
    }

    private mutating func forgetOldest() {
        guard let (host, at) = order.popFirst() else { return }
        if lastReady[host] == at { lastReady[host] = nil }
    }
}
