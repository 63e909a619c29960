import Glibc
import Testing

/// `storage-probe` as a process of its own, with its standard input and output in our hands.
final class Probe {
    /// For one line; the slowest answer takes a few seconds.
    private static let patienceMilliseconds: CInt = 60_000

    private let process: pid_t
    private let input: CInt
    private let output: CInt
    private var unread: [UInt8] = []
    private var isOver = false

    /// The folder that the tests' own program is in has the probe as well.
    static func path() throws -> String {
        var text = [CChar](repeating: 0, count: 4_096)
        let count = readlink("/proc/self/exe", &text, text.count)
        try #require(count > 0)
        let path = text[..<count].map { UInt8(bitPattern: $0) }
        let folder = path[..<(path.lastIndex(of: UInt8(ascii: "/")) ?? path.endIndex)]
        return String(decoding: folder, as: UTF8.self) + "/storage-probe"
    }

    convenience init(_ arguments: String...) throws {
        try self.init(command: [try Self.path()] + arguments)
    }

    init(command: [String]) throws {
        var toProbe: [CInt] = [-1, -1]
        var toUs: [CInt] = [-1, -1]
        try #require(pipe(&toProbe) == 0 && pipe(&toUs) == 0)
        for end in toProbe + toUs { try #require(fcntl(end, F_SETFD, FD_CLOEXEC) == 0) }
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_adddup2(&actions, toProbe[0], STDIN_FILENO)
        posix_spawn_file_actions_adddup2(&actions, toUs[1], STDOUT_FILENO)
        var arguments = command.map { strdup($0) } + [nil]
        defer { for argument in arguments { free(argument) } }
        var child: pid_t = 0
        let code = posix_spawn(&child, command[0], &actions, nil, &arguments, environ)
        close(toProbe[0])
        close(toUs[1])
        process = child
        input = toProbe[1]
        output = toUs[0]
        try #require(code == 0, "\(command[0]): \(String(cString: strerror(code)))")
    }

    deinit {
        if !isOver { kill() }
        close(input)
        close(output)
    }

    /// kill -9, and waits until it is gone.
    func kill() {
        isOver = true
        Glibc.kill(process, SIGKILL)
        var status: CInt = 0
        while waitpid(process, &status, 0) < 0, errno == EINTR {}
    }

    /// The next line; nil when there will be none any more.
    func line() throws -> String? {
        while true {
            if let end = unread.firstIndex(of: UInt8(ascii: "\n")) {
                defer { unread.removeFirst(end + 1) }
                return String(decoding: unread[..<end], as: UTF8.self)
            }
            var ready = pollfd(fd: output, events: Int16(POLLIN), revents: 0)
            try #require(poll(&ready, 1, Self.patienceMilliseconds) == 1, "the probe is silent")
            var bytes = [UInt8](repeating: 0, count: 4_096)
            let count = read(output, &bytes, bytes.count)
            guard count > 0 else { return nil }
            unread += bytes[..<count]
        }
    }

    /// All lines until it ends by itself.
    func lines() throws -> [String] {
        var lines: [String] = []
        while let line = try line() { lines.append(line) }
        return lines
    }
}
