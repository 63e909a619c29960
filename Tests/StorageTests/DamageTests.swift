import Glibc
import Storage
import Testing
@testable import storage_probe

@Suite("A damaged database")
struct DamageTests {
    private let folder: StateFolder
    /// A sound one, with some hundred rows on a dozen pages.
    private let sound: [UInt8]

    init() throws {
        folder = try StateFolder()
        #expect(Store(folder: folder.path).handle(Churn.request(200)).error == nil)
        sound = try StateFolder.read(folder.database)
        folder.removeAll()
    }

    struct Case: CustomTestStringConvertible {
        let testDescription: String
        let reason: Damage?
        var sql: String?
        var bytes: [UInt8]?

        /// A sound file that somebody changed by SQL.
        static func changed(_ sql: String, _ reason: Damage?) -> Case {
            Case(testDescription: sql, reason: reason, sql: sql)
        }

        static func file(_ name: String, _ bytes: [UInt8], _ reason: Damage) -> Case {
            Case(testDescription: name, reason: reason, bytes: bytes)
        }
    }

    @Test(
        "is set aside, with its reason",
        arguments: [
            Case.file("an empty file", [], .empty),
            .file("a text", Array("not a database".utf8), .notADatabase),
            .file("a long text", [UInt8](repeating: 65, count: 9_000), .notADatabase),
            .file("zeros", [UInt8](repeating: 0, count: 8_192), .notADatabase),
            .file(
                "16 MiB and a page",
                [UInt8](repeating: 0, count: 16_781_312),
                .tooLarge(bytes: 16_781_312, limit: 16_777_216)
            ),
            .changed("PRAGMA user_version = 0", .unknownVersion(0)),
            .changed("PRAGMA user_version = -1", .unknownVersion(-1)),
            .changed("PRAGMA application_id = 0", .foreign(applicationID: 0)),
            .changed("DROP TABLE ban", .otherTables),
            .changed("CREATE TABLE more (x)", .otherTables),
            .changed("ALTER TABLE ban ADD COLUMN more TEXT", .otherTables),
            .changed(
                "CREATE TRIGGER t AFTER INSERT ON ban BEGIN DELETE FROM ban; END",
                .otherTables
            ),
            .changed(
                """
                PRAGMA ignore_check_constraints = 1;
                INSERT INTO ban VALUES ('10.0.0.0/8', NULL, 'nobody');
                """,
                .malformed("CHECK constraint failed in ban")
            ),
            .changed(
                "PRAGMA ignore_check_constraints = 1; UPDATE ban SET prefix = zeroblob(70000) || prefix",
                .malformed("string or blob too big")
            ),
            .changed("PRAGMA journal_mode = DELETE", nil),
            .changed("PRAGMA page_size = 1024; PRAGMA journal_mode = DELETE; VACUUM", nil),
            .changed("ANALYZE", nil),
        ]
    )
    func kinds(_ example: Case) throws {
        try StateFolder.write(example.bytes ?? sound, to: folder.database)
        if let sql = example.sql { try SQL.run(sql, on: folder.database) }
        let damaged = try StateFolder.read(folder.database)
        let reply = folder.reply()
        guard let reason = example.reason else {
            #expect(reply.setAside == nil)
            #expect(try reply.contents == Churn.contents(after: 200))
            return
        }
        let setAside = try #require(reply.setAside)
        #expect(setAside.reason == reason)
        #expect("\(setAside)".contains(setAside.path) && "\(setAside)".contains("\(reason)"))
        #expect(setAside.path.hasPrefix(folder.database + ".damaged-2"))
        #expect(try StateFolder.read(setAside.path) == damaged)
        #expect(try reply.contents == Contents())
        // The new one is nobody's victim.
        #expect(try folder.contents() == Churn.contents(after: 1))
    }

    @Test("is none if it has pages of another length, whatever their number")
    func otherPages() throws {
        var isWholeInOurPages: Set<Bool> = []
        for rows in [40, 80, 120, 160] {
            folder.removeAll()
            #expect(Store(folder: folder.path).handle(Churn.request(rows)).error == nil)
            let before = try folder.contents()
            let sql = "PRAGMA page_size = 512; PRAGMA journal_mode = DELETE; VACUUM"
            try SQL.run(sql, on: folder.database)
            try isWholeInOurPages.insert(StateFolder.read(folder.database).count % 4_096 == 0)
            #expect(try folder.contents() == before)
        }
        #expect(isWholeInOurPages.contains(false))
    }

    @Test("that is a folder or a link is set aside")
    func notAFile() throws {
        mkdir(folder.database, 0o700)
        #expect(folder.reply().setAside?.reason == .notARegularFile)
        unlink(folder.database)
        symlink("/dev/zero", folder.database)
        #expect(folder.reply().setAside?.reason == .notARegularFile)
        unlink(folder.database)
        mkfifo(folder.database, 0o600)
        #expect(folder.reply().setAside?.reason == .notARegularFile)
        mkdir(folder.log, 0o700)
        #expect(folder.reply().setAside?.reason == .notARegularFile)
        #expect(try folder.contents() == Churn.contents(after: 1))
    }

    @Test("gets another name for each within one second")
    func names() throws {
        var paths: Set<String> = []
        for _ in 0..<20 {
            try StateFolder.write([1], to: folder.database)
            paths.insert(try #require(folder.reply().setAside?.path))
        }
        #expect(paths.count == 20)
        for path in paths { #expect(try StateFolder.read(path) == [1]) }
    }

    @Test(
        "of which only the log is left doesn't get into a new one",
        arguments: ["-wal", "-journal"]
    )
    func logAlone(suffix: String) throws {
        try StateFolder.write([1, 2, 3], to: folder.database + suffix)
        let reply = folder.reply()
        let setAside = try #require(reply.setAside)
        #expect(setAside.reason == .logAlone)
        #expect(try StateFolder.read(setAside.path + suffix) == [1, 2, 3])
        #expect(try reply.contents == Contents())
    }

    /// SQLite has no checksums on pages: a changed letter within a text stays. What matters is that
    /// nothing traps, that the store can be used, and that what is set aside is untouched.
    @Test("by any 16 bytes is read, or set aside as it was")
    func flips() throws {
        var setAside = 0
        let starts = stride(from: 0, to: sound.count, by: 16)
        for start in starts {
            var damaged = sound
            for offset in start..<min(start + 16, sound.count) { damaged[offset] ^= 0xff }
            if try isSetAside(damaged, "flipped at \(start)") { setAside += 1 }
        }
        print("\(setAside) of \(sound.count / 16) flips were found")
        #expect(setAside > 100)
    }

    @Test("by any single bit of its first page's header or schema is read, or set aside")
    func bits() throws {
        // The bits of the version that make a newer one of it: of that nothing is known.
        let newer = Set(60 * 8..<64 * 8).subtracting([60 * 8 + 7, 63 * 8])
        for bit in 0..<108 * 8 {
            var damaged = sound
            damaged[bit / 8] ^= 1 << UInt8(bit % 8)
            guard !newer.contains(bit) else {
                try leavesAlone(damaged, "flipped bit \(bit)")
                continue
            }
            _ = try isSetAside(damaged, "flipped bit \(bit)")
        }
    }

    @Test("of which the end is missing is set aside at any length")
    func truncations() throws {
        let pages = stride(from: 0, to: sound.count, by: 4_096)
        let lengths = Array(stride(from: 0, to: sound.count, by: 211)) + pages + [sound.count - 1]
        for length in lengths {
            #expect(try isSetAside(Array(sound[..<length]), "cut to \(length)"), "\(length)")
        }
    }

    private func isSetAside(_ bytes: [UInt8], _ what: String) throws -> Bool {
        folder.removeAll()
        try StateFolder.write(bytes, to: folder.database)
        let reply = folder.reply()
        #expect(reply.error == nil, "\(what)")
        guard let setAside = reply.setAside else { return false }
        #expect(try StateFolder.read(setAside.path) == bytes, "\(what)")
        #expect(try reply.contents == Contents(), "\(what)")
        return true
    }

    private func leavesAlone(_ bytes: [UInt8], _ what: String) throws {
        folder.removeAll()
        try StateFolder.write(bytes, to: folder.database)
        #expect(Store(folder: folder.path).handle(.load).error?.kind == .newer, "\(what)")
        #expect(folder.names() == ["peerd.db"], "\(what)")
        #expect(try StateFolder.read(folder.database) == bytes, "\(what)")
    }

    /// So many rows that not all of them are in SQLite's cache.
    @Test("that is found in use gives its place to a new one, which gets the request")
    func inUse() throws {
        let store = Store(folder: folder.path)
        let bans = (0..<19_000).map {
            BanRow(
                prefix: "\($0)-" + String(repeating: "x", count: 58),
                untilMicroseconds: nil,
                origin: .operator
            )
        }
        #expect(store.handle(.replace(Contents(bans: bans))).error == nil)
        // Once more, so that nothing of it is only in the log.
        #expect(store.handle(Churn.request(1)).error == nil)
        let file = open(folder.database, O_WRONLY | O_CLOEXEC)
        let garbage = [UInt8](repeating: 0xa5, count: 1 << 20)
        #expect(pwrite(file, garbage, garbage.count, 8_192) == garbage.count)
        close(file)

        let reply = store.handle(.replace(Churn.contents(after: 7)))
        #expect(reply.error == nil)
        let setAside = try #require(reply.setAside)
        guard case .malformed = setAside.reason else {
            Issue.record("\(setAside)")
            return
        }
        #expect(try store.handle(.load).contents == Churn.contents(after: 7))
        #expect(store.handle(.load).setAside == nil)
    }
}
