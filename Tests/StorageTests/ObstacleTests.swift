import Glibc
import Storage
import Testing
@testable import storage_probe

@Suite("What stands in the store's way")
struct ObstacleTests {
    private let folder: StateFolder

    init() throws { folder = try StateFolder() }

    @Test("a limit on the size of files is an error until it is lifted")
    func fileLimit() throws {
        let lines = try Probe("exhaust", folder.path, "131072").lines()
        #expect(lines.last == "done", "\(lines)")
        #expect(lines.first?.contains("free some disk space") == true)
    }

    @Test(
        "a full disk is an error until there is space",
        .enabled(if: getuid() == 0, "mounting a file system needs root")
    )
    func fullDisk() throws {
        let lines = try mounted("mount -t tmpfs -o size=1m tmpfs \"$1\"", "exhaust")
        #expect(lines.last == "done", "\(lines)")
        #expect(lines.first?.contains("full") == true)
    }

    /// Root writes wherever it likes, unless the file system is mounted for reading only.
    @Test("a read-only folder is an error that says so", arguments: [true, false])
    func readOnly(hasDatabase: Bool) throws {
        if hasDatabase { _ = folder.reply() }
        let lines = try triedReadOnly()
        #expect(lines.count == 2)
        for line in lines {
            #expect(line.hasPrefix("readOnly "), "\(line)")
            #expect(line.contains("make the folder writable"))
        }
        #expect(Store(folder: folder.path).handle(.load).error == nil)
    }

    private func triedReadOnly() throws -> [String] {
        if getuid() == 0 {
            let mount = "mount -B \"$1\" \"$1\" && mount -o remount,bind,ro \"$1\""
            return try mounted(mount, "try")
        }
        chmod(folder.path, 0o500)
        defer { chmod(folder.path, 0o700) }
        return try Probe("try", folder.path).lines()
    }

    /// As `kill -9` leaves it: most of it is in the log, and SQLite needs a folder that it can
    /// write to for that.
    @Test("what is in a read-only folder is read, with what its log adds", arguments: [1, 60])
    func readOnlyLog(transactions: Int) throws {
        let living = try StateFolder()
        let store = Store(folder: living.path)
        for number in 1...transactions { _ = store.handle(Churn.request(number)) }
        let log = try StateFolder.read(living.log)
        #expect(log.count > 4_096)
        try StateFolder.write(StateFolder.read(living.database), to: folder.database)
        // A transaction that was being written when it ended.
        try StateFolder.write(log + log.suffix(5_000), to: folder.log)
        let lines = try triedReadOnly()
        let bans = Churn.contents(after: transactions).bans.count
        #expect(lines.first?.hasPrefix("readOnly ") == true)
        #expect(lines.first?.hasSuffix(", and \(bans) bans") == true, "\(lines)")
        #expect(try folder.contents() == Churn.contents(after: transactions))
    }

    @Test("a folder that isn't there is an error, and isn't made")
    func noFolder() throws {
        let path = folder.path + "/absent"
        let store = Store(folder: path)
        let error = try #require(store.handle(.load).error)
        #expect(error.kind == .unreachable)
        #expect(error.systemCode == ENOENT)
        #expect(folder.names() == [])
        mkdir(path, 0o700)
        #expect(try store.handle(.load).contents == Contents())
    }

    @Test("another process that has the file open is waited for, and then an error")
    func locked() throws {
        let probe = try Probe("hold", folder.path)
        #expect(try probe.line() == "held")
        let store = Store(folder: folder.path)
        for request in [Store.Request.load, Churn.request(1)] {
            var reply: Store.Reply?
            let duration = ContinuousClock().measure { reply = store.handle(request) }
            #expect(reply?.error?.kind == .busy)
            #expect(reply?.error?.description.contains("other process") == true)
            #expect(reply?.setAside == nil)
            #expect(duration > .milliseconds(900) && duration < .seconds(10))
        }
        probe.kill()
        #expect(store.handle(Churn.request(1)).error == nil)
        #expect(try store.handle(.load).contents == Churn.contents(after: 1))
    }

    @Test("nothing of SQLite's memory stays behind")
    func leaks() throws {
        #expect(try Probe("leak", folder.path).lines() == ["done"])
    }

    /// The probe in a mount namespace of its own, which goes with it.
    private func mounted(_ mount: String, _ command: String) throws -> [String] {
        let script = mount + " && exec \"$2\" \"$3\" \"$1\""
        return try Probe(command: [
            "/usr/bin/unshare", "--mount", "/bin/sh", "-c", script, "sh", folder.path,
            try Probe.path(), command,
        ]).lines()
    }
}
