/// Where the daemon's messages go: standard error, a line each, with the level in front as systemd
/// understands it (`<6>`).
struct Journal: Sendable {
    typealias Level = Configuration.Log.Level

    /// What is less urgent is not written.
    var level: Level

    func isWritten(_ level: Level) -> Bool { level.priority <= self.level.priority }

    func write(_ level: Level, _ message: @autoclosure () -> String) {
        guard isWritten(level) else { return }
        // A line of the journal must stay one, whatever a name or a path contains.
        let text = String(message().map { $0.isNewline ? " " : $0 })
        StandardError.write(line: "<\(level.priority)>\(text)")
    }
}

extension Configuration.Log.Level {
    /// syslog(3)'s number.
    var priority: Int {
        switch self {
        case .error: 3
        case .warning: 4
        case .info: 6
        case .debug: 7
        }
    }
}
