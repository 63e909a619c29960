package import Addressing
package import Timing

/// Why the manager doesn't do what it was asked for. Each case carries what an operator needs to
/// act on it; none carries a sentence.
package enum Refusal: Error, Equatable, Sendable {
    case shuttingDown
    case networkInactive
    /// `until` is nil for a ban without end.
    case banned(Prefix, until: WallTime?)
    /// One source connects more often than `inbound.rate` and `inbound.burst` allow.
    case rateLimited
    /// More inbound attempts than `inbound.flood-threshold` in a minute: dropped with this chance.
    case flooded(chance: Double)
    case alreadyPending(ConnectionID)
    case alreadyConnected(ConnectionID)
    case tooManyPerHost(limit: Int)
    /// Through a listener that stands behind a proxy.
    case tooManyPerListener(limit: Int)
    case tooManyConnections(limit: Int)
    case tooManyWhitelisted(limit: Int)

    case duplicatePersistent(ConnectionID)
    case notPersistent(ConnectionID)
    case tooManyPersistent(limit: Int)
    case tooManyPersistentPerHost(limit: Int)
    case tooManyBans(limit: Int)
    /// This prefix, the one that was named or a wider one, is banned for longer than was asked for;
    /// `until` is nil for a ban without end.
    case bannedLonger(Prefix, until: WallTime?)
    case notFound
    case unsupportedAddress(PeerTarget)
}

/// Why inbound peers were refused, as it is counted.
package enum RefusalReason: Int, CaseIterable, Sendable {
    case shuttingDown, networkInactive, banned, rateLimited, flooded, duplicate, perHost
    case perListener
    case connections, whitelisted
    /// Shed with the reserve descriptor, or left in the kernel's queue for a moment.
    case resourcesExhausted
}

extension Refusal {
    /// Nil for what only operators can be told.
    var reason: RefusalReason? {
        switch self {
        case .shuttingDown: .shuttingDown
        case .networkInactive: .networkInactive
        case .banned: .banned
        case .rateLimited: .rateLimited
        case .flooded: .flooded
        case .alreadyPending, .alreadyConnected: .duplicate
        case .tooManyPerHost: .perHost
        case .tooManyPerListener: .perListener
        case .tooManyConnections: .connections
        case .tooManyWhitelisted: .whitelisted
        case .duplicatePersistent, .notPersistent, .tooManyPersistent, .tooManyPersistentPerHost,
            .tooManyBans, .bannedLonger, .notFound, .unsupportedAddress:
            nil
        }
    }
}

/// How many inbound peers were refused since the start, by reason.
package struct RefusalCounts: Equatable, Sendable {
    private var counts = [UInt64](repeating: 0, count: RefusalReason.allCases.count)

    package init() {}

    package subscript(reason: RefusalReason) -> UInt64 { counts[reason.rawValue] }

    package var total: UInt64 { counts.reduce(0, +) }

    mutating func add(_ reason: RefusalReason) {
        counts[reason.rawValue] += 1
    }
}
