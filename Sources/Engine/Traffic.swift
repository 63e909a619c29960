/// What went over a connection, or over all of them, in bytes.
package struct Traffic: Equatable, BitwiseCopyable, Sendable {
    package var received: UInt64 = 0
    /// What the kernel has taken.
    package var sent: UInt64 = 0

    package init(received: UInt64 = 0, sent: UInt64 = 0) {
        self.received = received
        self.sent = sent
    }
}
