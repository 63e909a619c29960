import Control
import LinuxIO

/// Why a command hasn't done what it was told.
enum CommandFailure: Error, Equatable, Sendable {
    /// The daemon's own answer, and the message as it came.
    case answered(ErrorReply, message: [UInt8])
    /// No connection to the daemon. The path is the first where it was looked for.
    case unreachable(path: String, SystemError)
    /// No path of a socket: empty, or longer than the kernel takes.
    case unusablePath(String)
    /// The connection ended before the answer was complete.
    case connectionLost
    /// Nothing came for so long.
    case noAnswer(after: Duration)
    /// What came is no answer to the call.
    case incomprehensible(cause: String)
    /// Standard input or output failed.
    case stream(SystemError)
    /// A line of standard input can't be an address: its number from 1 up.
    case unusableLine(Int)
}

extension CommandFailure {
    /// What the program ends with.
    var exitStatus: Int32 {
        switch self {
        case .answered, .incomprehensible, .stream, .unusableLine: ExitStatus.failed
        case .unreachable, .unusablePath, .connectionLost, .noAnswer: ExitStatus.unreachable
        }
    }
}
