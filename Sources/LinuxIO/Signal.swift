import Glibc

/// The signals that mean something to the loop.
package enum Signal: Equatable, Sendable, CaseIterable {
    /// SIGTERM
    case terminate
    /// SIGINT
    case interrupt
    /// SIGHUP
    case hangUp
    /// SIGUSR1
    case user1

    package var number: CInt {
        switch self {
        case .terminate: SIGTERM
        case .interrupt: SIGINT
        case .hangUp: SIGHUP
        case .user1: SIGUSR1
        }
    }
}
