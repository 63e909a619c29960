import Glibc

/// Waiting for nothing but time, for programs that do one thing at a time.
package enum Pause {
    /// Returns after so long, rounded up to milliseconds. A signal that has a handler may end it
    /// early.
    package static func last(for duration: Duration) {
        let milliseconds = (max(duration, .zero) + .nanoseconds(999_999)) / .milliseconds(1)
        _ = poll(nil, 0, milliseconds < 1e9 ? CInt(milliseconds) : .max)
    }
}
