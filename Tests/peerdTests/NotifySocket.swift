import Glibc

/// What stands in systemd's place for a daemon under test, and hears what it tells of itself.
final class NotifySocket {
    /// Without a sign of life for so long systemd would end it. It gives two in this time.
    static let watchdog = Duration.seconds(1)

    private let receiver: DatagramReceiver

    init() throws { receiver = try DatagramReceiver() }

    /// What the daemon is to be started through.
    var wrapper: [String] {
        let microseconds = Self.watchdog / .microseconds(1)
        return [
            "/usr/bin/env", "NOTIFY_SOCKET=\(receiver.path)",
            "WATCHDOG_USEC=\(Int(microseconds))",
        ]
    }

    /// Waits for a datagram of which one line is this.
    func wait(for line: String) throws {
        let deadline = ContinuousClock.now + ChildProcess.patience
        while true {
            let text = String(decoding: try receiver.nextBytes(by: deadline), as: UTF8.self)
            if text.split(separator: "\n").contains(Substring(line)) { return }
        }
    }

    /// Forgets what was told by now.
    func drain() { receiver.drain() }

    /// Takes nothing any more, until `drain`.
    func fill() throws { try receiver.fill() }

    func goAway() { receiver.goAway() }

    func restart() throws { try receiver.restart() }
}
