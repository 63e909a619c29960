import Glibc
import Testing

/// What tests need that count, exhaust or close descriptors. They run in a process of their own,
/// yet the Swift runtime's other threads open and close some there as well.
enum Alone {
    /// Waits for a timer, and so until the runtime has opened what it needs for one: later it might
    /// be refused, and would trap.
    static func settle() async throws {
        try await ContinuousClock().sleep(for: .milliseconds(1))
    }

    /// Gives this thread a descriptor table of its own: call it after the last `await`.
    static func takeTable() throws {
        // unshare(2) isn't in Swift's Glibc module; CLONE_FILES needs no privilege.
        let symbol = try #require(dlsym(nil, "unshare"))
        let unshare = unsafeBitCast(symbol, to: (@convention(c) (CInt) -> CInt).self)
        let cloneFiles: CInt = 0x400
        try #require(unshare(cloneFiles) == 0)
    }

    /// How many descriptors this thread has open.
    static func openDescriptors() -> Int {
        guard let folder = opendir("/proc/thread-self/fd") else { return -1 }
        defer { closedir(folder) }
        var count = 0
        while readdir(folder) != nil { count += 1 }
        return count
    }

    /// Sets the soft limit on descriptors, which is the whole process's.
    static func limit(to count: Int) {
        var limit = rlimit()
        #expect(getrlimit(CInt(RLIMIT_NOFILE.rawValue), &limit) == 0)
        limit.rlim_cur = rlim_t(count)
        #expect(setrlimit(CInt(RLIMIT_NOFILE.rawValue), &limit) == 0)
    }

    /// Takes descriptors until there are no more.
    static func takeAll() -> [CInt] {
        var taken: [CInt] = []
        while case let number = open("/dev/null", O_RDONLY), number >= 0 { taken.append(number) }
        return taken
    }
}
