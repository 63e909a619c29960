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
    case tooManyPerHost(limit: Int, count: Int)
    /// Of a listener that stands behind a proxy.
    case tooManyPerListener(limit: Int, count: Int)
    /// The limit is what other kinds of connection, and what is reserved for them, leave to this
    /// one.
    case tooManyConnections(limit: Int, count: Int)
    /// Lets it in where others are limited.
    case whitelist(Prefix)
    case tooManyWhitelisted(limit: Int, count: Int)
    /// Nothing listens that it could come to.
    case noListener
    /// The listener trusts loopback, so that it isn't limited.
    case trustedLoopback
    /// It was ready within a day, so that a flood doesn't touch it.
    case knownHost
    case tooManyPersistent(limit: Int, count: Int)
    /// Other persistent peers of its host.
    case tooManyPersistentPerHost(limit: Int, count: Int)
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
}

extension Rule {
    /// Whether the rule closes the way: a flood by chance, the others for certain. What doesn't
    /// lets in what others would refuse, or only puts it behind others.
    package var refuses: Bool {
        switch self {
        case .whitelist, .trustedLoopback, .knownHost, .attemptedRecently, .otherPort: false
        case .shuttingDown, .networkInactive, .banned, .rateLimited, .flooded, .duplicate,
            .tooManyPerHost, .tooManyPerListener, .tooManyConnections, .tooManyWhitelisted,
            .tooManyPersistent, .tooManyPersistentPerHost, .targetHeld, .group, .ownAddress,
            .misbehaved, .operatorsPeer, .attemptedJustNow, .noRoute, .unknownAddress, .paused,
            .resourcesExhausted, .noListener, .unsupportedAddress:
            true
        }
    }

    /// When it stops to apply by itself, as far as is known.
    package var until: WallTime? {
        switch self {
        case .banned(_, let until), .rateLimited(let until): until
        case .ownAddress(let until), .misbehaved(let until), .attemptedRecently(let until),
            .attemptedJustNow(let until), .noRoute(let until), .paused(_, _, let until),
            .resourcesExhausted(let until):
            until
        case .shuttingDown, .networkInactive, .flooded, .duplicate, .tooManyPerHost,
            .tooManyPerListener, .tooManyConnections, .whitelist, .tooManyWhitelisted, .noListener,
            .trustedLoopback, .knownHost, .tooManyPersistent, .tooManyPersistentPerHost,
            .targetHeld, .group, .operatorsPeer, .otherPort, .unknownAddress, .unsupportedAddress:
            nil
        }
    }

    /// In an operator's words, with its numbers but without its end.
    package var sentence: String {
        switch self {
        case .shuttingDown: "shutting down"
        case .networkInactive: "network inactive"
        case .banned(let prefix, _): "banned with \(prefix)"
        case .rateLimited: "rate limited: inbound.rate and inbound.burst, or the listener's own"
        case .flooded(let limit, let count, let chance):
            "flood, dropped with a chance of \(percent(chance)) "
                + "(inbound.flood-threshold \(grouped(count)) of \(grouped(limit)))"
        case .duplicate(let id): "connected or pending already (id: \(id))"
        case .tooManyPerHost(let limit, let count): "limits.per-host" + full(limit, count)
        case .tooManyPerListener(let limit, let count): "listen.connections" + full(limit, count)
        case .tooManyConnections(let limit, let count):
            "no slot left of limits.connections" + full(limit, count)
        case .whitelist(let prefix): "whitelisted with \(prefix)"
        case .tooManyWhitelisted(let limit, let count): "limits.whitelisted" + full(limit, count)
        case .noListener: "nothing listens that it could come to"
        case .trustedLoopback: "trusted loopback, not limited"
        case .knownHost: "was ready within a day, so that a flood doesn't touch it"
        case .tooManyPersistent(let limit, let count): "persistent.max" + full(limit, count)
        case .tooManyPersistentPerHost(let limit, let count):
            "limits.per-host for persistent peers" + full(limit, count)
        case .targetHeld(let limit, let count): "outbound.target is held" + full(limit, count)
        case .group(let limit, let count): "outbound.max-per-group" + full(limit, count)
        case .ownAddress: "it led to ourselves"
        case .misbehaved: "it misbehaved when it was dialled"
        case .operatorsPeer(let id): "an operator's peer, which is never picked (id: \(id))"
        case .attemptedRecently: "attempted recently, not among the first picks"
        case .attemptedJustNow: "attempted just now"
        case .noRoute: "no route from here, to nothing of its family or block"
        case .otherPort: "not the network's own port, not among the first picks"
        case .unknownAddress: "not among the addresses that are picked from"
        case .paused(let limit, let count, _): "too many failures in a row" + full(limit, count)
        case .resourcesExhausted: "out of descriptors or memory"
        case .unsupportedAddress: "not an address that can be dialled"
        }
    }

    /// ` (5 of 5)`
    private func full(_ limit: Int, _ count: Int) -> String {
        " (\(grouped(count)) of \(grouped(limit)))"
    }
}

extension Rule: Named {
    package enum Name: String, FactName {
        case shuttingDown = "shutting-down"
        case networkInactive = "network-inactive"
        case banned
        case rateLimited = "rate-limited"
        case flooded
        case duplicate
        case tooManyPerHost = "too-many-per-host"
        case tooManyPerListener = "too-many-per-listener"
        case tooManyConnections = "too-many-connections"
        case whitelist
        case tooManyWhitelisted = "too-many-whitelisted"
        case noListener = "no-listener"
        case trustedLoopback = "trusted-loopback"
        case knownHost = "known-host"
        case tooManyPersistent = "too-many-persistent"
        case tooManyPersistentPerHost = "too-many-persistent-per-host"
        case targetHeld = "target-held"
        case group
        case ownAddress = "own-address"
        case misbehaved
        case operatorsPeer = "operators-peer"
        case attemptedRecently = "attempted-recently"
        case attemptedJustNow = "attempted-just-now"
        case noRoute = "no-route"
        case otherPort = "other-port"
        case unknownAddress = "unknown-address"
        case paused
        case resourcesExhausted = "resources-exhausted"
        case unsupportedAddress = "unsupported-address"
    }

    package var name: Name {
        switch self {
        case .shuttingDown: .shuttingDown
        case .networkInactive: .networkInactive
        case .banned: .banned
        case .rateLimited: .rateLimited
        case .flooded: .flooded
        case .duplicate: .duplicate
        case .tooManyPerHost: .tooManyPerHost
        case .tooManyPerListener: .tooManyPerListener
        case .tooManyConnections: .tooManyConnections
        case .whitelist: .whitelist
        case .tooManyWhitelisted: .tooManyWhitelisted
        case .noListener: .noListener
        case .trustedLoopback: .trustedLoopback
        case .knownHost: .knownHost
        case .tooManyPersistent: .tooManyPersistent
        case .tooManyPersistentPerHost: .tooManyPersistentPerHost
        case .targetHeld: .targetHeld
        case .group: .group
        case .ownAddress: .ownAddress
        case .misbehaved: .misbehaved
        case .operatorsPeer: .operatorsPeer
        case .attemptedRecently: .attemptedRecently
        case .attemptedJustNow: .attemptedJustNow
        case .noRoute: .noRoute
        case .otherPort: .otherPort
        case .unknownAddress: .unknownAddress
        case .paused: .paused
        case .resourcesExhausted: .resourcesExhausted
        case .unsupportedAddress: .unsupportedAddress
        }
    }
}
