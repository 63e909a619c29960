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

    /// How many this process has open, which the folder's size says from Linux 6.2 on. Nil before:
    /// listing it takes tens of milliseconds when there are 20,000.
    package static func open(in folder: String = "/proc/self/fd") -> Int? {
        var status = stat()
        guard stat(folder, &status) == 0, status.st_size > 0 else { return nil }
        return Int(status.st_size)
    }

    private static let resource = CInt(RLIMIT_NOFILE.rawValue)

    private static func current() throws(SystemError) -> rlimit {
        var limit = rlimit()
        try systemCall(.getrlimit) { getrlimit(resource, &limit) }
        return limit
    }
}
