internal import Timing

extension Policy.Persistent {
    /// The wait before the attempt that follows `retries` failures in a row: it doubles from
    /// `retry` to `maxRetry`, and half of it is random, so that peers which failed together don't
    /// come back together. With the defaults:
    ///
    ///     retries   1          2         3          ...  7 and more
    ///     wait      2.5–5 s    5–10 s    10–20 s         150–300 s
    ///
    /// Never less than half of `retry` and never more than `maxRetry`. dcrd's curve and numbers.
    func delay(afterRetries retries: UInt32, using random: inout SeededRandom) -> Duration {
        precondition(retries > 0)
        var whole = min(retry, maxRetry)
        // 40 doublings take a nanosecond past 18 minutes, and any longer time past the maximum.
        for _ in 1..<min(retries, 62) where whole < maxRetry { whole *= 2 }
        whole = min(whole, maxRetry)
        return whole / 2 + random.duration(below: whole / 2)
    }
}
