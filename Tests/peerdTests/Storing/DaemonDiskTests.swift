import ConfigurationFixtures
import Glibc
import RecordedCalls
import Storage
import Testing

/// In which order the daemon has its files locked, made, written and synced, in a state folder and
/// a runtime folder.
@Suite("What the daemon does to the disk")
struct DaemonDiskTests {
    /// Where the calls are noted, apart from the folders that they are made in.
    private struct Notes: ~Copyable {
        private let directory: ConfigurationDirectory

        init() throws { directory = try ConfigurationDirectory() }

        private var file: String { "\(directory.path)/calls" }

        func wrapper(for state: borrowing StateDirectory) throws -> [String] {
            try RecordedCalls.wrapper(of: state.root, notingIn: file)
        }

        var record: RecordedCalls { RecordedCalls(in: file) }
    }

    private static let configuration = "outbound.target = 0"

    @Test("begins with locks, and nothing is served before what is stored is safe")
    func start() throws {
        let state = try StateDirectory()
        let notes = try Notes()
        var daemon = try DaemonProcess(
            Self.configuration,
            arguments: state.arguments,
            through: notes.wrapper(for: state)
        )
        let start = notes.record
        for folder in ["state", "runtime"] {
            // Locked by both of its locks before anything in it is changed, its own text included.
            #expect(
                start.come(
                    inOrder: "mkdir \(folder)",
                    "lock \(folder)",
                    "lock \(folder)/lock",
                    "write \(folder)/lock"
                ),
                "\(start.calls)"
            )
            let early = start.calls.prefix { $0.description != "lock \(folder)/lock" }
            let changed = early.filter { $0.changes && $0.name.hasPrefix("\(folder)/") }
            #expect(changed.map(\.description) == ["create \(folder)/lock"])
        }
        #expect(
            start.come(
                inOrder: "rename state/peerd.db.new state/peerd.db",
                "sync state",
                "open state/peerd.db",
                "say <6>Started: *"
            ),
            "\(start.calls)"
        )
        // Nobody gets through before the mode is right.
        #expect(
            start.come(
                inOrder: "write runtime/lock",
                "bind runtime/control",
                "chmod runtime/control",
                "listen runtime/control"
            )
        )
        try state.call("Ban", #"{"prefix":"192.0.2.0/24"}"#)
        daemon.signal(SIGTERM)
        #expect(try daemon.waitForEnd() == .exited(0))
        let all = notes.record
        #expect(
            all.come(
                inOrder: "say <6>Started: *",
                "write state/peerd.db-wal",
                "sync state/peerd.db-wal"
            )
        )
        #expect(all.broken(acknowledges: { _ in false }) == [])
        #expect(all.all("remove runtime/control").count == 1)
        // The end may come while the log is written into the database: then the log is still there.
        let withoutLog = all.calls.lastIndex { $0.description == "remove state/peerd.db-wal" }
        let last = withoutLog ?? all.calls.count
        #expect(!all.unsynced(after: last).contains("state/peerd.db-wal"))
        #expect(withoutLog == nil || !all.unsynced(after: last).contains("state/peerd.db"))
    }

    @Test("takes what a dead one left at the control socket only when it has the lock")
    func stale() throws {
        let state = try StateDirectory()
        var dead = try DaemonProcess(Self.configuration, arguments: state.arguments)
        dead.signal(SIGKILL)
        #expect(try dead.waitForEnd() == .killed(by: SIGKILL))
        let notes = try Notes()
        let daemon = try DaemonProcess(
            Self.configuration,
            arguments: state.arguments,
            through: notes.wrapper(for: state)
        )
        let ours = notes.record
        #expect(
            ours.come(
                inOrder: "lock runtime",
                "lock runtime/lock",
                "remove runtime/control",
                "bind runtime/control"
            ),
            "\(ours.calls)"
        )
        // Whoever comes second changes nothing in folders that are another's.
        let others = try Notes()
        let second = try PeerdExecutable.run(
            "--set",
            "outbound.target=0",
            "--state",
            state.path,
            "--runtime",
            "\(state.root)/runtime",
            through: others.wrapper(for: state)
        )
        #expect(second.ending != .exited(0))
        #expect(others.record.all("read runtime").count == 1, "\(others.record.calls)")
        #expect(others.record.calls.filter { $0.changes && $0.kind != "open" } == [])
        withExtendedLifetime(daemon) {}
    }

    @Test("sets a damaged database aside, durably, before it makes another and says so")
    func damaged() throws {
        let state = try StateDirectory()
        try state.write([1, 2, 3], to: "peerd.db")
        let notes = try Notes()
        var daemon = try DaemonProcess(
            Self.configuration,
            arguments: state.arguments,
            through: notes.wrapper(for: state)
        )
        try daemon.waitForLine("was set aside as")
        let record = notes.record
        #expect(
            record.come(
                inOrder: "lock state",
                "lock state/lock",
                "rename state/peerd.db state/peerd.db.damaged-*",
                "sync state",
                "create state/peerd.db.new",
                "rename state/peerd.db.new state/peerd.db",
                "sync state",
                "say <4>*"
            ),
            "\(record.calls)"
        )
    }

    @Test("writes nothing of its own beside a newer database, whatever it is asked")
    func newer() throws {
        let state = try StateDirectory()
        try state.store(Contents(peers: ["127.9.9.9:9"], bans: ["192.0.2.0/24"]))
        unlink("\(state.database)-wal")
        let file = open(state.database, O_WRONLY | O_CLOEXEC)
        #expect(pwrite(file, [0, 0, 0, 2] as [UInt8], 4, 60) == 4)
        close(file)
        let notes = try Notes()
        var daemon = try DaemonProcess(
            Self.configuration,
            arguments: state.arguments,
            through: notes.wrapper(for: state)
        )
        try state.call("Ban", #"{"prefix":"192.0.3.0/24"}"#)
        daemon.signal(SIGTERM)
        #expect(try daemon.waitForEnd() == .exited(0))
        let record = notes.record
        #expect(record.all("read state/peerd.db").count > 0)
        #expect(record.changes(of: "state/").filter { $0.name != "state/lock" } == [])
    }

    @Test("is nothing at all while it only checks or prints the configuration")
    func checks() throws {
        let state = try StateDirectory()
        for option in ["--check-config", "--print-config"] {
            let notes = try Notes()
            let run = try PeerdExecutable.run(
                option,
                "--set",
                "outbound.target=0",
                "--state",
                state.path,
                "--runtime",
                "\(state.root)/runtime",
                through: notes.wrapper(for: state)
            )
            #expect(run.ending == .exited(0))
            #expect(notes.record.calls.filter { $0.kind != "say" } == [])
        }
    }
}
