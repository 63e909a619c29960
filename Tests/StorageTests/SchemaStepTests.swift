import Glibc
import Testing

@testable import Storage

@Suite("A step from one schema to the next")
struct SchemaStepTests {
    private let folder: StateFolder

    init() throws { folder = try StateFolder() }

    private var file: String { folder.path + "/notes.db" }

    private func files(_ versions: [Schema.Version]) -> DatabaseFiles {
        DatabaseFiles(folder: folder.path, schema: .notes(versions))
    }

    /// Opens the file with these versions, and reads texts in it.
    private func texts(
        _ sql: StaticString,
        with versions: [Schema.Version]
    ) throws(StorageError) -> [String] {
        var setAside: SetAside?
        let connection = try Opening(files: files(versions))
            .connection(condemned: nil, atSeconds: 0, setAside: &setAside)
        let texts = try connection.texts(sql, for: .load)
        guard setAside == nil else { throw StorageError(.damaged, .open, "set aside") }
        return texts
    }

    private func version(with versions: [Schema.Version]) throws -> [String] {
        try texts("SELECT user_version FROM pragma_user_version", with: versions)
    }

    /// A file of the first version with two notes.
    private func makeFirst() throws {
        _ = try texts("SELECT text FROM note", with: [Schema.firstNotes])
        try SQL.run("INSERT INTO note VALUES ('two'), ('three')", on: file)
    }

    @Test("is taken with all that is in the file, from any version on", arguments: 1...3)
    func steps(last: Int) throws {
        try makeFirst()
        let known = Array(Schema.notes.prefix(last))
        #expect(try version(with: known) == ["\(last)"])
        #expect(try version(with: Schema.notes) == ["3"])
        #expect(try texts("SELECT text FROM note", with: Schema.notes) == ["three", "two"])
        let stars = try texts("SELECT stars FROM note", with: Schema.notes)
        #expect(stars == ["5", "3"])
        #expect(folder.names().filter { $0.hasPrefix("notes.db.") } == [])
    }

    @Test("makes the same tables as a new file has")
    func sameTables() throws {
        try makeFirst()
        let brought = try texts(Schema.query, with: Schema.notes)
        folder.removeAll()
        #expect(try texts(Schema.query, with: Schema.notes) == brought)
    }

    struct Broken: CustomTestStringConvertible {
        let testDescription: String
        let step: StaticString
        let kind: StorageError.Kind
    }

    /// In the middle, behind what it has already done, and behind a step that was right.
    @Test(
        "that can't be taken is an error, and leaves a sound file of the version before",
        arguments: [
            Broken(
                testDescription: "a rule that is broken",
                step: "DELETE FROM note; INSERT INTO note VALUES ('ten stars', 10)",
                kind: .refusedValue
            ),
            Broken(
                testDescription: "SQL that is none",
                step: "DELETE FROM note; CREATE NONSENSE",
                kind: .unexpected
            ),
            Broken(
                testDescription: "other tables",
                step: "DELETE FROM note; CREATE TABLE other (text)",
                kind: .unexpected
            ),
            Broken(
                testDescription: "no room",
                step: """
                    DELETE FROM note; CREATE TEMPORARY TABLE n AS
                    WITH RECURSIVE n(i) AS (VALUES(1) UNION ALL SELECT i + 1 FROM n LIMIT 400)
                    SELECT i FROM n;
                    INSERT INTO note SELECT hex(zeroblob(1000)) || i, 1 FROM n
                    """,
                kind: .full
            ),
        ]
    )
    func atomic(_ broken: Broken) throws {
        try makeFirst()
        let versions = [
            Schema.firstNotes, Schema.notesWithStars,
            Schema.Version(tables: Schema.notesWithTags.tables, step: broken.step),
        ]
        do throws(StorageError) {
            _ = try texts("SELECT text FROM note", with: versions)
            Issue.record("the step was taken")
        } catch {
            #expect(error.kind == broken.kind, "\(error)")
            #expect(error.task == .upgrade)
        }
        let known = Array(Schema.notes.prefix(2))
        #expect(try version(with: known) == ["2"])
        #expect(try texts("SELECT text FROM note", with: known) == ["three", "two"])
        #expect(folder.names().filter { $0.hasPrefix("notes.db.") } == [])
        // With a step that is right, all goes on.
        #expect(try version(with: Schema.notes) == ["3"])
        #expect(try texts("SELECT text FROM note", with: Schema.notes) == ["three", "two"])
    }

    @Test("is not taken from what was tampered with: that is damage")
    func tampered() throws {
        try makeFirst()
        try SQL.run("CREATE TABLE more (x)", on: file)
        var setAside: SetAside?
        _ = try Opening(files: files(Schema.notes))
            .connection(condemned: nil, atSeconds: 0, setAside: &setAside)
        #expect(setAside?.reason == .otherTables)
        #expect(try texts("SELECT text FROM note", with: Schema.notes) == [])
    }

    @Test("back isn't taken: what has come further is a newer file to who knows less")
    func newer() throws {
        try makeFirst()
        #expect(try version(with: Schema.notes) == ["3"])
        let bytes = try StateFolder.read(file)
        let names = folder.names()
        for count in 1...2 {
            do throws(StorageError) {
                _ = try texts("SELECT text FROM note", with: Array(Schema.notes.prefix(count)))
                Issue.record("it was opened")
            } catch {
                #expect(error.kind == .newer)
            }
        }
        #expect(folder.names() == names)
        #expect(try StateFolder.read(file) == bytes)
        #expect(try texts("SELECT text FROM note", with: Schema.notes) == ["three", "two"])
    }

    @Test("is taken in memory where nothing can be written")
    func readOnly() throws {
        try makeFirst()
        let bytes = try StateFolder.read(file)
        let image = try DatabaseImage(of: files(Schema.notes))
        #expect(try image.texts("SELECT stars FROM note") == ["5", "3"])
        #expect(try StateFolder.read(file) == bytes)
    }
}
