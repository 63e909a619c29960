/// A moment on the machine's own clock: nanoseconds since it was started.
///
/// The clock is meant to be CLOCK_BOOTTIME, which goes on while a laptop sleeps and which nobody
/// can set. Eight bytes, where a `Duration` takes sixteen; enough for 292 years.
///
/// Arithmetic saturates, so that no duration that somebody configured can trap: what would lie
/// beyond `distantFuture` is `distantFuture`. What is finer than a nanosecond is cut off.
package struct Instant: Hashable, BitwiseCopyable, Sendable {
    package let nanoseconds: Int64

    /// Never comes: a deadline for what has none.
    package static let distantFuture = Instant(nanoseconds: .max)

    @inlinable
    package init(nanoseconds: Int64) {
        self.nanoseconds = nanoseconds
    }

    @inlinable
    package static func + (instant: Instant, duration: Duration) -> Instant {
        Instant(nanoseconds: instant.nanoseconds.addingClamped(duration.clampedNanoseconds))
    }

    @inlinable
    package static func - (instant: Instant, duration: Duration) -> Instant {
        Instant(nanoseconds: instant.nanoseconds.subtractingClamped(duration.clampedNanoseconds))
    }

    /// The time from `earlier` to `later`, negative if they come in the other order.
    @inlinable
    package static func - (later: Instant, earlier: Instant) -> Duration {
        .nanoseconds(later.nanoseconds.subtractingClamped(earlier.nanoseconds))
    }
}

extension Instant: Comparable {
    @inlinable
    package static func < (left: Instant, right: Instant) -> Bool {
        left.nanoseconds < right.nanoseconds
    }
}
