package import Addressing
package import Timing

/// Why a connected socket was closed.
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
}

extension Ending: Named {
    package enum Name: String, FactName {
        case closedByPeer = "closed-by-peer"
        case timedOut = "timed-out"
        case io
        case handshakeTimedOut = "handshake-timed-out"
        case malformed
        case misbehaved
        case unexpectedMessage = "unexpected-message"
        case obsoleteVersion = "obsolete-version"
        case lacksServices = "lacks-services"
        case selfConnection = "self-connection"
        case idle
        case slow
        case byOperator = "closed-by-operator"
        case attemptTimedOut = "attempt-timed-out"
        case abandoned
        case banned
        case networkInactive = "network-inactive"
        case shutdown

        package init(_ fault: SessionFault) {
            self =
                switch fault {
                case .handshakeTimedOut: .handshakeTimedOut
                case .malformed: .malformed
                case .misbehaved: .misbehaved
                case .unexpectedMessage: .unexpectedMessage
                case .obsoleteVersion: .obsoleteVersion
                case .lacksServices: .lacksServices
                case .selfConnection: .selfConnection
                case .idle: .idle
                case .slow: .slow
                }
        }
    }

    package var name: Name {
        switch self {
        case .closedByPeer: .closedByPeer
        case .timedOut: .timedOut
        case .io: .io
        case .session(let fault): Name(fault)
        case .byOperator: .byOperator
        case .attemptTimedOut: .attemptTimedOut
        case .abandoned: .abandoned
        case .banned: .banned
        case .networkInactive: .networkInactive
        case .shutdown: .shutdown
        }
    }

    /// In an operator's words.
    package func sentence(_ wording: Wording) -> String {
        switch self {
        case .closedByPeer: "closed by peer"
        case .timedOut: "peer vanished"
        case .io(let code): wording.systemError(code)
        case .session(let fault): fault.sentence
        case .attemptTimedOut(let after): "no handshake within \(after.briefDescription) in all"
        case .abandoned: "given up by its caller"
        case .byOperator: "closed by an operator"
        case .banned(let prefix, let until): wording.banned(with: prefix, until: until)
        case .networkInactive: "network inactive"
        case .shutdown: "shutting down"
        }
    }
}
