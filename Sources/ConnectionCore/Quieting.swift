internal import Timing

/// Decides which of many like reports are told, so that a flood of peers is not one of log lines:
/// one a minute, at most 4 at once; then one line says for how long they are silent, and after it
/// one says how many there were.
struct Quieting: Sendable {
    static let burst = 4.0
    static let rate = 1.0 / 60

    private var bucket = TokenBucket(tokens: burst, at: Instant(nanoseconds: 0))
    private var silence: (since: Instant, until: Instant)?
    private var suppressed: UInt64 = 0

    /// When the silence ends.
    var deadline: Instant? { silence?.until }

    enum Verdict: Equatable {
        case report
        /// The first of a silence: say that it begins.
        case silence(Duration)
        case suppress
    }

    mutating func judge(at now: Instant) -> Verdict {
        if silence != nil {
            suppressed += 1
            return .suppress
        }
        if bucket.take(at: now, rate: Self.rate, burst: Self.burst) { return .report }
        let until = bucket.instantOfNextToken(rate: Self.rate, burst: Self.burst)
        silence = (now, until)
        suppressed = 1
        return .silence(until - now)
    }

    /// What a silence that is over by now has suppressed.
    mutating func end(at now: Instant) -> (count: UInt64, during: Duration)? {
        guard let (since, until) = silence, now >= until else { return nil }
        silence = nil
        return (suppressed, until - since)
    }
}
