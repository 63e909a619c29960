package import Addressing
package import Timing

/// What decides about a peer, with the numbers that the rule has at this moment. A count is what is
/// there already, and has reached its limit. Every `until` is in wall time, for people.
package enum Rule: Equatable, Sendable {
    case shuttingDown
    case networkInactive
    /// `until` is nil for a ban without end.
    case banned(Prefix, until: WallTime?)
    /// Its source may come again then; nil for never, when `inbound.burst` is below 1.
    case rateLimited(until: WallTime?)
    /// Attempts of the last minute, this one included, and the chance of being dropped.
    case flooded(limit: Int, count: Int, chance: Double)
    /// The same `host:port` is connected or pending.
    case duplicate(ConnectionID)
    case perHost(limit: Int, count: Int)
    /// Of a listener that stands behind a proxy.
    case perListener(limit: Int, count: Int)
    /// The limit is what other kinds of connection, and what is reserved for them, leave to this
    /// one.
    case slots(limit: Int, count: Int)
    /// Lets it in where others are limited.
    case whitelist(Prefix)
    case whitelistedSlots(limit: Int, count: Int)
    /// Nothing listens that it could come to.
    case noListener
    /// The listener trusts loopback, so that it isn't limited.
    case trustedLoopback
    /// It was ready within a day, so that a flood doesn't touch it.
    case knownHost
    case persistentSlots(limit: Int, count: Int)
    /// Other persistent peers of its host.
    case persistentPerHost(limit: Int, count: Int)
    /// As many outbound connections as there are to be, which may be none.
    case targetHeld(limit: Int, count: Int)
    case group(limit: Int, count: Int)
    /// It led to ourselves. Forgotten before that if our addresses change.
    case ownAddress(until: WallTime)
    /// It misbehaved when it was dialled.
    case misbehaved(until: WallTime)
    /// A manual or persistent peer has the address, or had it last: it is never picked.
    case operatorsPeer(ConnectionID)
    /// Not among the first picks.
    case attemptedRecently(until: WallTime)
    case attemptedJustNow(until: WallTime)
    /// Nothing of its region has a route from here: none of it is picked until then.
    case noRoute(until: WallTime)
    /// Not the network's own port: not among the first picks.
    case otherPort
    /// The address source doesn't have it.
    case unknownAddress
    /// So many failures in a row, and when the next attempt may start. With fewer than the limit
    /// the dials of a returning network are being spread.
    case paused(limit: Int, count: Int, until: WallTime)
    /// Descriptors or memory are exhausted.
    case resourcesExhausted(until: WallTime)
    /// Of a kind that can't be dialled, or that can't come.
    case unsupportedAddress

    /// Whether the rule closes the way: a flood by chance, the others for certain. What doesn't
    /// lets in what others would refuse, or only puts it behind others.
    package var refuses: Bool {
        switch self {
        case .whitelist, .trustedLoopback, .knownHost, .attemptedRecently, .otherPort: false
        case .shuttingDown, .networkInactive, .banned, .rateLimited, .flooded, .duplicate, .perHost,
            .perListener,
            .slots, .whitelistedSlots, .persistentSlots, .persistentPerHost, .targetHeld, .group,
            .ownAddress, .misbehaved, .operatorsPeer, .attemptedJustNow, .noRoute, .unknownAddress,
            .paused, .resourcesExhausted, .noListener, .unsupportedAddress:
            true
        }
    }
}
