internal import Timing

/// How long a peer takes to answer a ping. Eight bytes: whole microseconds, and what takes longer
/// than 71 min counts as that.
package struct RoundTrip: Equatable, BitwiseCopyable, Sendable {
    private var lastMicroseconds: UInt32
    private var minimumMicroseconds: UInt32

    package init(_ first: Duration) {
        lastMicroseconds = Self.microseconds(first)
        minimumMicroseconds = lastMicroseconds
    }

    package var last: Duration { .microseconds(Int64(lastMicroseconds)) }
    package var minimum: Duration { .microseconds(Int64(minimumMicroseconds)) }

    package mutating func measured(_ duration: Duration) {
        lastMicroseconds = Self.microseconds(duration)
        minimumMicroseconds = min(minimumMicroseconds, lastMicroseconds)
    }

    private static func microseconds(_ duration: Duration) -> UInt32 {
        UInt32(clamping: duration.clampedMicroseconds)
    }
}
