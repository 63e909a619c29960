import ConnectionCore

/// Causes as single words for programs (PEERD_REASON). They don't change.

extension DialFailure {
    var word: String {
        switch self {
        case .timedOut: "timed-out"
        case .refused: "refused"
        case .unreachable: "unreachable"
        case .noRoute: "no-route"
        case .noLocalEnd(.address): "no-local-address"
        case .noLocalEnd(.bindAddress): "bind-address-missing"
        case .noLocalEnd(.interface): "interface-missing"
        case .noLocalEnd(.port): "no-local-port"
        case .unresolved: "unresolved"
        case .selfConnection: "self-connection"
        case .alreadyConnected: "already-connected"
        case .banned: "banned"
        case .tooManyPerHost: "too-many-per-host"
        case .unsupportedAddress: "unsupported-address"
        case .resourcesExhausted: "resources-exhausted"
        case .cancelled(let canceller): "cancelled-by-\(canceller.word)"
        case .io: "io"
        }
    }
}

extension Canceller {
    var word: String {
        switch self {
        case .caller: "caller"
        case .operator: "operator"
        case .networkInactive: "network-inactive"
        case .ban: "ban"
        case .shutdown: "shutdown"
        }
    }
}

extension Ending {
    var word: String {
        switch self {
        case .closedByPeer: "closed-by-peer"
        case .timedOut: "timed-out"
        case .io: "io"
        case .session(let fault): fault.word
        case .attemptTimedOut: "attempt-timed-out"
        case .abandoned: "abandoned"
        case .byOperator: "closed-by-operator"
        case .banned: "banned"
        case .networkInactive: "network-inactive"
        case .shutdown: "shutdown"
        }
    }
}

extension SessionFault {
    var word: String {
        switch self {
        case .handshakeTimedOut: "handshake-timed-out"
        case .malformed: "malformed"
        case .misbehaved: "misbehaved"
        case .unexpectedMessage: "unexpected-message"
        case .obsoleteVersion: "obsolete-version"
        case .lacksServices: "lacks-services"
        case .selfConnection: "self-connection"
        case .idle: "idle"
        case .slow: "slow"
        }
    }
}

extension Refusal {
    var word: String {
        switch self {
        case .shuttingDown: "shutting-down"
        case .networkInactive: "network-inactive"
        case .banned: "banned"
        case .rateLimited: "rate-limited"
        case .flooded: "flooded"
        case .alreadyPending: "already-pending"
        case .alreadyConnected: "already-connected"
        case .tooManyPerHost: "too-many-per-host"
        case .tooManyPerListener: "too-many-per-listener"
        case .tooManyConnections: "too-many-connections"
        case .tooManyWhitelisted: "too-many-whitelisted"
        case .duplicatePersistent: "duplicate-persistent"
        case .notPersistent: "not-persistent"
        case .tooManyPersistent: "too-many-persistent"
        case .tooManyPersistentPerHost: "too-many-persistent-per-host"
        case .tooManyBans: "too-many-bans"
        case .bannedLonger: "banned-longer"
        case .notFound: "not-found"
        case .unsupportedAddress: "unsupported-address"
        }
    }
}
