import ConnectionCore

/// Where the daemon's messages go: standard error, a line each, with the level in front as systemd
/// understands it (`<6>`).
struct Journal: Sendable {
    /// What is less urgent is not written.
    var level: Configuration.Log.Level

    func write(_ report: Report) {
        guard report.level.priority <= level.priority else { return }
        write(report.entry)
    }

    func write(_ notice: Notice) {
        guard notice.level.priority <= level.priority else { return }
        write(notice.entry)
    }

    private func write(_ entry: JournalEntry) {
        // An entry must stay one line, whatever a name or a path contains.
        let text = String(entry.message.map { $0.isNewline ? " " : $0 })
        StandardError.write(line: "<\(entry.level.priority)>\(text)")
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
