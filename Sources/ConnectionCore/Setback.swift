package import Timing

/// What the last attempt to keep a persistent peer connected came to: why it is down.
package struct Setback: Equatable, Sendable {
    package enum Cause: Equatable, Sendable {
        /// A dial led to nothing.
        case failed(DialFailure)
        /// A connection ended, before its handshake was complete or sooner than it had to last.
        case ended(Ending)
    }

    package let cause: Cause
    package let at: Instant
    /// Its number in a row, from 1, of whatever causes: since the peer was last connected for as
    /// long as `persistent.stableAfter`, or the network came back. 0 while nothing has failed
    /// since: then it is how the peer went away.
    package internal(set) var number: UInt32
    /// How many of the last ones in a row were the peer's accepting and closing at once.
    package internal(set) var hangUps: UInt32

    /// So many hang-ups in a row are no accident: with the default waits, half a minute of them.
    package static let hangUpsToReport: UInt32 = 3
}

extension ConnectionTable.Persistence {
    /// Counts failures from none on. Why the peer is down stays known, until that is something
    /// else.
    mutating func startAnew() {
        retries = 0
        setback?.number = 0
        setback?.hangUps = 0
    }

    /// Notes one more failure, `lasted` after the socket was connected or the handshake complete.
    mutating func note(_ cause: Setback.Cause, after lasted: Duration, at now: Instant) {
        let isHangUp = cause.isClosing && lasted < Policy.readyAfter
        setback = Setback(
            cause: cause,
            at: now,
            number: (setback?.number ?? 0) &+ 1,
            hangUps: isHangUp ? (setback?.hangUps ?? 0) &+ 1 : 0
        )
    }
}

extension Setback.Cause {
    /// Whether the peer was there and closed. A peer that resets what it has just accepted may do
    /// so before the kernel has told of the connection: then the dial itself fails.
    fileprivate var isClosing: Bool {
        switch self {
        case .failed(.io(let errno)): errno == Self.connectionReset
        case .ended(.closedByPeer): true
        case .ended(.io(let errno)): errno == Self.connectionReset || errno == Self.brokenPipe
        case .failed, .ended: false
        }
    }

    /// Linux's ECONNRESET and EPIPE on every machine that Swift is for.
    private static let connectionReset: Int32 = 104
    private static let brokenPipe: Int32 = 32
}
