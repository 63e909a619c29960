internal import ConnectionCore
internal import Timing

/// What must come of exhausted descriptors: a pause, and one warning.
struct ExhaustionBook {
    /// Without trouble for so long, the next one is worth a warning again.
    private static let quiet = Duration.seconds(60)

    private(set) var pausedUntil: Instant?
    private var lastTrouble: Instant?
    private(set) var owesWarning = false

    func isPaused(at now: Instant) -> Bool { pausedUntil.map { now < $0 } ?? false }

    /// The core is about to be told of trouble.
    mutating func trouble(pausing: Bool, at now: Instant, _ policy: Policy) {
        if pausing { pausedUntil = now + policy.outbound.retry }
        owesWarning = lastTrouble.map { now - $0 >= Self.quiet } ?? true
        lastTrouble = now
    }

    mutating func reported(_ pause: Duration, _ policy: Policy) throws(BrokenPromise) {
        guard owesWarning, pause == policy.outbound.retry else {
            throw BrokenPromise("a second warning of exhausted resources")
        }
        owesWarning = false
    }

    mutating func networkReturned() {
        pausedUntil = nil
    }
}
