/// What a service tells its manager, as sd_notify(3) defines it.
package enum ServiceState: Equatable, Sendable {
    /// It serves: at start, and after each `reloading`, whether that succeeded or not.
    case ready
    /// It reads its configuration anew. `ready` must follow.
    case reloading
    /// It ends.
    case stopping
    /// It is alive. To be said at least once in `ServiceManager.watchdogInterval`.
    case watchdog
    /// One line for `systemctl status`, cut after 2,048 bytes. A line break becomes a space.
    case status(String)

    /// systemd ignores a datagram of more than 4,096 bytes altogether. All the other states take
    /// less than 100 together.
    package static let statusLimit = 2_048

    /// The datagram that says all of it at once.
    ///
    /// `RELOADING=1` must carry the time of CLOCK_MONOTONIC: so systemd knows whether it came after
    /// the reload that it asked for.
    package static func message(
        _ states: [ServiceState],
        monotonicMicroseconds: () -> UInt64
    ) -> String {
        states.map { state in
            switch state {
            case .ready: "READY=1"
            case .reloading: "RELOADING=1\nMONOTONIC_USEC=\(monotonicMicroseconds())"
            case .stopping: "STOPPING=1"
            case .watchdog: "WATCHDOG=1"
            case .status(let text): "STATUS=\(line(text))"
            }
        }.joined(separator: "\n")
    }

    /// One line, cut between two characters.
    private static func line(_ text: String) -> String {
        var line = ""
        for character in text {
            let next = character.isNewline ? " " : character
            guard line.utf8.count + next.utf8.count <= statusLimit else { break }
            line.append(next)
        }
        return line
    }
}
