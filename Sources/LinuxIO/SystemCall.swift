import Glibc

/// The calls that this target makes, by their names in the manual.
///
/// All of them go through `systemCall` or `systemCallUnlessBlocked` below, so that interruption,
/// would-block and our own mistakes are dealt with in one place.
package enum SystemCall: String, Sendable {
    case accept4
    case bind
    case chmod
    case connect
    case epollCreate = "epoll_create1"
    case epollControl = "epoll_ctl"
    case epollWait = "epoll_wait"
    case fcntl
    case flock
    case fstat
    case ftruncate
    case getrlimit
    case getsockname
    case getsockopt
    case ioctl
    case listen
    case lstat
    case mkdir
    case open
    case pipe = "pipe2"
    case poll
    case read
    case receive = "recv"
    case send
    case setrlimit
    case setsockopt
    case signalfd
    case socket
    case stat
    case threadCreate = "pthread_create"
    case unlink
    case write

    /// An interrupted call is made again, with two exceptions. An interrupted `connect` goes on in
    /// the kernel and would answer EALREADY; `epoll_wait` would start its timeout anew (a stopped
    /// and continued process gets EINTR although every signal is blocked). `close` isn't in this
    /// list: Linux frees the number even if it says EINTR, so a second `close` could hit somebody
    /// else's descriptor.
    fileprivate var isRepeatedWhenInterrupted: Bool {
        self != .connect && self != .epollWait
    }

    /// Whether `code` can only mean that this program is wrong: going on would act on the wrong
    /// descriptor.
    ///
    /// EBADF from `fcntl` is the world's: it is how an inherited number is asked whether it is open
    /// at all. From `flock` it is NFS's word for what it can't lock.
    fileprivate func isMistake(_ code: CInt) -> Bool {
        switch code {
        case EFAULT: true
        case EBADF: self != .fcntl && self != .flock
        case EINVAL: hasOnlyOwnArguments
        case EEXIST, ENOENT, ELOOP, EPERM: self == .epollControl
        default: false
        }
    }

    /// Whether everything that the call is given comes from this program, so that EINVAL is a
    /// mistake of ours. Not so where somebody else chose what a path, an address or an inherited
    /// number leads to, or can change it meanwhile: a FIFO in the place of a file, a file system
    /// that doesn't take a name or know a lock, a link-local address without its interface, a
    /// limit that was lowered, a socket that an administrator has killed (`ss -K`).
    private var hasOnlyOwnArguments: Bool {
        switch self {
        case .epollCreate, .epollControl, .epollWait, .getrlimit, .pipe, .signalfd, .socket,
            .threadCreate:
            true
        case .accept4, .bind, .chmod, .connect, .fcntl, .flock, .fstat, .ftruncate, .getsockname,
            .getsockopt, .ioctl, .listen, .lstat, .mkdir, .open, .poll, .read, .receive, .send,
            .setrlimit, .setsockopt, .stat, .unlink, .write:
            false
        }
    }
}

/// Makes a call that fails with −1 and `errno`. Traps on what only a mistake of ours can cause.
@inline(__always)
@discardableResult
func systemCall<Result: SignedInteger>(
    _ call: SystemCall,
    _ body: () -> Result
) throws(SystemError) -> Result {
    while true {
        let result = body()
        guard result == -1 else { return result }
        let code = errno
        if code == EINTR && call.isRepeatedWhenInterrupted { continue }
        precondition(!call.isMistake(code), "\(SystemError(call, code))")
        throw SystemError(call, code)
    }
}

/// The same for a non-blocking descriptor: nil says that the call would have to wait.
@inline(__always)
func systemCallUnlessBlocked<Result: SignedInteger>(
    _ call: SystemCall,
    _ body: () -> Result
) throws(SystemError) -> Result? {
    do throws(SystemError) {
        return try systemCall(call, body)
    } catch {
        // EWOULDBLOCK is the same number on Linux.
        guard error.code == EAGAIN else { throw error }
        return nil
    }
}
