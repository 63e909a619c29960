import Glibc
import Storage
import Testing

@testable import LinuxIO
@testable import peerd

@Suite("A standard error that nobody reads")
struct StandardErrorTests {
    /// Starts the daemon with it, and waits until it serves clients.
    static func start(
        _ output: borrowing StalledOutput,
        _ state: borrowing StateDirectory
    ) throws -> ChildProcess {
        let shell = "exec \"$0\" \"$@\" 2>&\(output.number) \(output.number)>&-"
        let process = try PeerdExecutable.start(
            ["--set", "outbound.target=0", "--set", "listen=[]"] + state.arguments,
            through: ["/bin/bash", "-c", shell]
        )
        let deadline = ContinuousClock.now + ChildProcess.patience
        while (try? state.call("Status")) == nil {
            guard ContinuousClock.now < deadline else { throw Failure("no client is served") }
            _ = poll(nil, 0, 10)
        }
        return process
    }

    @Test(
        "delays neither start nor loop nor end, and hears later how much it missed",
        arguments: StalledOutput.Kind.allCases
    )
    func stalled(kind: StalledOutput.Kind) throws {
        let output = try StalledOutput.filled(kind)
        let flags = output.flags
        let state = try StateDirectory()
        var process = try Self.start(output, state)
        // The call is answered behind the line, or in the same turn.
        let count = LineWriter.mostWaiting + 100
        for _ in 0..<count {
            process.signal(SIGUSR1)
            try state.call("Status")
        }
        #expect(output.flags == flags)

        let loss = "Standard error did not take "
        let lines = try output.lines(until: loss)
        let told = lines.count { $0.firstRange(of: "Status: ") != nil }
        let lost = lines.compactMap { line in
            line.firstRange(of: loss).flatMap { Int(line[$0.upperBound...].prefix { $0.isNumber }) }
        }
        #expect(told + lost.reduce(0, +) == count, "\(told) told, \(lost) lost")
        // A loss is told before what comes after it.
        process.signal(SIGUSR1)
        _ = try output.lines(until: "Status: ")
        process.signal(SIGTERM)
        #expect(try process.waitForEnd() == .exited(0))
        #expect(try output.lines(until: "Shutting down").count > 0)
        #expect(output.flags == flags)
    }

    @Test("delays the end by its grace only", arguments: StalledOutput.Kind.allCases)
    func ending(kind: StalledOutput.Kind) throws {
        let output = try StalledOutput.filled(kind)
        let state = try StateDirectory()
        var process = try Self.start(output, state)
        process.signal(SIGTERM)
        #expect(try process.waitForEnd() == .exited(0))
    }

    @Test("because it was closed gets nothing, and no file of the daemon's does")
    func closed() throws {
        let state = try StateDirectory()
        for redirection in ["2>&-", "<&- >&- 2>&-"] {
            var process = try PeerdExecutable.start(
                ["--set", "outbound.target=0", "--set", "listen=[]"] + state.arguments,
                through: ["/bin/bash", "-c", "exec \"$0\" \"$@\" \(redirection)"]
            )
            let deadline = ContinuousClock.now + ChildProcess.patience
            while (try? state.call("Status")) == nil, ContinuousClock.now < deadline {
                _ = poll(nil, 0, 10)
            }
            try state.call("Ban", #"{"prefix":"192.0.2.0/24"}"#)
            for number in 0...2 {
                let target = try SystemFile.target(ofLink: "/proc/\(process.id)/fd/\(number)")
                let isFilled = number == 2 || redirection.hasPrefix("<")
                #expect(!isFilled || target == "/dev/null", "\(number) is \(target)")
            }
            process.signal(SIGTERM)
            #expect(try process.waitForEnd() == .exited(0))
            #expect(try SystemFile.text(of: "\(state.path)/lock") == "\(process.id)\n")
            #expect(try state.contents().bans.map(\.prefix) == ["192.0.2.0/24"])
        }
    }

    @Test(
        "and a standard output that takes nothing is an error for what was asked for",
        arguments: ["--print-config", "--help"],
        [">&-", ">/dev/full"]
    )
    func output(question: String, redirection: String) throws {
        var process = try PeerdExecutable.start(
            ["--config", "/dev/null", question],
            through: ["/bin/bash", "-c", "exec \"$0\" \"$@\" \(redirection)"]
        )
        #expect(try process.waitForEnd() == .exited(ExitStatus.osError))
        #expect(process.errorLines.count == 1)
        #expect(process.errorLines.first?.hasPrefix("cannot show it: write: ") == true)
    }
}
