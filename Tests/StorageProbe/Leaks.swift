import CSQLite
import Glibc
import Storage

/// Whether every statement and connection goes back where it came from.
enum Leaks {
    static func run(in folder: String) {
        // SQLite and the C library keep something from the first time.
        cycle(in: folder)
        let before = sqlite3_memory_used()
        for _ in 0..<50 { cycle(in: folder) }
        let after = sqlite3_memory_used()
        guard before == after else { StorageProbe.fail("\(before) bytes grew to \(after)") }
        StorageProbe.say("done")
    }

    private static func cycle(in folder: String) {
        use(folder)
        damage(folder + "/peerd.db")
        guard Store(folder: folder).handle(.load).setAside != nil else {
            StorageProbe.fail("damage wasn't seen")
        }
        removeAll(in: folder)
    }

    /// Everything that prepares a statement, with the errors that leave one in the middle.
    private static func use(_ folder: String) {
        let store = Store.loaded(folder)
        for number in 1...60 {
            if let error = store.failure(of: Churn.request(number)) {
                StorageProbe.fail("\(error)")
            }
        }
        let tooLong = String(repeating: "x", count: 1_000)
        for target in [tooLong, tooLong + String(repeating: tooLong, count: 100), ""] {
            let peer = PersistentPeerRow(target: target, addedMicroseconds: 0)
            guard store.failure(of: .apply([.addPersistentPeer(peer)]))?.kind == .refusedValue
            else {
                StorageProbe.fail("a peer of \(target.utf8.count) bytes was taken")
            }
        }
    }

    private static func damage(_ path: String) {
        let file = open(path, O_WRONLY | O_CLOEXEC)
        let bytes = [UInt8](repeating: 0xff, count: 64)
        pwrite(file, bytes, bytes.count, 4_096)
        close(file)
    }

    private static func removeAll(in folder: String) {
        guard let entries = opendir(folder) else { return }
        defer { closedir(entries) }
        while let entry = readdir(entries) {
            let name = withUnsafeBytes(of: &entry.pointee.d_name) { bytes in
                String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
            }
            unlink(folder + "/" + name)
        }
    }
}
