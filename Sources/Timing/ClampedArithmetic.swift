extension Int64 {
    @inlinable
    package func addingClamped(_ other: Int64) -> Int64 {
        let (sum, overflowed) = addingReportingOverflow(other)
        guard overflowed else { return sum }
        return other < 0 ? .min : .max
    }

    @inlinable
    package func subtractingClamped(_ other: Int64) -> Int64 {
        let (difference, overflowed) = subtractingReportingOverflow(other)
        guard overflowed else { return difference }
        return other < 0 ? .max : .min
    }
}

extension Duration {
    /// Whole nanoseconds, cut off towards zero; durations beyond 292 years become 292 years.
    @inlinable
    package var clampedNanoseconds: Int64 {
        Int64(clamping: attoseconds / 1_000_000_000)
    }

    /// Whole microseconds, cut off towards zero; durations beyond 292,000 years become as long.
    @inlinable
    package var clampedMicroseconds: Int64 {
        Int64(clamping: attoseconds / 1_000_000_000_000)
    }
}
