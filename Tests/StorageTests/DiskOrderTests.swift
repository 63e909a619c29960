import Glibc
import RecordedCalls
import Testing

/// In which order the store has its files made, written, synced and renamed. What it says on
/// standard output are the requests that it has answered.
@Suite("On the disk")
struct DiskOrderTests {
    private let folder: StateFolder
    private let notes: StateFolder

    init() throws {
        folder = try StateFolder()
        notes = try StateFolder()
    }

    /// Runs the probe until it has said so many lines, or to its end.
    private func record(
        _ command: String,
        _ arguments: String...,
        lines: Int? = nil
    ) throws -> RecordedCalls {
        let file = notes.path + "/calls"
        unlink(file)
        let wrapper = try RecordedCalls.wrapper(of: folder.path, notingIn: file)
        let words = wrapper + [try Probe.path(), command, folder.path] + arguments
        let probe = try Probe(command: words)
        if let lines {
            for _ in 0..<lines { _ = try #require(try probe.line()) }
            probe.kill()
        } else {
            _ = try probe.lines()
        }
        return RecordedCalls(in: file)
    }

    @Test("a new database is whole before it gets its name, and that is synced before it is used")
    func creation() throws {
        let record = try record("churn", "1", lines: 1)
        #expect(
            record.come(
                inOrder: "create peerd.db.new",
                "write peerd.db.new",
                "sync peerd.db.new",
                "rename peerd.db.new peerd.db",
                "sync .",
                "open peerd.db",
                "write peerd.db-wal",
                "sync peerd.db-wal",
                "say 1"
            ),
            "\(record.calls)"
        )
        #expect(record.broken(acknowledges: { _ in true }) == [])
        // Nothing is written under the name before it is given.
        let named = record.calls.prefix { $0.kind != "rename" }
        #expect(!named.contains { $0.changes && $0.name == "peerd.db" })
    }

    /// So many that the log is written into the database some times.
    @Test("each transaction is synced before it is acknowledged, the log before the database")
    func transactions() throws {
        let record = try record("churn", "1", lines: 150)
        #expect(record.broken(acknowledges: { _ in true }) == [])
        let saved = record.calls.indices.filter { record.calls[$0].kind == "say" }
        try #require(saved.count >= 150)
        for (before, after) in zip(saved, saved.dropFirst()) {
            let between = record.calls[before..<after]
            #expect(
                between.contains { $0.description == "write peerd.db-wal" }
                    && between.contains { $0.description == "sync peerd.db-wal" },
                "\(between)"
            )
        }
        let written = record.calls.indices.filter {
            record.calls[$0].description == "write peerd.db"
        }
        #expect(!written.isEmpty, "the log was never written into the database")
        for index in written {
            #expect(!record.unsynced(after: index).contains("peerd.db-wal"), "at \(index)")
        }
        // Ours alone: no index of the log that others could map, and no journal.
        #expect(
            record.all("create peerd.db-shm").isEmpty && record.all("create peerd.db-j*").isEmpty
        )
    }

    @Test("a damaged database is renamed, its log after it, before a new one is made")
    func setAside() throws {
        try StateFolder.write([1, 2, 3], to: folder.database)
        try StateFolder.write([4, 5, 6], to: folder.log)
        let record = try record("try")
        #expect(
            record.come(
                inOrder: "rename peerd.db peerd.db.damaged-*",
                "rename peerd.db-wal peerd.db.damaged-*",
                "sync .",
                "create peerd.db.new",
                "rename peerd.db.new peerd.db",
                "sync .",
                "say done"
            ),
            "\(record.calls)"
        )
        #expect(record.broken(acknowledges: { _ in false }) == [])
        // It stays as it was found: no byte of it is changed, under no name.
        let touched = record.changes(of: "peerd.db").prefix { !$0.name.hasPrefix("peerd.db.new") }
        #expect(touched.allSatisfy { $0.kind == "rename" }, "\(touched)")
        #expect(record.changes(of: "peerd.db.damaged-").allSatisfy { $0.kind == "rename" })
    }

    @Test(
        "a newer peerd's database is read and nothing else, its log too",
        arguments: [false, true]
    )
    func newer(inLog: Bool) throws {
        _ = folder.reply()
        try SQL.run("PRAGMA user_version = 2", on: folder.database, keepingLog: inLog)
        let record = try record("try")
        #expect(record.all("read peerd.db").count > 0)
        #expect(record.calls.filter { $0.changes } == [])
        #expect(record.all("say newer *").count == 2)
    }
}
