package import Addressing
package import Timing

/// Why a connection ended that had a connected socket.
package enum Ending: Equatable, Sendable {
    /// The peer closed its side.
    case closedByPeer
    /// The kernel gave up on a peer that doesn't answer: keepalive or TCP_USER_TIMEOUT.
    case timedOut
    case io(errno: Int32)
    /// The session with the peer gave it up.
    case session(SessionFault)
    case byOperator
    /// Its handshake wasn't complete when the time was over that its caller had given the whole
    /// attempt.
    case attemptTimedOut(after: Duration)
    /// Whoever had asked for it went away before its handshake was complete.
    case abandoned
    case banned(Prefix, until: WallTime?)
    case networkInactive
    case shutdown

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
