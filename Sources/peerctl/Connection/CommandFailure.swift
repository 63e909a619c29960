import Control
import Facts
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
    /// The daemon has answered that something is wrong with it: a sentence each.
    case unwell([String])
    /// So many outbound peers were ready when the time to wait for more was over.
    case tooFewReady(Int, of: Int, target: Int, after: Duration)
}

extension CommandFailure {
    /// There is no daemon now, and there may be one soon.
    var saysAbsent: Bool {
        switch self {
        case .unreachable(_, let error): error.saysNobodyListens
        case .connectionLost: true
        case .answered(.peers(.refused(.shuttingDown)), _): true
        case .answered, .unusablePath, .noAnswer, .incomprehensible, .stream, .unusableLine,
            .unwell, .tooFewReady:
            false
        }
    }

    /// The time to wait was over first.
    var saysNothingCame: Bool {
        if case .noAnswer = self { true } else { false }
    }

    /// What the program ends with.
    var exitStatus: Int32 {
        switch self {
        case .answered, .incomprehensible, .stream, .unusableLine, .unwell, .tooFewReady:
            ExitStatus.failed
        case .unreachable, .unusablePath, .connectionLost, .noAnswer: ExitStatus.unreachable
        }
    }
}
