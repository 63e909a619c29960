import CLinux
import Glibc

/// The kernel's list of what is ready, level-triggered: what isn't dealt with is told again.
///
///     let count = try epoll.wait(timeout: timeout)
///     for index in 0..<count { handle(epoll[index]) }
///
/// A closed descriptor is off the list by itself only if no copy of it is open elsewhere: so what
/// is watched is removed before it is closed. What the last `wait` found may still speak of it:
/// compare the token's generation.
package struct Epoll: ~Copyable {
    /// Events of one turn, 12 bytes each: 6 KiB. More are told in the next turn.
    package static let capacity = 512
    /// The longest single wait, in milliseconds. The kernel's timer stands still while the machine
    /// sleeps, and the loop's clock doesn't: after a resume what is due happens within this time.
    package static let longestWait: CInt = 60_000

    private let descriptor: FileDescriptor
    /// Owned here and freed in `deinit`; never lent. On the heap, so that moving the value is
    /// cheap.
    private let events: UnsafeMutableBufferPointer<epoll_event>
    /// How many events the last `wait` found.
    package private(set) var count = 0
    /// Whether the last `wait` ended because the process was stopped and continued, so that it says
    /// nothing about what is ready.
    package private(set) var wasInterrupted = false

    package init() throws(SystemError) {
        descriptor = FileDescriptor(
            owning: try systemCall(.epollCreate) { epoll_create1(CInt(EPOLL_CLOEXEC)) }
        )
        events = .allocate(capacity: Self.capacity)
        events.initialize(repeating: epoll_event())
    }

    deinit { events.deallocate() }

    /// Watches a descriptor, which must not be watched yet.
    ///
    /// - Throws: ENOMEM, and ENOSPC at the user's limit of watches (`fs.epoll.max_user_watches`).
    package func add(
        _ watched: borrowing FileDescriptor,
        token: EventToken,
        interest: Interest
    ) throws(SystemError) {
        try control(EPOLL_CTL_ADD, watched, token, interest)
    }

    /// Changes the token and interest of a watched descriptor. An empty interest silences all but
    /// errors and hang-ups, which a listener never has.
    package func modify(
        _ watched: borrowing FileDescriptor,
        token: EventToken,
        interest: Interest
    ) throws(SystemError) {
        try control(EPOLL_CTL_MOD, watched, token, interest)
    }

    /// Forgets a watched descriptor, whoever has copies of it. Traps if it isn't watched: nothing
    /// else can go wrong.
    package func remove(_ watched: borrowing FileDescriptor) {
        do throws(SystemError) {
            try control(EPOLL_CTL_DEL, watched, EventToken(raw: 0), [])
        } catch {
            preconditionFailure("\(error)")
        }
    }

    private func control(
        _ operation: CInt,
        _ watched: borrowing FileDescriptor,
        _ token: EventToken,
        _ interest: Interest
    ) throws(SystemError) {
        var event = epoll_event(events: interest.rawValue, data: epoll_data_t(u64: token.raw))
        let (list, number) = (descriptor.number, watched.number)
        try systemCall(.epollControl) { epoll_ctl(list, operation, number, &event) }
    }

    /// Waits until something is ready, the timeout has passed, a minute has, or the process was
    /// stopped: so it may return 0 early, and the caller looks at its clock. Rounded up to whole
    /// milliseconds, lest the last one is spent asking again and again.
    ///
    /// - Parameter timeout: nil waits until something is ready; zero or less only looks.
    /// - Returns: How many events there are, at most `capacity`.
    /// - Throws: Nothing that a correct program gets, on any kernel known.
    @discardableResult
    package mutating func wait(timeout: Duration?) throws(SystemError) -> Int {
        count = 0
        wasInterrupted = false
        let milliseconds = Self.milliseconds(timeout)
        do throws(SystemError) {
            let found = try systemCall(.epollWait) {
                epoll_wait(
                    descriptor.number,
                    events.baseAddress,
                    CInt(Self.capacity),
                    milliseconds
                )
            }
            count = Int(found)
        } catch {
            guard error.code == EINTR else { throw error }
            wasInterrupted = true
        }
        return count
    }

    /// What the last `wait` found at `index`, below `count`.
    package subscript(index: Int) -> ReadyEvent {
        precondition(index >= 0 && index < count)
        return ReadyEvent(events[index])
    }

    /// For epoll_wait: −1 for ever.
    package static func milliseconds(_ timeout: Duration?) -> CInt {
        guard let timeout else { return -1 }
        guard timeout > .zero else { return 0 }
        guard timeout < .milliseconds(longestWait) else { return longestWait }
        let (seconds, attoseconds) = timeout.components
        let perMillisecond: Int64 = 1_000_000_000_000_000
        return CInt(seconds * 1000 + (attoseconds + perMillisecond - 1) / perMillisecond)
    }
}
