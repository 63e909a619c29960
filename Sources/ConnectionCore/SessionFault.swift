/// Why the session with a peer, which speaks the network's protocol, gave its connection up.
package enum SessionFault: UInt8, CaseIterable, BitwiseCopyable, Sendable {
    /// No complete handshake within `Policy.Handshake.timeout`, however much was said. The core
    /// finds this out itself; all others are told to it.
    case handshakeTimedOut
    /// Bytes that are not the protocol's.
    case malformed
    /// Its ban score was reached.
    case misbehaved
    /// A message that may not come now: not `version` first, two of them, one before `verack`.
    case unexpectedMessage
    /// A protocol version that nobody speaks any more.
    case obsoleteVersion
    /// It doesn't offer what automatic outbound peers must.
    case lacksServices
    /// Its nonce is our own. Both ends of such a connection are to be closed with this.
    case selfConnection
    /// Nothing complete came for too long.
    case idle
    /// It doesn't take what is sent to it.
    case slow
}
