import Glibc

/// How many descriptors this process may have open.
package enum DescriptorLimit {
    /// Raises the limit as far as the administrator allows, and says what it is now. The low
    /// default is for programs that use `select`, which breaks above 1,024.
    package static func raise() throws(SystemError) -> Int {
        var limit = try current()
        limit.rlim_cur = limit.rlim_max
        try systemCall(.setrlimit) { setrlimit(resource, &limit) }
        return Int(clamping: try current().rlim_cur)
    }

    /// How many this process may have open now.
    package static func soft() -> Int {
        // It can't fail with arguments of our own.
        (try? current()).map { Int(clamping: $0.rlim_cur) } ?? 0
    }

    /// How many this process has open. From Linux 6.2 on the folder's size says it; before, its
    /// entries are counted, at some 0.2 µs each.
    package static func open() -> Int {
        var status = stat()
        guard stat("/proc/self/fd", &status) == 0 else { return 0 }
        guard status.st_size == 0 else { return Int(status.st_size) }
        guard let folder = opendir("/proc/self/fd") else { return 0 }
        defer { closedir(folder) }
        // Without `.`, `..` and the folder's own descriptor.
        var count = -3
        while readdir(folder) != nil { count += 1 }
        return max(count, 0)
    }

    private static let resource = CInt(RLIMIT_NOFILE.rawValue)

    private static func current() throws(SystemError) -> rlimit {
        var limit = rlimit()
        try systemCall(.getrlimit) { getrlimit(resource, &limit) }
        return limit
    }
}
