package import Timing

/// By when a peer must have taken what is queued to it.
///
/// The clock starts when the kernel doesn't take everything at once: 20 s, and a second more for
/// each 256 KiB that are queued until the queue is empty again. So a peer may be slow for a while,
/// but one that never catches up, or takes a byte now and then, is found out. Kept beside the
/// queue, which only few peers have at any time; 8 bytes.
package struct WriteDeadline: Equatable, BitwiseCopyable, Sendable {
    /// For the first byte. dcrd's number, as is the next.
    package static let grace = Duration.seconds(20)
    package static let bytesPerSecond = 256 * 1_024

    /// The peer is to be closed as `SessionEnding.writesStalled` if something is queued then.
    package private(set) var instant: Instant

    /// The queue was empty and holds so many bytes now.
    package init(queued bytes: Int, at now: Instant) {
        instant = now + Self.grace + Self.allowance(for: bytes)
    }

    /// So many bytes more were queued while there were some.
    package mutating func extend(by bytes: Int) {
        instant = instant + Self.allowance(for: bytes)
    }

    /// For so long nobody looked whether the peer took anything.
    package mutating func stoodStill(for pause: Duration) {
        instant = instant + pause
    }

    private static func allowance(for bytes: Int) -> Duration {
        precondition(bytes >= 0, "\(bytes) bytes can't be queued")
        return .nanoseconds(Int64(bytes) * 1_000_000_000 / Int64(bytesPerSecond))
    }
}
