import Glibc
import Testing

@testable import LinuxIO

@Suite("What a line writer is given")
struct LineWriterTests {
    /// A pipe with room for a page, and nothing else.
    private static func fullPipe() throws -> Pipe {
        let pipe = try Pipe()
        let page = [UInt8](repeating: UInt8(ascii: "-"), count: 4_096)
        // F_SETPIPE_SZ, which Glibc's module lacks.
        let size = fcntl(pipe.input.number, 1031, CInt(page.count))
        try #require(size == page.count)
        try #require(write(pipe.input.number, page, page.count) == page.count)
        return pipe
    }

    /// What comes out of a pipe until a text has come.
    private static func read(_ number: CInt, until text: String) throws -> String {
        var found: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 65_536)
        while String(decoding: found, as: UTF8.self).firstRange(of: text) == nil {
            var readable = pollfd(fd: number, events: Int16(POLLIN), revents: 0)
            try #require(poll(&readable, 1, 30_000) == 1)
            let count = Glibc.read(number, &chunk, chunk.count)
            try #require(count > 0)
            found += chunk[..<count]
        }
        return String(decoding: found, as: UTF8.self)
    }

    @Test("is written in its order, and waits for the reader up to a limit")
    func limit() throws {
        let pipe = try Self.fullPipe()
        var writer = try LineWriter(number: pipe.input.number)
        for number in 1...LineWriter.mostWaiting {
            let isTaken = writer.write("line \(number)\n")
            #expect(isTaken)
        }
        let isTaken = writer.write("one more\n")
        #expect(!isTaken)
        let lost = writer.takeLost()
        #expect(lost == 0, "what isn't taken is the caller's to count")

        let last = "line \(LineWriter.mostWaiting)\n"
        let text = try Self.read(pipe.output.number, until: last).drop { $0 == "-" }
        #expect(text == (1...LineWriter.mostWaiting).map { "line \($0)\n" }.joined())
        var isTakenAgain = false
        let deadline = ContinuousClock.now + .seconds(30)
        while !isTakenAgain, ContinuousClock.now < deadline {
            _ = writer.takeLost()
            isTakenAgain = writer.write("after it\n")
        }
        #expect(isTakenAgain)
        _ = try Self.read(pipe.output.number, until: "after it\n")
    }

    @Test("waits for nobody at the end but for its grace")
    func grace() throws {
        let pipe = try Self.fullPipe()
        let duration = try ContinuousClock().measure {
            var writer = try LineWriter(number: pipe.input.number)
            _ = writer.write("never\n")
        }
        #expect(duration >= LineWriter.grace)
        #expect(duration < .seconds(20))
    }

    @Test("is out at the end, when somebody reads")
    func isFinished() throws {
        let pipe = try Pipe()
        for round in 0..<100 {
            do {
                var writer = try LineWriter(number: pipe.input.number)
                for number in 0..<5 { _ = writer.write("\(round) \(number)\n") }
            }
            let text = try Self.read(pipe.output.number, until: "\(round) 4\n")
            #expect(text == (0..<5).map { "\(round) \($0)\n" }.joined())
        }
    }

    @Test("is counted as lost with all that it tells of, where it can't be written")
    func lost() throws {
        let full = open("/dev/full", O_WRONLY | O_CLOEXEC)
        try #require(full >= 0)
        defer { close(full) }
        var writer = try LineWriter(number: full)
        for weight in [1, 1, 40] { _ = writer.write("x\n", weight: UInt64(weight)) }
        var lost: UInt64 = 0
        let deadline = ContinuousClock.now + .seconds(30)
        while lost < 42, ContinuousClock.now < deadline { lost += writer.takeLost() }
        #expect(lost == 42)
    }

    @Test("leaves the descriptor's flags as they are, and waits where others made it non-blocking")
    func flags() throws {
        for isNonBlocking in [false, true] {
            let pipe = try Self.fullPipe()
            if isNonBlocking { try pipe.input.makeNonBlocking() }
            let number = pipe.input.number
            let flags = fcntl(number, F_GETFL)
            var writer = try LineWriter(number: number)
            _ = writer.write("a line\n")
            let flagsBefore = fcntl(number, F_GETFL)
            _ = try Self.read(pipe.output.number, until: "a line\n")
            let flagsAfter = fcntl(number, F_GETFL)
            #expect(flags == flagsBefore && flags == flagsAfter)
        }
    }
}
