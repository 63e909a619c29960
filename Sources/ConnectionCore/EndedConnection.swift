package import Addressing
package import Timing

/// An established connection that has ended, as it was at its end.
package struct EndedConnection: Equatable, Sendable {
    package let id: ConnectionID
    package let kind: Kind
    package let isPersistent: Bool
    /// What the operator or the dialler named.
    package let target: PeerTarget
    package let remote: PeerAddress
    package let wasReady: Bool
    package let ending: Ending
    package let ended: Instant
    /// How long it was established.
    package let lasted: Duration
    /// Received and sent; nil if nobody counted.
    package let bytesIn: UInt64?
    package let bytesOut: UInt64?

    /// Of the report of its end. The bytes are the shell's to count. Nil for every other report.
    package init?(
        _ report: Report,
        at now: Instant,
        bytesIn: UInt64? = nil,
        bytesOut: UInt64? = nil
    ) {
        guard case .ended(let subject, let ending, let lasted, let wasReady) = report,
            let remote = subject.address
        else { return nil }
        id = subject.id
        kind = subject.kind
        isPersistent = subject.isPersistent
        target = subject.target
        self.remote = remote
        self.wasReady = wasReady
        self.ending = ending
        ended = now
        self.lasted = lasted
        self.bytesIn = bytesIn
        self.bytesOut = bytesOut
    }
}
