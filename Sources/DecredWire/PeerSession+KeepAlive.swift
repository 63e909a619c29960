package import Timing

extension PeerSession {
    /// When to call `deadlineReached`: for the next ping, or because the peer has been silent for
    /// too long. `distantFuture` unless established.
    ///
    /// It never comes nearer by what a session receives, so one entry in a queue is enough: set
    /// when the handshake is complete, and again when it was reached.
    package func deadline(in surroundings: SessionSurroundings) -> Instant {
        isEstablished ? keepAlive.deadline(under: surroundings.policy) : .distantFuture
    }

    /// For so long, until now, nothing was received although it may have come: that isn't held
    /// against the peer. To be told before what has come.
    package mutating func stoodStill(
        for pause: Duration,
        at now: Instant,
        in surroundings: SessionSurroundings
    ) {
        keepAlive.stoodStill(for: pause, at: now, under: surroundings.policy)
    }

    /// Whether a ping is on its way to the kernel: `sent` is to be said when all that waits for the
    /// peer has been sent.
    package var hasUnsentPing: Bool { keepAlive.isUnsent }

    /// What waited for the peer was sent at this moment, which is read when it is sent and not at
    /// the beginning of the turn: from it the round trip counts. It makes no deadline come nearer.
    package mutating func sent(at moment: Instant) {
        keepAlive.sent(at: moment)
    }

    /// The deadline has passed, or not: then nothing happens.
    ///
    /// `nonce` is random and used for the ping if one is due, so that no peer can answer before it
    /// was asked.
    package mutating func deadlineReached(
        at now: Moment,
        nonce: UInt64,
        in surroundings: SessionSurroundings,
        _ output: inout SessionOutput
    ) {
        guard isEstablished else { return }
        switch keepAlive.duty(at: now.instant, under: surroundings.policy) {
        case .nothing:
            break
        case .ping:
            keepAlive.pinged(nonce: nonce, at: now.instant)
            send(.ping(nonce: nonce), surroundings, &output)
        case .close:
            end(.idle, &output)
        }
    }
}
