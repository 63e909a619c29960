import Glibc
import Testing

@testable import LinuxIO

@Suite("A locked directory")
struct DirectoryLockTests {
    /// Gone with the test.
    private final class Folder {
        let path: String

        init() throws {
            var name = Array("/tmp/peerd-lock-XXXXXX".utf8CString)
            try #require(mkdtemp(&name) != nil)
            path = String(decoding: name.dropLast().map(UInt8.init(bitPattern:)), as: UTF8.self)
        }

        var lock: String { path + "/lock" }

        func write(_ text: String, to path: String) throws {
            let file = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0o600)
            try #require(file >= 0)
            defer { close(file) }
            try #require(Glibc.write(file, text, text.utf8.count) == text.utf8.count)
        }

        func text(of path: String) -> String {
            var bytes = [UInt8](repeating: 0, count: 64)
            let file = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
            defer { close(file) }
            let count = max(read(file, &bytes, bytes.count), 0)
            return String(decoding: bytes.prefix(count), as: UTF8.self)
        }

        deinit {
            for name in ["lock", "other", "moved/lock", "moved"] { remove("\(path)/\(name)") }
            rmdir(path)
        }
    }

    private static func failure(_ path: String) -> DirectoryLock.Failure? {
        do throws(DirectoryLock.Failure) {
            _ = try DirectoryLock(path)
            return nil
        } catch {
            return error
        }
    }

    @Test("is had once, and says by whom")
    func once() throws {
        let folder = try Folder()
        let path = folder.path + "/moved"
        let lock = try DirectoryLock(path)
        #expect(Self.failure(path) == .held(by: getpid()))
        #expect(folder.text(of: path + "/lock") == "\(getpid())\n")
        // The directory itself is locked as well.
        unlink(path + "/lock")
        #expect(Self.failure(path) == .held(by: nil))
        let isInPlace = try lock.isInPlace()
        #expect(!isInPlace)
    }

    struct Thing: CustomTestStringConvertible, Sendable {
        let testDescription: String
        let make: @Sendable (_ lock: String, _ other: String) -> CInt
    }

    @Test(
        "has a plain file with one name for its lock, and harms nothing else",
        arguments: [
            Thing(testDescription: "a FIFO") { lock, _ in mkfifo(lock, 0o600) },
            Thing(testDescription: "a folder") { lock, _ in mkdir(lock, 0o700) },
            Thing(testDescription: "a symbolic link") { lock, other in symlink(other, lock) },
            Thing(testDescription: "a link that leads nowhere") { lock, _ in
                symlink("/nowhere/at/all", lock)
            },
            Thing(testDescription: "a second name") { lock, other in link(other, lock) },
            Thing(testDescription: "a socket") { lock, _ in
                mknod(lock, S_IFSOCK | 0o600, 0)
            },
        ]
    )
    func notPlain(_ thing: Thing) throws {
        let folder = try Folder()
        let other = folder.path + "/other"
        try folder.write("somebody's\n", to: other)
        try #require(thing.make(folder.lock, other) == 0)
        #expect(Self.failure(folder.path) == .notPlain)
        #expect(folder.text(of: other) == "somebody's\n")
        remove(folder.lock)
        #expect(Self.failure(folder.path) == nil)
    }

    @Test("is known not to be in its place when it or its file is another one")
    func inPlace() throws {
        let folder = try Folder()
        let path = folder.path + "/moved"
        do {
            let lock = try DirectoryLock(path)
            #expect(try lock.isInPlace())
            unlink(path + "/lock")
            #expect(try !lock.isInPlace())
            try folder.write("", to: path + "/lock")
            #expect(try !lock.isInPlace())
        }
        let lock = try DirectoryLock(path)
        rename(path, folder.path + "/other")
        #expect(throws: SystemError(.stat, ENOENT)) { try lock.isInPlace() }
        #expect(throws: DirectoryLock.Failure.system(SystemError(.open, ENOENT))) {
            _ = try DirectoryLock(path, missing: .isAnError)
        }
        mkdir(path, 0o700)
        #expect(try !lock.isInPlace())
        remove(folder.path + "/other/lock")
    }

    @Test("isn't made where what is above it is missing")
    func missing() {
        #expect(Self.failure("/nowhere/at/all") == .system(SystemError(.mkdir, ENOENT)))
    }
}
