internal import ConnectionCore
internal import Timing

/// How fast the automatic dialler may go.
struct Pacing {
    /// In a row.
    private(set) var failures = 0
    private var isPauseReported = false
    private var pausedAt: Instant?
    private var lastAttempt: Instant?
    /// When the network was switched on last.
    private var returned: Instant?
    /// When nobody was found, unless something has been freed since.
    private var lookedInVainAt: Instant?

    var isRationed: Bool { failures >= Policy.Outbound.failuresBeforePause }

    /// Whether so many failed that a pause should have been reported.
    var owesPause: Bool { isRationed && !isPauseReported }

    /// Whether the dials that a returning network released are still being spread.
    func isSpreading(at now: Instant, _ policy: Policy) -> Bool {
        guard let returned else { return false }
        return now < returned + Policy.spread + Self.gap(policy)
    }

    /// Between two of the dials that a returning network releases: all of a target fit into the
    /// spread.
    private static func gap(_ policy: Policy) -> Duration {
        Policy.spread / max(policy.outbound.target, 1)
    }

    /// An automatic attempt starts, which must be its turn.
    mutating func attempt(at now: Instant, _ policy: Policy) throws(BrokenPromise) {
        if isRationed {
            for earlier in [lastAttempt, pausedAt] {
                guard let earlier, now - earlier < policy.outbound.retry else { continue }
                throw BrokenPromise("an attempt \(now - earlier) after the last one or the pause")
            }
        }
        if let returned, let lastAttempt, lastAttempt >= returned, now < returned + Policy.spread {
            guard lastAttempt + Self.gap(policy) <= now else {
                throw BrokenPromise("the dials after the network's return aren't spread")
            }
        }
        lastAttempt = now
        lookedInVainAt = nil
    }

    mutating func lookedInVain(at now: Instant) {
        lookedInVainAt = now
    }

    /// A group has fewer connections, or a ban is gone: whoever was unsuitable may not be any more.
    mutating func freed() {
        lookedInVainAt = nil
    }

    /// Whether nobody was found just before.
    func isIdle(at now: Instant, _ policy: Policy) -> Bool {
        lookedInVainAt.map { now < $0 + policy.outbound.retry } ?? false
    }

    mutating func failed() {
        failures += 1
    }

    mutating func succeeded() {
        failures = 0
        isPauseReported = false
        pausedAt = nil
    }

    /// The core says that it makes a pause: once, at the 25th failure.
    mutating func paused(
        _ reported: Int,
        for pause: Duration,
        at now: Instant,
        _ policy: Policy
    ) throws(BrokenPromise) {
        guard reported == Policy.Outbound.failuresBeforePause, pause == policy.outbound.retry,
            !isPauseReported
        else { throw BrokenPromise("a pause of \(pause) after \(reported) failures") }
        guard failures == reported else {
            throw BrokenPromise(
                "a pause after \(reported) failures, of which \(failures) are known"
            )
        }
        isPauseReported = true
        pausedAt = now
    }

    mutating func networkReturned(at now: Instant, _ policy: Policy) {
        succeeded()
        lookedInVainAt = nil
        returned = now
    }
}
