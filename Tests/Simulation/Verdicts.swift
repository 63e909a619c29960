internal import ConnectionCore
import Facts

/// What the rules say of causes, written down a second time.
extension DialFailure {
    /// Only what a peer or the path to it did tells something about its address.
    var isAddressToBlame: Bool {
        switch self {
        case .timedOut, .refused, .unreachable, .io: true
        case .noRoute, .noLocalEnd, .unresolved, .selfConnection, .alreadyConnected, .banned,
            .tooManyPerHost, .unsupportedAddress, .resourcesExhausted, .cancelled:
            false
        }
    }

    var isCancellation: Bool { if case .cancelled = self { true } else { false } }

    /// Whether another dial of the region would fail alike.
    var isWithoutRoute: Bool {
        switch self {
        case .noRoute, .noLocalEnd(.address), .noLocalEnd(.bindAddress), .noLocalEnd(.interface):
            true
        case .timedOut, .refused, .unreachable, .noLocalEnd(.port), .unresolved, .selfConnection,
            .alreadyConnected, .banned, .tooManyPerHost, .unsupportedAddress, .resourcesExhausted,
            .cancelled, .io:
            false
        }
    }

    /// Whether only our own machine is to blame, so that a persistent peer goes on as before.
    var isOurOwn: Bool {
        switch self {
        case .noRoute, .noLocalEnd, .resourcesExhausted: true
        case .timedOut, .refused, .unreachable, .unresolved, .selfConnection, .alreadyConnected,
            .banned, .tooManyPerHost, .unsupportedAddress, .io, .cancelled:
            false
        }
    }

    /// Whether a name's next address is tried after it.
    var allowsNextAddress: Bool {
        switch self {
        case .timedOut, .refused, .unreachable, .noRoute, .noLocalEnd, .selfConnection, .io,
            .alreadyConnected, .banned, .tooManyPerHost, .unsupportedAddress:
            true
        case .unresolved, .resourcesExhausted, .cancelled: false
        }
    }

    /// Whether it is one of the failures in a row that ration the automatic dialler. Exhausted
    /// resources have a pause of their own, what has no route a rest, and what takes everything
    /// away starts anew.
    var countsForPacing: Bool {
        switch self {
        case .timedOut, .refused, .unreachable, .noLocalEnd(.port), .unresolved, .selfConnection,
            .alreadyConnected, .banned, .tooManyPerHost, .unsupportedAddress, .io:
            true
        case .cancelled(let canceller):
            switch canceller {
            case .operator, .ban, .caller: true
            case .networkInactive, .shutdown: false
            }
        case .noRoute, .noLocalEnd(.address), .noLocalEnd(.bindAddress), .noLocalEnd(.interface),
            .resourcesExhausted:
            false
        }
    }
}

extension Ending {
    /// Whether it blames the address of a peer that wasn't ready.
    var isPeers: Bool {
        switch self {
        case .closedByPeer, .timedOut, .io, .attemptTimedOut: true
        case .session(let fault):
            switch fault {
            case .handshakeTimedOut, .malformed, .misbehaved, .unexpectedMessage, .obsoleteVersion,
                .lacksServices, .idle, .slow:
                true
            case .selfConnection:
                // Whose address it is was never the question.
                false
            }
        case .byOperator, .abandoned, .banned, .networkInactive, .shutdown: false
        }
    }

    /// Whether it is one of the failures in a row, where it comes before readiness.
    var countsForPacing: Bool {
        switch self {
        case .closedByPeer, .timedOut, .io, .session, .byOperator, .attemptTimedOut, .abandoned,
            .banned:
            true
        case .networkInactive, .shutdown: false
        }
    }
}
