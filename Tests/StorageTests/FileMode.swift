import Glibc
import Testing

enum FileMode {
    /// The permission bits.
    static func of(_ path: String) throws -> mode_t {
        var status = stat()
        try #require(lstat(path, &status) == 0)
        return status.st_mode & 0o777
    }
}
