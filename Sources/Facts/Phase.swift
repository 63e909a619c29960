package import Timing

/// Where a connection stands. It is in exactly one phase.
package enum Phase: Equatable, BitwiseCopyable, Sendable {
    /// A persistent connection between two attempts. `.distantFuture` while the network is
    /// inactive: then only its activation ends the wait.
    case waiting(until: Instant)
    /// Resolving a name or connecting; at `until` the address is given up.
    case dialing(until: Instant)
    /// The socket is connected, and the handshake of the network's protocol under way; at `until`
    /// the peer is given up.
    case handshaking(since: Instant, until: Instant)
    /// Connected, and after a handshake if there is one.
    case established(since: Instant)

    /// When the phase ends by itself; nil if only an event can end it.
    @inlinable
    package var deadline: Instant? {
        switch self {
        case .waiting(let until), .dialing(let until), .handshaking(_, let until):
            until == .distantFuture ? nil : until
        case .established:
            nil
        }
    }
}

extension Phase: Named {
    package enum Name: String, FactName {
        case waiting, dialing, handshaking, established
    }

    package var name: Name {
        switch self {
        case .waiting: .waiting
        case .dialing: .dialing
        case .handshaking: .handshaking
        case .established: .established
        }
    }
}
