internal import ConnectionCore
import Facts

/// What a session says of its connection.
enum SessionNews {
    case handshakeCompleted
    /// It gives the connection up.
    case gaveUp(SessionFault)
    /// It gives the connection up, and the peer deserves a ban.
    case misbehaved(SessionFault)
}
