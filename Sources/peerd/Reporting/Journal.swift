import Configuration
import ConnectionCore
import Engine
import Facts
import LinuxIO
import Systemd
import Timing

/// Where the daemon's messages go: to the journal with their fields, when standard error ends there
/// anyway; else to standard error, a line each, with the level in front: as systemd understands it
/// (`<6>`), and on a terminal as people do.
///
/// It never waits. What isn't taken is counted, and the count is logged when entries are taken
/// again.
struct Journal: ~Copyable {
    /// What is less urgent is not written.
    var level: Configuration.Log.Level
    /// One of these is there.
    private let socket: JournalSocket?
    private var lines: LineWriter?
    private let isOnTerminal = StandardStream.errors.isTerminal
    private var buffer = JournalEntry()
    /// Entries lost since the last one that said so.
    private(set) var lost: UInt64 = 0
    private var nextTry = Instant(nanoseconds: 0)

    private static let retry = Duration.seconds(1)

    init(level: Configuration.Log.Level, to socket: consuming JournalSocket) {
        self.level = level
        self.socket = consume socket
        lines = nil
    }

    init(level: Configuration.Log.Level, to lines: consuming LineWriter) {
        self.level = level
        socket = nil
        self.lines = consume lines
    }

    /// The one that this process was started with. Without a socket there is still standard error.
    ///
    /// - Throws: EMFILE and its like, EAGAIN when there may be no more threads.
    static func ofProcess(level: Configuration.Log.Level) throws(SystemError) -> Journal {
        if JournalStream.carriesStandardError(), let socket = try? JournalSocket() {
            return Journal(level: level, to: socket)
        }
        return Journal(level: level, to: try LineWriter(to: .errors))
    }

    mutating func write(_ report: Report, _ details: ReportDetails = .none) {
        guard report.level.priority <= level.priority else { return }
        write(report.entry(with: details))
    }

    mutating func write(_ notice: Notice) {
        guard notice.level.priority <= level.priority else { return }
        write(notice.entry)
    }

    private mutating func write(_ entry: LogEntry) {
        reportLoss()
        if !send(entry, weight: 1) { lost += 1 }
    }

    /// When `keepUp` has something to do.
    var deadline: Instant? { lost > 0 ? nextTry : nil }

    /// A loss is told even if nothing else is to be logged for long.
    mutating func keepUp(at now: Instant) {
        guard lost > 0, now >= nextTry else { return }
        reportLoss()
        nextTry = now + Self.retry
    }

    /// Says how many entries were lost, if any were and it is taken.
    private mutating func reportLoss() {
        lost += lines?.takeLost() ?? 0
        guard lost > 0 else { return }
        let notice = Notice.journalLost(count: lost, isJournal: socket != nil)
        if send(notice.entry, weight: lost) { lost = 0 }
    }

    /// False if it isn't taken. With it so many entries are lost as its weight says.
    private mutating func send(_ entry: LogEntry, weight: UInt64) -> Bool {
        guard lines == nil else {
            // An entry must stay one line, whatever a name or a path contains.
            let text = entry.shownMessage(joiningLinesBy: " ")
            let line = entry.level.line(text, onTerminal: isOnTerminal)
            return lines?.write("\(line)\n", weight: weight) ?? false
        }
        buffer.removeAll()
        buffer.append("MESSAGE", entry.shownMessage(joiningLinesBy: "\n"))
        buffer.append("PRIORITY", Int64(entry.level.priority))
        buffer.append("SYSLOG_IDENTIFIER", "peerd")
        buffer.append("MESSAGE_ID", entry.event.messageID)
        buffer.append("PEERD_EVENT", entry.event.word)
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

    /// A line of the log. On a terminal only trouble is marked, by a word.
    func line(_ text: String, onTerminal isOnTerminal: Bool) -> String {
        guard isOnTerminal else { return "<\(priority)>\(text)" }
        return switch self {
        case .error: "error: \(text)"
        case .warning: "warning: \(text)"
        case .info, .debug: text
        }
    }
}
