internal import Glibc

/// This program once more, with other arguments, and what it prints.
struct ChildProcess {
    private let pid: pid_t
    let output: CInt
    private var rest: [UInt8] = []

    /// - Returns: Nil if the system has no process or descriptor to spare.
    init?(arguments: [String]) {
        var ends: [CInt] = [-1, -1]
        guard pipe(&ends) == 0 else { return nil }
        defer { close(ends[1]) }
        // The parent's end must not keep another child's pipe open.
        _ = fcntl(ends[0], F_SETFD, FD_CLOEXEC)
        _ = fcntl(ends[1], F_SETFD, FD_CLOEXEC)
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_adddup2(&actions, ends[1], STDOUT_FILENO)
        // A backtrace takes seconds and says less than the trace that the driver asks for.
        var environment = [strdup("SWIFT_BACKTRACE=enable=no"), nil]
        var argv = ([CommandLine.arguments[0]] + arguments).map { strdup($0) } + [nil]
        defer { for text in argv + environment { free(text) } }
        var child: pid_t = 0
        guard posix_spawn(&child, "/proc/self/exe", &actions, nil, &argv, &environment) == 0 else {
            close(ends[0])
            return nil
        }
        pid = child
        output = ends[0]
    }

    /// Reads what is there, and waits if nothing is.
    ///
    /// - Returns: Whole lines; nil at the end.
    mutating func readLines() -> [Substring]? {
        var buffer = [UInt8](repeating: 0, count: 65_536)
        let count = read(output, &buffer, buffer.count)
        guard count > 0 else { return nil }
        rest += buffer[..<count]
        guard let end = rest.lastIndex(of: UInt8(ascii: "\n")) else { return [] }
        let text = String(decoding: rest[...end], as: UTF8.self)
        rest.removeFirst(end + 1)
        return text.split(separator: "\n")
    }

    /// - Returns: How the process ended, in words.
    func wait() -> String {
        close(output)
        var status: CInt = 0
        guard waitpid(pid, &status, 0) == pid else { return "vanished" }
        // In a trap's place there is a signal: SIGILL, or SIGVTALRM of the watchdog.
        // As WIFSIGNALED and its like, which are macros.
        let signal = status & 0x7f
        return signal == 0 ? "exited with \(status >> 8)" : "was killed by signal \(signal)"
    }

    /// At once: a worker has nothing that would have to be put in order.
    func kill() {
        Glibc.kill(pid, SIGKILL)
    }
}
