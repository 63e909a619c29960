import Glibc
import Storage
import Testing
@testable import storage_probe

/// A state folder that goes with the test that made it.
final class StateFolder {
    let path: String

    /// In memory if that is possible: what the tests write a thousand times needs no disk, which
    /// makes each commit wait.
    init(onDisk: Bool = false) throws {
        let memory = "/dev/shm"
        let disk = getenv("TMPDIR").map { String(cString: $0) } ?? "/tmp"
        let parent = !onDisk && access(memory, W_OK) == 0 ? memory : disk
        var name = Array("\(parent)/peerd-storage-XXXXXX".utf8CString)
        try #require(mkdtemp(&name) != nil)
        path = String(decoding: name.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }

    deinit { Self.remove(path) }

    var database: String { path + "/peerd.db" }
    var log: String { path + "/peerd.db-wal" }

    /// What the store says to `load` when it is opened anew, and whether it could then be written
    /// to.
    func reply() -> Store.Reply {
        let store = Store(folder: path)
        let reply = store.handle(.load)
        #expect(throws: Never.self) { try store.handle(Churn.request(1)).result.get() }
        return reply
    }

    /// The contents of a database that must be sound.
    func contents() throws -> Contents {
        let reply = Store(folder: path).handle(.load)
        #expect(reply.setAside == nil)
        return try reply.contents
    }

    func names() -> [String] {
        guard let entries = opendir(path) else { return [] }
        defer { closedir(entries) }
        var names: [String] = []
        while let entry = readdir(entries) {
            let name = withUnsafeBytes(of: &entry.pointee.d_name) { bytes in
                String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
            }
            if name != ".", name != ".." { names.append(name) }
        }
        return names.sorted()
    }

    func removeAll() {
        for name in names() { Self.remove(path + "/" + name) }
    }

    static func read(_ path: String) throws -> [UInt8] {
        let file = open(path, O_RDONLY | O_CLOEXEC)
        try #require(file >= 0, "\(path)")
        defer { close(file) }
        var status = stat()
        try #require(fstat(file, &status) == 0)
        var bytes = [UInt8](repeating: 0, count: Int(status.st_size))
        try #require(Glibc.read(file, &bytes, bytes.count) == bytes.count)
        return bytes
    }

    static func write(_ bytes: [UInt8], to path: String) throws {
        let file = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o600)
        try #require(file >= 0, "\(path)")
        defer { close(file) }
        try #require(Glibc.write(file, bytes, bytes.count) == bytes.count)
    }

    private static func remove(_ path: String) {
        guard unlink(path) != 0, let entries = opendir(path) else { return }
        while let entry = readdir(entries) {
            let name = withUnsafeBytes(of: &entry.pointee.d_name) { bytes in
                String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
            }
            if name != ".", name != ".." { remove(path + "/" + name) }
        }
        closedir(entries)
        rmdir(path)
    }
}

extension Store.Reply {
    var contents: Contents {
        get throws {
            guard case .loaded(let contents) = try result.get() else {
                throw Unexpected(what: "saved instead of loaded")
            }
            return contents
        }
    }

    var error: StorageError? {
        switch result {
        case .success: nil
        case .failure(let error): error
        }
    }
}

struct Unexpected: Error {
    let what: String
}
