import Facts
import Timing

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
