import Foundation
import Glibc
import Testing

/// The program `systemd-probe`, run in a process of its own.
enum Probe {
    struct Result {
        let output: String
        let status: CInt
    }

    /// The folder of what was built with these tests.
    static var folder: String {
        get throws {
            let program = try FileManager.default.destinationOfSymbolicLink(
                atPath: "/proc/self/exe"
            )
            return (program as NSString).deletingLastPathComponent
        }
    }

    /// Runs it through a shell, so that `$$` is its process id.
    ///
    /// - Parameters:
    ///   - verb: What it shall do.
    ///   - environment: Assignments as a shell takes them.
    ///   - sockets: What it has open as 3 and on.
    /// - Throws: What failed before it ran.
    /// - Returns: Its standard output, and what it ended with: not 0 if by a signal, too.
    static func run(
        _ verb: String,
        environment: String,
        passing sockets: [CInt] = []
    ) throws -> Result {
        let command = "exec env \(environment) '\(try folder)/systemd-probe' \(verb)"
        return try run(["/bin/sh", "-c", command], passing: sockets)
    }

    /// Runs a program with a new environment and waits for it.
    static func run(_ arguments: [String], passing sockets: [CInt] = []) throws -> Result {
        var ends: [CInt] = [-1, -1]
        try #require(pipe(&ends) == 0)
        for end in ends { try #require(fcntl(end, F_SETFD, FD_CLOEXEC) == 0) }
        let number: pid_t
        do {
            defer { close(ends[1]) }
            number = try spawn(arguments, output: ends[1], passing: sockets)
        }
        let output = readAll(from: ends[0])
        close(ends[0])
        var status: CInt = 0
        while waitpid(number, &status, 0) < 0 { try #require(errno == EINTR) }
        return Result(output: output, status: status)
    }

    private static func spawn(
        _ arguments: [String],
        output: CInt,
        passing sockets: [CInt]
    ) throws -> pid_t {
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_adddup2(&actions, output, STDOUT_FILENO)
        for (index, socket) in sockets.enumerated() {
            posix_spawn_file_actions_adddup2(&actions, socket, CInt(3 + index))
        }
        // Whatever else is open here, of whoever started the tests say, isn't the probe's.
        // Closing what isn't open is no error here.
        for number in 3 + CInt(sockets.count)..<256 {
            posix_spawn_file_actions_addclose(&actions, number)
        }
        let path = ProcessInfo.processInfo.environment["PATH"] ?? "/usr/bin:/bin"
        let environment = ["PATH=\(path)", "SWIFT_BACKTRACE=enable=no"]
        var argv = arguments.map { strdup($0) } + [nil]
        var envp = environment.map { strdup($0) } + [nil]
        defer { for pointer in argv + envp { free(pointer) } }
        var number: pid_t = 0
        let code = posix_spawn(&number, arguments[0], &actions, nil, &argv, &envp)
        try #require(code == 0, "posix_spawn: \(code)")
        return number
    }

    private static func readAll(from descriptor: CInt) -> String {
        var all: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 65_536)
        while true {
            let count = read(descriptor, &buffer, buffer.count)
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { return String(decoding: all, as: UTF8.self) }
            all += buffer[..<count]
        }
    }
}
