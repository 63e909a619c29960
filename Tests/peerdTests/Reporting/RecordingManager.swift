import Glibc
import Synchronization

@testable import LinuxIO

/// A service manager in the place of systemd: it notes each notification and when it came.
///
/// Whoever tells it something new is tested with `wait(for:)`, `kinds` and `times(of:)`.
final class RecordingManager: Sendable {
    struct Notification: Sendable, CustomStringConvertible {
        let text: String
        let time: ContinuousClock.Instant

        /// `READY`, `RELOADING`, `STOPPING`, `WATCHDOG` or `STATUS`: the first line's variable.
        var kind: Substring { text.prefix { $0 != "=" } }

        var description: String { text }
    }

    let path: String
    private let number: CInt
    private let ended: CInt
    private let noted = Mutex<[Notification]>([])

    init() throws {
        let path = "/tmp/peerd-manager-\(getpid())-\(UInt32.random(in: 0 ... .max)).socket"
        let number = socket(AF_UNIX, CInt(SOCK_DGRAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
        guard number >= 0, let address = UnixPath(path) else { throw Failure("socket", errno) }
        guard address.withSockaddr({ bind(number, $0, $1) }) == 0 else {
            throw Failure("bind to \(path)", errno)
        }
        self.path = path
        self.number = number
        var ends: [CInt] = [-1, -1]
        guard pipe(&ends) == 0 else { throw Failure("pipe", errno) }
        // Of the writing end no child must have a copy.
        for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
        ended = ends[1]
        let end = ends[0]
        try DetachedThread.start(name: "manager") { [weak self] in
            Self.serve(number, until: end) { self?.note($0) }
            Glibc.close(number)
            Glibc.close(end)
        }
    }

    deinit {
        unlink(path)
        Glibc.close(ended)
    }

    private static func serve(_ number: CInt, until end: CInt, _ note: (String) -> Void) {
        var bytes = [UInt8](repeating: 0, count: 4_096)
        while true {
            var ready = [
                pollfd(fd: number, events: Int16(POLLIN), revents: 0),
                pollfd(fd: end, events: Int16(POLLIN), revents: 0),
            ]
            guard poll(&ready, 2, -1) > 0, ready[1].revents == 0 else { return }
            let count = recv(number, &bytes, bytes.count, 0)
            if count > 0 { note(String(decoding: bytes[..<count], as: UTF8.self)) }
        }
    }

    private func note(_ text: String) {
        noted.withLock { $0.append(Notification(text: text, time: .now)) }
    }

    // MARK: Starting something under it

    /// What a program is to be started through, as its service.
    func wrapper(watchdog: Duration? = nil) -> [String] {
        let interval = watchdog.map { ["WATCHDOG_USEC=\($0.components.seconds * 1_000_000)"] }
        return ["/usr/bin/env", "NOTIFY_SOCKET=\(path)"] + (interval ?? [])
    }

    // MARK: What it was told

    var notifications: [Notification] { noted.withLock { $0 } }

    /// In order, without signs of life and without statuses.
    var kinds: [Substring] {
        notifications.map(\.kind).filter { $0 != "STATUS" && $0 != "WATCHDOG" }
    }

    func times(of kind: String) -> [ContinuousClock.Instant] {
        notifications.filter { $0.kind == kind }.map(\.time)
    }

    /// The first notification with this text, of those behind the first `count`, once it has come.
    @discardableResult
    func wait(for text: String, after count: Int = 0) throws -> Notification {
        let deadline = ContinuousClock.now + ChildProcess.patience
        while true {
            let found = notifications.dropFirst(count).first { $0.text.firstRange(of: text) != nil }
            if let found { return found }
            guard ContinuousClock.now < deadline else {
                throw Failure("no '\(text)' in time: \(notifications)")
            }
            _ = poll(nil, 0, 5)
        }
    }
}
