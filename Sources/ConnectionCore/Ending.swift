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

    /// Whether the peer or the path to it ended the connection, and not we.
    var isTheirs: Bool {
        switch self {
        case .closedByPeer, .timedOut, .io: true
        case .byOperator, .banned, .networkInactive, .shutdown: false
        }
    }
}
