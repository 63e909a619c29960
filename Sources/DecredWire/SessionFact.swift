/// What a session found out, in order. Nothing follows `closed`.
package enum SessionFact: Equatable, Sendable {
    /// The connection is ready. Once, and before anything but `banned` and
    /// `closed`.
    case handshakeCompleted(PeerDescription)
    /// An answer to our last ping.
    case roundTrip(RoundTrip)
    /// What the peer told of others, as far as its bucket let through: at least one, any of which
    /// may be useless.
    case addresses([AdvertisedAddress])
    /// An inbound peer wants addresses: answer with `PeerSession.give`. At most once.
    case addressesAsked
    /// The score has reached `SessionPolicy.warnScore`. At most once.
    case warned(Misbehaviour, score: Int)
    /// The peer deserves a ban, which the core decides about. `closed` follows.
    case banned(Misbehaviour)
    /// The connection is to be closed, and nothing is to be sent any more.
    case closed(SessionEnding)
}
