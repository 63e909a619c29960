package import Addressing
package import DecredWire
package import Facts
package import Timing

/// One connection, with all that is known of it now.
package struct ConnectionRow: Equatable, Sendable {
    package let id: ConnectionID
    package let kind: ShownKind
    package let phase: Phase
    /// What the operator or the dialler named.
    package let target: PeerTarget
    /// Nil while a name has no address.
    package let remote: PeerAddress?
    /// Our end; nil while there is none.
    package let local: PeerAddress?
    package let isPersistent: Bool
    package let isReady: Bool
    package let isWhitelisted: Bool
    /// It came through an onion service or a local proxy.
    package let isProxied: Bool
    package let establishedSince: Instant?
    /// Of a persistent one alone: retries since it was ready, its last failure unless it is ready,
    /// and since when it is down.
    package let retries: UInt32?
    package let setback: Setback?
    package let downSince: Instant?
    /// Nil while it has no socket.
    package let traffic: Traffic?
    /// Nil until the peer has answered a ping.
    package let roundTrip: RoundTrip?
    /// Nil before its handshake is complete, and where there is none.
    package let introduction: PeerIntroduction?
}
