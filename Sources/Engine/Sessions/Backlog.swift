import DecredWire
import Timing

/// How much of what a session has said the kernel hasn't taken yet, and by when it must have. Few
/// peers have one at any time.
struct Backlog: Equatable, Sendable {
    private(set) var count: Int
    private(set) var deadline: WriteDeadline

    init(_ count: Int, at now: Instant) {
        self.count = count
        deadline = WriteDeadline(queued: count, at: now)
    }

    /// So many bytes more wait.
    mutating func add(_ more: Int) {
        count += more
        deadline.extend(by: more)
    }

    /// The kernel has taken so many.
    mutating func noteTaken(_ taken: Int) {
        precondition(taken <= count, "\(taken) bytes of \(count) were sent")
        count -= taken
    }

    /// For so long nobody looked whether the peer took anything.
    mutating func stoodStill(for pause: Duration) {
        deadline.stoodStill(for: pause)
    }
}
