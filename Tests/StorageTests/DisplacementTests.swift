import Glibc
import Storage
import Testing
@testable import storage_probe

@Suite("What is taken away from an open store")
struct DisplacementTests {
    private let folder: StateFolder

    init() throws { folder = try StateFolder() }

    struct Theft: CustomTestStringConvertible, Sendable {
        let testDescription: String
        let commit: @Sendable (StateFolder) -> Void
    }

    private static let thefts = [
        Theft(testDescription: "the database") { unlink($0.database) },
        Theft(testDescription: "its log") { unlink($0.log) },
        Theft(testDescription: "both") {
            unlink($0.database)
            unlink($0.log)
        },
        Theft(testDescription: "both, moved") {
            rename($0.database, $0.path + "/elsewhere")
            rename($0.log, $0.path + "/elsewhere-wal")
        },
    ]

    @Test("is missed by a change and by a look, and all is written anew", arguments: thefts)
    func missed(_ theft: Theft) throws {
        for request in [Store.Request.check, Churn.request(2)] {
            folder.removeAll()
            let store = Store(folder: folder.path)
            #expect(store.handle(Churn.request(1)).error == nil)
            #expect(store.handle(.check).error == nil)
            theft.commit(folder)
            let error = try #require(store.handle(request).error)
            #expect(error.kind == .displaced, "\(error)")
            #expect(error.description.contains(folder.path))
            #expect(store.handle(.check).error?.kind == .displaced, "nothing is made by looking")
            let all = Churn.contents(after: 3)
            #expect(store.handle(.replace(all)).error == nil)
            #expect(store.handle(.check).error == nil)
            #expect(try store.handle(.load).contents == all)
            #expect(access(folder.database, F_OK) == 0)
        }
    }

    @Test(
        "and isn't a file is called otherwise, and no end",
        arguments: ["", "-wal", "-journal", "-shm", ".new", ".new-journal", ".new-wal"]
    )
    func folders(suffix: String) throws {
        for make in [
            { mkdir($0, 0o700) }, { mkfifo($0, 0o600) }, { symlink("/nowhere/at/all", $0) },
        ] as [(String) -> CInt] {
            folder.removeAll()
            if !suffix.hasPrefix(".new"), suffix != "" { _ = folder.reply() }
            try #require(make(folder.database + suffix) == 0)
            if suffix.isEmpty || suffix.hasPrefix(".new") { try keep(folder.database + suffix) }
            let store = Store(folder: folder.path)
            let reply = store.handle(.load)
            #expect(reply.error == nil, "\(suffix): \(String(describing: reply.error))")
            #expect(store.handle(Churn.request(1)).error == nil)
        }
    }

    /// A folder with something in it can't be deleted at all.
    private func keep(_ path: String) throws {
        var status = stat()
        guard lstat(path, &status) == 0, status.st_mode & S_IFMT == S_IFDIR else { return }
        try StateFolder.write([1], to: path + "/kept")
    }
}
