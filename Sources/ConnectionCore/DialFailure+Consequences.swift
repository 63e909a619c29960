package import Facts

extension DialFailure {
    /// Whether the failure tells something bad about the address. Our own troubles and decisions
    /// don't.
    var blamesAddress: Bool {
        switch self {
        case .timedOut, .refused, .unreachable, .io:
            true
        case .noRoute, .noLocalEnd, .unresolved, .selfConnection, .alreadyConnected, .banned,
            .tooManyPerHost, .unsupportedAddress, .resourcesExhausted, .cancelled:
            false
        }
    }

    /// Whether it counts as one of the automatic dialler's failures in a row. What empties the
    /// table doesn't, nor do exhausted resources, which have a pause of their own, and what wasn't
    /// dialled for want of a route or an address of ours: its region rests.
    var isOutboundFailure: Bool {
        switch self {
        case .timedOut, .refused, .unreachable, .noLocalEnd(.port), .unresolved, .selfConnection,
            .io, .alreadyConnected, .banned, .tooManyPerHost, .unsupportedAddress,
            .cancelled(by: .caller), .cancelled(by: .operator), .cancelled(by: .ban):
            true
        case .noRoute, .noLocalEnd(.address), .noLocalEnd(.bindAddress), .noLocalEnd(.interface),
            .resourcesExhausted, .cancelled(by: .networkInactive), .cancelled(by: .shutdown):
            false
        }
    }

    /// Whether another dial to the same region would most likely fail alike.
    var lacksRoute: Bool {
        switch self {
        case .noRoute, .noLocalEnd(.address), .noLocalEnd(.bindAddress), .noLocalEnd(.interface):
            true
        case .timedOut, .refused, .unreachable, .noLocalEnd(.port), .unresolved, .selfConnection,
            .alreadyConnected, .banned, .tooManyPerHost, .unsupportedAddress, .resourcesExhausted,
            .cancelled, .io:
            false
        }
    }

    /// Whether it tells only of our own machine: then a persistent peer goes on trying as before,
    /// quietly.
    package var blamesNobody: Bool {
        switch self {
        case .noRoute, .noLocalEnd, .resourcesExhausted: true
        case .timedOut, .refused, .unreachable, .unresolved, .selfConnection, .alreadyConnected,
            .banned, .tooManyPerHost, .unsupportedAddress, .cancelled, .io:
            false
        }
    }

    /// Whether the next address of a name is worth a try.
    var leavesNextAddress: Bool {
        switch self {
        case .timedOut, .refused, .unreachable, .noRoute, .noLocalEnd, .selfConnection, .io,
            .alreadyConnected, .banned, .tooManyPerHost, .unsupportedAddress:
            true
        case .unresolved, .resourcesExhausted, .cancelled:
            false
        }
    }
}
