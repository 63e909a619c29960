import CLinux

/// One descriptor's news.
package struct ReadyEvent: BitwiseCopyable, Sendable {
    package let token: EventToken
    private let flags: UInt32

    init(_ event: epoll_event) {
        token = EventToken(raw: event.data.u64)
        flags = event.events
    }

    package var isReadable: Bool { flags & EPOLLIN.rawValue != 0 }
    package var isWritable: Bool { flags & EPOLLOUT.rawValue != 0 }
    /// Both directions are over.
    package var isHangUp: Bool { flags & EPOLLHUP.rawValue != 0 }
    /// An error waits to be read.
    package var isError: Bool { flags & EPOLLERR.rawValue != 0 }
}
