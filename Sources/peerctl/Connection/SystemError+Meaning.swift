import Glibc
import LinuxIO

extension SystemError {
    /// There is no socket, or nobody behind it.
    var saysNobodyListens: Bool { code == ENOENT || code == ECONNREFUSED }

    /// This user may not, or may not look into a folder above.
    var saysForbidden: Bool { code == EACCES || code == EPERM }

    /// Nothing happened for as long as the call was to wait.
    var saysWouldBlock: Bool { code == EAGAIN }

    /// Nobody reads any more.
    var saysPipeClosed: Bool { code == EPIPE }
}
