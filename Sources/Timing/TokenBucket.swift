/// A right that comes back with time: each use takes a token, tokens come at a steady rate, and at
/// most a burst of them is kept.
///
/// A bucket holds no rate and no burst, since thousands of them share one policy: the caller gives
/// the same to each call. 16 bytes; nothing happens while a bucket is not looked at.
package struct TokenBucket: Equatable, BitwiseCopyable, Sendable {
    /// What counts as a whole token, so that rounding can't withhold one that is due: ten refills
    /// of a tenth make 1 - 1.1e-16.
    @usableFromInline static let whole = 1 - 1e-9

    @usableFromInline var level: Double
    @usableFromInline var updated: Instant

    /// A bucket that holds `tokens` now. Traps unless they are finite and at least 0.
    @inlinable
    package init(tokens: Double, at now: Instant) {
        precondition(tokens >= 0 && tokens.isFinite, "a bucket can't hold \(tokens) tokens")
        level = tokens
        updated = now
    }

    /// What is in the bucket at `now`. A time before the last use adds nothing and takes nothing.
    ///
    /// - Parameters:
    ///   - now: The time of the question.
    ///   - rate: Tokens per second, at least 0.
    ///   - burst: The most that the bucket keeps.
    /// - Returns: From 0 to `burst` tokens, fractions included.
    @inlinable
    package func tokens(at now: Instant, rate: Double, burst: Double) -> Double {
        precondition(rate >= 0 && burst >= 0, "no bucket has rate \(rate) and burst \(burst)")
        guard now > updated else { return min(level, burst) }
        // The difference is taken before it becomes a Double, which can't tell nanoseconds apart
        // once a machine has been up for 104 days.
        let elapsed = Double(now.nanoseconds.subtractingClamped(updated.nanoseconds)) * 1e-9
        return min(level + elapsed * rate, burst)
    }

    /// Takes one token if a whole one is there.
    ///
    /// A refusal changes nothing, so that asking often neither adds up rounding errors nor puts the
    /// next token off.
    ///
    /// - Returns: Whether a token was there and is now taken.
    @inlinable
    package mutating func take(at now: Instant, rate: Double, burst: Double) -> Bool {
        let available = tokens(at: now, rate: rate, burst: burst)
        guard available >= Self.whole else { return false }
        level = max(0, available - 1)
        updated = max(updated, now)
        return true
    }

    /// The earliest time at which `take` gives a token if nothing is taken before: the time of the
    /// last use if one is left over from it, `distantFuture` if none ever comes.
    @inlinable
    package func instantOfNextToken(rate: Double, burst: Double) -> Instant {
        precondition(rate >= 0 && burst >= 0, "no bucket has rate \(rate) and burst \(burst)")
        guard burst >= Self.whole else { return .distantFuture }
        guard level < Self.whole else { return updated }
        let nanoseconds = ((1 - level) / rate * 1e9).rounded(.up)
        // Also what a rate of 0 leads to: an infinite wait.
        guard nanoseconds < 0x1p63 else { return .distantFuture }
        return Instant(nanoseconds: updated.nanoseconds.addingClamped(Int64(nanoseconds)))
    }
}
