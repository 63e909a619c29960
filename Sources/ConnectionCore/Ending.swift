package import Addressing

/// Why an established connection ended.
package enum Ending: Equatable, Sendable {
    /// The peer closed its side.
    case closedByPeer
    /// The kernel gave up on a peer that doesn't answer: keepalive or TCP_USER_TIMEOUT.
    case timedOut
    case io(errno: Int32)
    case byOperator
    case banned(Prefix)
    case networkInactive
    case shutdown

    /// Whether it counts as one of the automatic dialler's failures in a row, if the connection wasn't
    /// ready: whatever doesn't empty the table.
    var isOutboundFailure: Bool {
        switch self {
        case .closedByPeer, .timedOut, .io, .byOperator, .banned: true
        case .networkInactive, .shutdown: false
        }
    }
}
