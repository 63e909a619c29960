import ConnectionCore
import Systemd
import Timing

/// Where the daemon's messages go: to the journal with their fields, when standard error ends there
/// anyway; else to standard error, a line each, with the level in front as systemd understands it
/// (`<6>`).
///
/// It never waits. What the journal doesn't take is counted, and the count is logged when it takes
/// entries again.
struct Journal: ~Copyable {
    /// What is less urgent is not written.
    var level: Configuration.Log.Level
    /// Nil for standard error.
    private let socket: JournalSocket?
    private var buffer = JournalEntry()
    /// Entries lost since the last one that said so.
    private(set) var lost: UInt64 = 0
    private var nextTry = Instant(nanoseconds: 0)

    private static let retry = Duration.seconds(1)

    init(level: Configuration.Log.Level, to socket: consuming JournalSocket?) {
        self.level = level
        self.socket = socket
    }

    mutating func write(_ report: Report, _ details: ReportDetails = ReportDetails()) {
        guard report.level.priority <= level.priority else { return }
        write(report.entry(with: details))
    }

    mutating func write(_ notice: Notice) {
        guard notice.level.priority <= level.priority else { return }
        write(notice.entry)
    }

    private mutating func write(_ entry: LogEntry) {
        guard socket != nil else {
            // An entry must stay one line, whatever a name or a path contains.
            let text = String(entry.message.map { $0.isNewline ? " " : $0 })
            StandardError.write(line: "<\(entry.level.priority)>\(text)")
            return
        }
        reportLoss()
        if !send(entry) { lost += 1 }
    }

    /// When `keepUp` has something to do.
    var deadline: Instant? { lost > 0 ? nextTry : nil }

    /// A loss is told even if nothing else is to be logged for long.
    mutating func keepUp(at now: Instant) {
        guard lost > 0, now >= nextTry else { return }
        reportLoss()
        nextTry = now + Self.retry
    }

    /// Says how many entries were lost, if any were and the journal takes it.
    private mutating func reportLoss() {
        guard lost > 0, send(Notice.journalLost(count: lost).entry) else { return }
        lost = 0
    }

    private mutating func send(_ entry: LogEntry) -> Bool {
        buffer.removeAll()
        buffer.append("MESSAGE", entry.message)
        buffer.append("PRIORITY", Int64(entry.level.priority))
        buffer.append("SYSLOG_IDENTIFIER", "peerd")
        buffer.append("MESSAGE_ID", entry.event.messageID)
        buffer.append("PEERD_EVENT", entry.event.rawValue)
        for field in entry.fields { buffer.append(field.name.journalField, field.value) }
        return socket?.send(buffer) == .sent
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
