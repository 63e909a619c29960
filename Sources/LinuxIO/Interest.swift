import CLinux

/// What to be told of a descriptor. Errors and hang-ups are always told, with nothing else too.
package struct Interest: OptionSet, Sendable {
    package let rawValue: UInt32
    package init(rawValue: UInt32) { self.rawValue = rawValue }

    /// Data, a connection to accept, or the peer's end of stream, which reads as such. So there is
    /// no need for EPOLLRDHUP, which would say the end before the data that precedes it was read.
    package static let read = Interest(rawValue: EPOLLIN.rawValue)
    /// Room to write, or the end of a connection attempt.
    package static let write = Interest(rawValue: EPOLLOUT.rawValue)
}
