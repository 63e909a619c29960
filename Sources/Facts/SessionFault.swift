/// Why the session with a peer, which speaks the network's protocol, gave its connection up.
package enum SessionFault: String, FactName {
    /// No complete handshake in time, however much was said. The core finds this out itself; all
    /// others are told to it.
    case handshakeTimedOut = "handshake-timed-out"
    /// Bytes that are not the protocol's.
    case malformed
    /// Its ban score was reached.
    case misbehaved
    /// A message that may not come now: not `version` first, two of them, one before `verack`.
    case unexpectedMessage = "unexpected-message"
    /// A protocol version that nobody speaks any more.
    case obsoleteVersion = "obsolete-version"
    /// It doesn't offer what automatic outbound peers must.
    case lacksServices = "lacks-services"
    /// Its nonce is our own. Both ends of such a connection are to be closed with this.
    case selfConnection = "self-connection"
    /// Nothing complete came for too long.
    case idle
    /// It doesn't take what is sent to it.
    case slow

    /// In an operator's words.
    package var sentence: String {
        switch self {
        case .handshakeTimedOut: "no handshake in time"
        case .malformed: "malformed message"
        case .misbehaved: "misbehaved"
        case .unexpectedMessage: "message out of order"
        case .obsoleteVersion: "obsolete protocol version"
        case .lacksServices: "lacks outbound.required-services"
        case .selfConnection: "connected to ourselves"
        case .idle: "idle"
        case .slow: "too slow"
        }
    }
}
