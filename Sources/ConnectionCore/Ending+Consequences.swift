import Facts

extension Ending {
    /// Whether it counts as one of the automatic dialler's failures in a row, if the connection
    /// wasn't ready: whatever doesn't empty the table.
    var isOutboundFailure: Bool {
        switch self {
        case .closedByPeer, .timedOut, .io, .session, .byOperator, .attemptTimedOut, .abandoned,
            .banned:
            true
        case .networkInactive, .shutdown: false
        }
    }

    /// Whether it tells something bad about the peer's address, if the connection wasn't ready.
    var blamesAddress: Bool {
        switch self {
        case .closedByPeer, .timedOut, .io, .attemptTimedOut: true
        case .session(let fault): fault != .selfConnection
        case .byOperator, .abandoned, .banned, .networkInactive, .shutdown: false
        }
    }
}
