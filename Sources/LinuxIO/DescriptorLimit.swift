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

    private static let resource = CInt(RLIMIT_NOFILE.rawValue)

    private static func current() throws(SystemError) -> rlimit {
        var limit = rlimit()
        try systemCall(.getrlimit) { getrlimit(resource, &limit) }
        return limit
    }
}
