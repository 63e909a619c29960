package import Addressing
package import Timing

/// A connection that has ended, or an attempt that led to none, as it was at its end.
package struct EndedConnection: Equatable, Sendable {
    package let id: ConnectionID
    package let kind: Kind
    package let isPersistent: Bool
    /// What the operator or the dialler named.
    package let target: PeerTarget
    /// Nil for an attempt at a name that had no address.
    package let remote: PeerAddress?
    package let wasReady: Bool
    package let cause: Setback.Cause
    package let ended: Instant
    /// How long it was established; zero for an attempt.
    package let lasted: Duration
    /// Received and sent; nil if nobody counted.
    package let bytesIn: UInt64?
    package let bytesOut: UInt64?

    /// Whether it is an attempt that led to no connection.
    package var isFailed: Bool {
        switch cause {
        case .failed: true
        case .ended: false
        }
    }

    /// Of the report of its end. The bytes are the shell's to count. Nil for every other report: of
    /// attempts that fail again and again for want of a route only the first is an end.
    package init?(
        _ report: Report,
        at now: Instant,
        bytesIn: UInt64? = nil,
        bytesOut: UInt64? = nil
    ) {
        let subject: Subject
        switch report {
        case .ended(let ended, let ending, let lasted, let wasReady):
            subject = ended
            cause = .ended(ending)
            self.lasted = lasted
            self.wasReady = wasReady
        case .failed(let failed, let failure):
            subject = failed
            cause = .failed(failure)
            lasted = .zero
            wasReady = false
        case .attempting, .connected, .accepted, .ready, .failedAgain, .retrying,
            .persistentWaiting, .hangingUp, .persistentDown, .persistentAdded, .persistentAdopted,
            .persistentRemoved, .refused, .refusalsSilenced, .refusalsSuppressed, .outboundPaused,
            .nobodyToDial, .targetMissed, .resourcesExhausted, .banned, .unbanned, .bansSilenced,
            .bansSuppressed, .networkActive, .shuttingDown:
            return nil
        }
        id = subject.id
        kind = subject.kind
        isPersistent = subject.isPersistent
        target = subject.target
        remote = subject.address
        ended = now
        self.bytesIn = bytesIn
        self.bytesOut = bytesOut
    }
}
