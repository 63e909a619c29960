internal import ArgumentParser
internal import Facts
internal import Glibc
internal import PlainText
internal import Simulation

/// `simulate --replay FILE`
///
/// In a child process, since an engine that can't go on traps: the parent then says at which input.
enum ReplayRun {
    /// Exit status of a recording that can't be read, or not to its end.
    private static let unreadable: Int32 = 2

    /// - Throws: `ExitCode` 1 if something was decided otherwise, 2 if the recording can't be read.
    static func run(_ path: String, tracesAll: Bool) throws {
        let arguments = ["--worker", "--replay", path]
        guard var child = ChildProcess(arguments: arguments + (tracesAll ? ["--trace"] : [])) else {
            Output.write("no further process can be started")
            throw ExitCode.failure
        }
        while let lines = child.readLines() { for line in lines { Output.write(String(line)) } }
        let end = child.wait()
        switch end {
        case "exited with 0": return
        case "exited with 1": throw ExitCode.failure
        case "exited with \(unreadable)": throw ExitCode(unreadable)
        default:
            Output.write("The engine trapped: its process \(end)")
            if !tracesAll { tellLast(arguments) }
            throw ExitCode.failure
        }
    }

    /// Says which input a replay came to before it trapped.
    private static func tellLast(_ arguments: [String]) {
        guard var child = ChildProcess(arguments: arguments + ["--trace"]) else { return }
        var last: [Substring] = []
        while let lines = child.readLines() { last = (last + lines).suffix(12) }
        _ = child.wait()
        Output.write("Its last inputs:")
        for line in last { Output.write("    \(line)") }
    }

    /// In the child.
    static func work(_ path: String, tracesAll: Bool) throws {
        guard let bytes = contents(of: path) else { throw ExitCode(unreadable) }
        let wording = Wording(systemError: { String(cString: strerror($0)) })
        let outcome = ReplayReader.run(
            bytes,
            version: Release.version,
            tracesAll: tracesAll,
            in: wording
        ) { Output.write($0) }
        switch outcome {
        case .same: return
        case .different: throw ExitCode.failure
        case .unreadable: throw ExitCode(unreadable)
        }
    }

    /// Nil, which is said, if it can't be read.
    private static func contents(of path: String) -> [UInt8]? {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else {
            Output.write("cannot read \(path): \(String(cString: strerror(errno)))")
            return nil
        }
        defer { close(descriptor) }
        var bytes: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 1 << 20)
        while true {
            let count = read(descriptor, &buffer, buffer.count)
            guard count >= 0 else {
                Output.write("cannot read \(path): \(String(cString: strerror(errno)))")
                return nil
            }
            if count == 0 { return bytes }
            bytes += buffer[..<count]
        }
    }
}
