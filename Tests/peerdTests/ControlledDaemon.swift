import ConfigurationFixtures
import Control
import Facts
import Glibc

/// A daemon with a control socket of its own, and peerctl to talk to it.
struct ControlledDaemon: ~Copyable {
    /// How a run of peerctl ended, and what it said.
    struct Run {
        let ending: ChildProcess.Ending
        let output: [String]
        let errors: [String]
    }

    private let runtime: ConfigurationDirectory
    var daemon: DaemonProcess

    static func started(_ configuration: String) throws -> ControlledDaemon {
        let runtime = try ConfigurationDirectory()
        let variable = "RUNTIME_DIRECTORY=\(runtime.path)"
        let daemon = try DaemonProcess(configuration, through: ["/usr/bin/env", variable])
        return ControlledDaemon(runtime: runtime, daemon: daemon)
    }

    private init(runtime: consuming ConfigurationDirectory, daemon: consuming DaemonProcess) {
        self.runtime = runtime
        self.daemon = daemon
    }

    /// Where it serves clients.
    var socket: String { "\(runtime.path)/control" }

    /// Runs peerctl to its end.
    @discardableResult
    func peerctl(_ arguments: String..., through wrapper: [String] = []) throws -> Run {
        var process = try start(arguments, through: wrapper)
        let ending = try process.waitForEnd()
        return Run(ending: ending, output: process.outputLines, errors: process.errorLines)
    }

    /// Starts peerctl, through a wrapper if one is given: a command that executes the one behind
    /// it.
    func start(_ arguments: [String], through wrapper: [String] = []) throws -> ChildProcess {
        let program = try PeerdExecutable.path(of: "peerctl")
        let words = wrapper + [program, "--socket", socket] + arguments
        return try ChildProcess(words[0], Array(words.dropFirst()))
    }

    /// Runs peerctl with --json and reads each line that it writes as a reply to a method.
    func ask<Parameters: MethodParameters>(
        _: Parameters.Type,
        _ arguments: String...
    ) throws -> [Parameters.Reply] {
        var process = try start(["--json"] + arguments)
        let ending = try process.waitForEnd()
        guard ending == .exited(0) else { throw Failure("\(ending): \(process.errorLines)") }
        return try process.outputLines.map { line in
            let message = Array(#"{"parameters":\#(line)}"#.utf8)
            return try ReplyMessage<Parameters.Reply>(decoding: message).result.get()
        }
    }
}

extension ChildProcess {
    /// Waits for a line on standard output that contains a text.
    mutating func waitForOutput(_ text: String) throws {
        let deadline = ContinuousClock.now + Self.patience
        while !outputLines.contains(where: { $0.firstRange(of: text) != nil }) {
            guard listen(until: deadline) else {
                throw Failure("no '\(text)' in \(outputLines); errors: \(errorLines)")
            }
        }
    }
}
