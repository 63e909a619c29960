import Glibc

/// A service manager that takes nothing until a test says so.
final class StandingManager {
    private let receiver: DatagramReceiver

    init() throws { receiver = try DatagramReceiver() }

    /// What a program is to be started through, as its service.
    var wrapper: [String] { ["/usr/bin/env", "NOTIFY_SOCKET=\(receiver.path)"] }

    /// Leaves no room for anybody.
    func fill() throws { try receiver.fill() }

    /// Makes room, and says what was told before.
    func takeAll() -> [String] {
        receiver.takeAll().map { String(decoding: $0, as: UTF8.self) }
    }

    /// Takes what comes until it begins with this text.
    func wait(for text: String) throws {
        let deadline = ContinuousClock.now + ChildProcess.patience
        while true {
            let told = String(decoding: try receiver.nextBytes(by: deadline), as: UTF8.self)
            if told.hasPrefix(text) { return }
        }
    }

    /// Ends, with what it was told, until another one is there.
    func goAway() { receiver.goAway() }

    func restart() throws { try receiver.restart() }
}
