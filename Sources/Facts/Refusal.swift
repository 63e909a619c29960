package import Addressing
package import Timing

/// Why something isn't done that was asked for. Each case carries what an operator needs to act on
/// it.
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
    /// What was given, and what is wrong with it as a sentence that names it, where more can be
    /// said than that it can't be dialled.
    case unsupportedAddress(String, reason: String?)
    /// `addAddresses` has added as many as may be.
    case tooManyAddresses(limit: Int)
    /// What is wrong with each place of the configuration.
    case configurationRejected(problems: [String])
}

extension Refusal: Named {
    package enum Name: String, FactName {
        case shuttingDown = "shutting-down"
        case networkInactive = "network-inactive"
        case banned
        case rateLimited = "rate-limited"
        case flooded
        case alreadyPending = "already-pending"
        case alreadyConnected = "already-connected"
        case tooManyPerHost = "too-many-per-host"
        case tooManyPerListener = "too-many-per-listener"
        case tooManyConnections = "too-many-connections"
        case tooManyWhitelisted = "too-many-whitelisted"
        case duplicatePersistent = "duplicate-persistent"
        case notPersistent = "not-persistent"
        case tooManyPersistent = "too-many-persistent"
        case tooManyPersistentPerHost = "too-many-persistent-per-host"
        case tooManyBans = "too-many-bans"
        case bannedLonger = "banned-longer"
        case notFound = "not-found"
        case unsupportedAddress = "unsupported-address"
        case tooManyAddresses = "too-many-addresses"
        case configurationRejected = "configuration-rejected"
    }

    package var name: Name {
        switch self {
        case .shuttingDown: .shuttingDown
        case .networkInactive: .networkInactive
        case .banned: .banned
        case .rateLimited: .rateLimited
        case .flooded: .flooded
        case .alreadyPending: .alreadyPending
        case .alreadyConnected: .alreadyConnected
        case .tooManyPerHost: .tooManyPerHost
        case .tooManyPerListener: .tooManyPerListener
        case .tooManyConnections: .tooManyConnections
        case .tooManyWhitelisted: .tooManyWhitelisted
        case .duplicatePersistent: .duplicatePersistent
        case .notPersistent: .notPersistent
        case .tooManyPersistent: .tooManyPersistent
        case .tooManyPersistentPerHost: .tooManyPersistentPerHost
        case .tooManyBans: .tooManyBans
        case .bannedLonger: .bannedLonger
        case .notFound: .notFound
        case .unsupportedAddress: .unsupportedAddress
        case .tooManyAddresses: .tooManyAddresses
        case .configurationRejected: .configurationRejected
        }
    }

    /// In an operator's words.
    package func sentence(_ wording: Wording) -> String {
        switch self {
        case .shuttingDown: "shutting down"
        case .networkInactive: "network inactive"
        case .banned(let prefix, let until): wording.banned(with: prefix, until: until)
        case .rateLimited: "rate limited"
        case .flooded(let chance): "flood (dropped with a chance of \(percent(chance)))"
        case .alreadyPending(let id): "already pending (id: \(id))"
        case .alreadyConnected(let id): "already connected (id: \(id))"
        case .tooManyPerHost(let limit): "limits.per-host (\(limit)) reached"
        case .tooManyPerListener(let limit): "the listener's connections (\(limit)) reached"
        case .tooManyConnections(let limit): "limits.connections (\(limit)) reached"
        case .tooManyWhitelisted(let limit): "limits.whitelisted (\(limit)) reached"
        case .duplicatePersistent(let id): "already persistent (id: \(id))"
        case .notPersistent(let id): "not persistent (id: \(id))"
        case .tooManyPersistent(let limit): "persistent.max (\(limit)) reached"
        case .tooManyPersistentPerHost(let limit):
            "limits.per-host (\(limit)) reached by persistent peers"
        case .tooManyBans(let limit): "\(grouped(limit)) bans are set already"
        case .bannedLonger(let prefix, let until):
            "\(prefix) is banned for longer already, \(wording.term(until))"
        case .notFound: "not found"
        case .unsupportedAddress(_, let reason?): reason
        case .unsupportedAddress(let text, nil):
            "'\(text)' is not an address that can be dialled"
        case .tooManyAddresses(let limit): "\(grouped(limit)) addresses were added already"
        case .configurationRejected(let problems):
            "the configuration is wrong: \(problems.joined(separator: "; "))"
        }
    }
}
