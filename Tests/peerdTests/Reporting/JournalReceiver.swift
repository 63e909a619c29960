import ConfigurationFixtures
import Glibc

/// What stands in the journal's place for a daemon under test, which takes its standard error for
/// the journal's then: each entry with its fields. Only root may put a socket there.
///
/// The kernel keeps some ten entries that aren't taken: a test that waits for none meanwhile has to
/// `keepUp`, or the daemon loses some.
final class JournalReceiver {
    /// One entry, by the names of its fields.
    typealias Entry = [String: String]

    private let directory: ConfigurationDirectory
    private let receiver: DatagramReceiver
    private(set) var entries: [Entry] = []

    init() throws {
        let directory = try ConfigurationDirectory()
        receiver = try DatagramReceiver(at: "\(directory.path)/socket")
        self.directory = directory
    }

    static let isAllowed = Namespace.isAllowed

    /// What the daemon is to be started through.
    var wrapper: [String] {
        let script = """
            mount -t tmpfs none /run && mkdir -p /run/systemd/journal &&
            mount --bind "$0" /run/systemd/journal &&
            JOURNAL_STREAM=$(stat -L -c %d:%i /proc/self/fd/2) && export JOURNAL_STREAM && exec "$@"
            """
        return ["/usr/bin/unshare", "--mount", "--", "/bin/sh", "-c", script, directory.path]
    }

    /// Takes the next entry if one comes in time.
    ///
    /// - Returns: Whether `deadline` is still to come.
    func listen(until deadline: ContinuousClock.Instant) -> Bool {
        if let bytes = try? receiver.nextBytes(by: deadline) { entries.append(Self.entry(bytes)) }
        return ContinuousClock.now < deadline
    }

    /// Takes what has come by now.
    func keepUp() {
        while Poll.firstReady(of: [receiver.number], within: .zero) != nil {
            _ = listen(until: .now)
        }
    }

    /// The messages behind their levels, as on standard error.
    var lines: [String] {
        entries.map { "<\($0["PRIORITY"] ?? "?")>\($0["MESSAGE"] ?? "?")" }
    }

    /// Waits for the first entry of an event that has these fields, of all that came.
    func wait(for event: String, _ fields: [String: String] = [:]) throws -> Entry {
        let deadline = ContinuousClock.now + ChildProcess.patience
        var next = 0
        while true {
            while next < entries.count {
                let entry = entries[next]
                next += 1
                if entry["PEERD_EVENT"] == event,
                    fields.allSatisfy({ entry[$0.key] == $0.value })
                {
                    return entry
                }
            }
            guard listen(until: deadline) || next < entries.count else {
                throw Failure("no entry of \(event) with \(fields) in \(lines.suffix(20))")
            }
        }
    }

    /// `NAME=value`, a line each; a value of several lines stands below its name, behind its length
    /// in 8 bytes.
    private static func entry(_ bytes: [UInt8]) -> Entry {
        var entry: Entry = [:]
        var rest = bytes[...]
        while let end = rest.firstIndex(of: UInt8(ascii: "\n")) {
            let line = rest[..<end]
            rest = rest[(end + 1)...]
            let name = line.prefix { $0 != UInt8(ascii: "=") }
            var value = line.dropFirst(name.count + 1)
            if name.count == line.count {
                let count = rest.prefix(8).reversed().reduce(0) { $0 << 8 | Int($1) }
                value = rest.dropFirst(8).prefix(count)
                rest = rest.dropFirst(8 + count + 1)
            }
            entry[String(decoding: name, as: UTF8.self)] = String(decoding: value, as: UTF8.self)
        }
        return entry
    }

    // MARK: Standing still

    /// Takes nothing any more, until `goOn`.
    func fill() throws { try receiver.fill() }

    /// Goes on, without what waited.
    func goOn() { _ = receiver.takeAll() }

    func goAway() { receiver.goAway() }

    func restart() throws { try receiver.restart() }
}
