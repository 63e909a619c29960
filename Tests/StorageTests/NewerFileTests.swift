import Glibc
import Storage
import Testing
@testable import storage_probe

@Suite("A database that a newer peerd wrote")
struct NewerFileTests {
    private let folder: StateFolder

    init() throws {
        folder = try StateFolder()
        #expect(Store(folder: folder.path).handle(Churn.request(50)).error == nil)
    }

    struct Case: CustomTestStringConvertible {
        let testDescription: String
        let sql: String
        var keepingLog = false
    }

    @Test(
        "is left as it is, whatever is asked of the store",
        arguments: [
            Case(testDescription: "the next version", sql: "PRAGMA user_version = 2"),
            Case(
                testDescription: "in its log only",
                sql: "PRAGMA user_version = 2",
                keepingLog: true
            ),
            Case(
                testDescription: "the last version",
                sql: "PRAGMA user_version = 2147483647; CREATE TABLE more (x)"
            ),
            Case(
                testDescription: "pages of another size, and no log",
                sql: """
                    PRAGMA user_version = 2; PRAGMA journal_mode = DELETE;
                    PRAGMA page_size = 1024; VACUUM
                    """
            ),
            Case(
                testDescription: "more than fits into ours",
                sql: """
                    PRAGMA user_version = 2; CREATE TABLE more (x);
                    INSERT INTO more VALUES (zeroblob(20000000))
                    """
            ),
        ]
    )
    func leftAlone(_ example: Case) throws {
        try SQL.run(example.sql, on: folder.database, keepingLog: example.keepingLog)
        let names = folder.names()
        let bytes = try names.map { try StateFolder.read(folder.path + "/" + $0) }
        let store = Store(folder: folder.path)
        for request in [.load, Churn.request(1), Churn.request(25), .load, .check] {
            let reply = store.handle(request)
            #expect(reply.setAside == nil)
            let error = try #require(reply.error)
            // What isn't open can't be looked at.
            #expect(error.kind == (request == .check ? .displaced : .newer), "\(error)")
        }
        let said = try #require(store.handle(.load).error).description
        #expect(said.contains("a newer peerd wrote \(folder.database) (version 2"), "\(said)")
        #expect(said.contains("this one knows 1)") && said.contains("install that peerd again"))
        #expect(folder.names() == names)
        #expect(try names.map { try StateFolder.read(folder.path + "/" + $0) } == bytes)
    }

    @Test("is used when it is an older one again, and anew when it is taken away")
    func goneAgain() throws {
        let store = Store(folder: folder.path)
        try SQL.run("PRAGMA user_version = 2", on: folder.database)
        #expect(store.handle(.load).error?.kind == .newer)
        try SQL.run("PRAGMA user_version = 1", on: folder.database)
        #expect(try store.handle(.load).contents == Churn.contents(after: 50))
        // Closed by another process, as it were: the store has it open until it is asked again.
        folder.removeAll()
        #expect(store.handle(Churn.request(25)).error == nil)
        #expect(try store.handle(.load).contents == Churn.contents(after: 25))
    }

    /// Somebody restores a copy while the daemon runs.
    @Test("isn't written to when it takes the place of ours")
    func replaced() throws {
        let store = Store(folder: folder.path)
        #expect(try store.handle(.load).contents == Churn.contents(after: 50))
        let other = try StateFolder()
        #expect(Store(folder: other.path).handle(Churn.request(3)).error == nil)
        try SQL.run("PRAGMA user_version = 2", on: other.database)
        let bytes = try StateFolder.read(other.database)
        unlink(folder.log)
        unlink(folder.database)
        try StateFolder.write(bytes, to: folder.database)
        for _ in 1...2 {
            let reply = store.handle(Churn.request(25))
            #expect(reply.error?.kind == .newer)
            #expect(reply.setAside == nil)
        }
        #expect(try StateFolder.read(folder.database) == bytes)
    }

    /// Neither is another program's, or damaged, whatever stands where ours has its version.
    @Test("is one of ours: others are set aside as before")
    func others() throws {
        try SQL.run(
            "PRAGMA user_version = 2; PRAGMA application_id = 7",
            on: folder.database
        )
        #expect(folder.reply().setAside?.reason == .foreign(applicationID: 7))
    }
}
