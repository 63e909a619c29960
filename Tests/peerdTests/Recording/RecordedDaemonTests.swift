import ConfigurationFixtures
import DecredWire
import Engine
import Facts
import Glibc
import LinuxIO
import PlainText
import Simulation
import Testing

@testable import peerd

/// What the running daemon records, and what replays make of it.
@Suite("A recorded daemon")
struct RecordedDaemonTests {
    @Test("is replayed to the same at every step", arguments: [[], ["--record-bytes"]])
    func replays(arguments: [String]) throws {
        let folder = try ConfigurationDirectory()
        let file = "\(folder.path)/recording"
        try Self.live(recordingTo: file, arguments, network: "regnet", host: 8)
        var information = stat()
        #expect(stat(file, &information) == 0)
        #expect(information.st_mode & 0o777 == 0o600)

        let bytes = try FileContents.read(file, limit: 1 << 20)
        let replayed = Self.replay(bytes, tracesAll: true)
        #expect(replayed.outcome == .same, "\(replayed.lines.suffix(5))")
        let text = replayed.lines.joined(separator: "\n")
        for part in [
            "Recorded by peerd \(Release.version)", "is ready", "malformed message",
            "Shutting down with 1 connection", "store: load", "The recording ended because",
        ] {
            #expect(text.contains(part), "\(part) isn't in \(text)")
        }
        #expect(text.contains("without what peers sent") == arguments.isEmpty)
    }

    @Test("on a raw network is replayed too")
    func replaysRaw() throws {
        let folder = try ConfigurationDirectory()
        let file = "\(folder.path)/recording"
        try Self.live(recordingTo: file, [], network: "raw", host: 9)
        let replayed = Self.replay(try FileContents.read(file, limit: 1 << 20))
        #expect(replayed.outcome == .same, "\(replayed.lines)")
    }

    /// The second bit of the last byte but one, which is in the digest of the last step.
    @Test("that had decided something else is found, and the program says it by its status")
    func differs() throws {
        let folder = try ConfigurationDirectory()
        let file = "\(folder.path)/recording"
        try Self.live(recordingTo: file, [], network: "raw", host: 10)
        var blocks = Self.blocks(of: try FileContents.read(file, limit: 1 << 20))
        let ending = Recording.end(because: "the daemon ended")
        let last = blocks.removeLast()
        var content = Array(last.dropLast(ending.count))
        content[content.count - 2] ^= 2
        let changed = try folder.write(Self.file(of: blocks + [content + ending]), to: "changed")

        var process = try Self.simulate(["--replay", changed])
        #expect(try process.waitForEnd() == .exited(1))
        let text = process.outputLines.joined(separator: "\n")
        #expect(text.contains("led to something else"), "\(text)")
        #expect(text.contains("the daemon is to end"), "\(text)")
        #expect(text.contains("recorded was close ["), "\(text)")

        var same = try Self.simulate(["--replay", file])
        #expect(try same.waitForEnd() == .exited(0))
        #expect(same.outputLines.last == "The same was decided at every step.")

        let broken = try folder.write(Array(Self.file(of: blocks).dropLast(1)) + [1], to: "broken")
        var unreadable = try Self.simulate(["--replay", broken])
        #expect(try unreadable.waitForEnd() == .exited(2))
        var missing = try Self.simulate(["--replay", "\(folder.path)/missing"])
        #expect(try missing.waitForEnd() == .exited(2))
    }

    /// As bytes, since no engine lives to record that a process stood still for a second less than
    /// nothing: an event (8) at the same moment, of that kind (9), −1 s, and no steps (5).
    @Test("that leads to a trap says at which input")
    func traps() throws {
        let folder = try ConfigurationDirectory()
        let file = "\(folder.path)/recording"
        try Self.live(recordingTo: file, [], network: "raw", host: 17)
        let first = Self.blocks(of: try FileContents.read(file, limit: 1 << 20))[0]
        let impossible: [UInt8] = [8, 0, 0, 9, 1, 0, 5, 0, 0]
        let changed = try folder.write(Self.file(of: [first, impossible]), to: "changed")
        var process = try Self.simulate(["--replay", changed])
        #expect(try process.waitForEnd() == .exited(1))
        let text = process.outputLines.joined(separator: "\n")
        #expect(text.contains("The engine trapped: its process was killed by"), "\(text)")
        #expect(process.outputLines.last?.contains("stood still for -1") ?? false, "\(text)")
    }

    @Test("of another version says so")
    func otherVersion() throws {
        let folder = try ConfigurationDirectory()
        let file = "\(folder.path)/recording"
        try Self.live(recordingTo: file, [], network: "raw", host: 25)
        let replayed = Self.replay(try FileContents.read(file, limit: 1 << 20), as: "9.9.9")
        #expect(replayed.outcome == .same)
        let first = replayed.lines[0]
        #expect(first.contains("peerd \(Release.version)") && first.contains("this is 9.9.9"))
    }

    @Test("doesn't start where something has the file's name, and changes nothing of it")
    func existing() throws {
        let folder = try ConfigurationDirectory()
        let file = try folder.write("somebody's", to: "kept")
        let link = "\(folder.path)/link"
        #expect(symlink("\(folder.path)/nowhere", link) == 0)
        for path in [file, link] {
            let (ending, _, errors) = try Self.run(recordingTo: path, in: folder)
            #expect(ending == .exited(78))
            #expect(
                errors.last?.hasSuffix(
                    "cannot record to \(path): there is something of that name, which stays as it "
                        + "is; move it away, or name another file"
                ) ?? false,
                "\(errors)"
            )
        }
        #expect(try FileContents.read(file, limit: 100) == Array("somebody's".utf8))
        #expect(access("\(folder.path)/nowhere", F_OK) != 0)
    }

    @Test("doesn't start where the file can't be made, and says why")
    func missingFolder() throws {
        let folder = try ConfigurationDirectory()
        let path = "\(folder.path)/missing/recording"
        let (ending, _, errors) = try Self.run(recordingTo: path, in: folder)
        #expect(ending == .exited(71))
        let expected = "no such file or directory (ENOENT); its folder isn't there"
        #expect(errors.last?.hasSuffix(expected) ?? false, "\(errors)")
    }

    @Test(
        "needs arguments that fit each other",
        arguments: [
            ["--record-bytes"], ["--record", "x", "--record-limit", "0"],
            ["--record", "x", "--record-limit", "65537"],
        ]
    )
    func wrongArguments(arguments: [String]) throws {
        var process = try PeerdExecutable.start(arguments)
        #expect(try process.waitForEnd() == .exited(2))
        #expect(access("x", F_OK) != 0)
    }

    /// A limit for its files stands for a disk that is full: 4 KiB, in blocks of 512 bytes.
    @Test("goes on when the disk takes no more, and what was recorded is whole up to there")
    func fullDisk() throws {
        let folder = try ConfigurationDirectory()
        let file = "\(folder.path)/recording"
        var daemon = try DaemonProcess(
            Self.configuration("raw", host: 11),
            arguments: ["--record", file],
            through: ["/bin/sh", "-c", "ulimit -f 8 && exec \"$@\"", "sh"]
        )
        let deadline = ContinuousClock.now + ChildProcess.patience
        while daemon.count("The recording has ended") == 0, ContinuousClock.now < deadline {
            for _ in 0..<10 { _ = try LoopbackPeer(to: daemon.listening[0]) }
            _ = try daemon.status()
        }
        let line = try #require(daemon.lines.first { $0.contains("The recording has ended") })
        #expect(line.hasPrefix("<4>"))
        #expect(line.contains("file too large (EFBIG)"), "\(line)")
        #expect(line.contains(file))
        // It serves on.
        let peer = try LoopbackPeer(to: daemon.listening[0])
        try daemon.waitForStatus("1 inbound")
        _ = peer
        let replayed = Self.replay(try FileContents.read(file, limit: 1 << 20))
        #expect(replayed.outcome == .same, "\(replayed.lines)")
    }

    // MARK: Helpers

    private static func configuration(_ network: String, host: UInt8) -> String {
        """
        network = "\(network)"
        outbound.target = 0
        log.level = "debug"
        [[listen]]
        address = "\(Loopback.host(host)):0"
        """
    }

    /// A peer that behaves, one that doesn't, one that hangs up, and the end.
    private static func live(
        recordingTo file: String,
        _ arguments: [String],
        network: String,
        host: UInt8
    ) throws {
        let state = try ConfigurationDirectory()
        var daemon = try DaemonProcess(
            configuration(network, host: host),
            arguments: ["--record", file, "--state", state.path] + arguments
        )
        try daemon.waitForLine("Recording what goes into the engine to \(file)")
        let good = MeasuringPeer(try LoopbackPeer(to: daemon.listening[0]))
        if network == "regnet" {
            try good.send(.version(version))
            try good.send(.verack)
            try good.send(.ping(nonce: 7))
            try daemon.waitForLine("is ready")
            let bad = try LoopbackPeer(to: daemon.listening[0])
            try bad.send(Array("GET / HTTP/1.0\r\n\r\n".utf8))
            try daemon.waitForLine("malformed message")
        }
        do { _ = try LoopbackPeer(to: daemon.listening[0]) }
        try daemon.waitForStatus("1 inbound")
        daemon.signal(SIGTERM)
        #expect(try daemon.waitForEnd() == .exited(0))
    }

    private static let version = VersionMessage(
        protocolVersion: SessionPolicy.latestVersion,
        services: 1,
        unixSeconds: 0,
        receiver: .none,
        nonce: 77,
        userAgent: "/other/",
        relaysTransactions: false
    )

    private static func run(
        recordingTo path: String,
        in folder: borrowing ConfigurationDirectory
    ) throws -> (ending: ChildProcess.Ending, output: [String], errors: [String]) {
        let file = try folder.write("outbound.target = 0")
        return try PeerdExecutable.run("--config", file, "--record", path)
    }

    private static func simulate(_ arguments: [String]) throws -> ChildProcess {
        try ChildProcess(try PeerdExecutable.path(of: "simulate"), arguments)
    }

    private static func replay(
        _ bytes: [UInt8],
        as version: String = Release.version,
        tracesAll: Bool = false
    ) -> (outcome: ReplayReader.Outcome, lines: [String]) {
        var lines: [String] = []
        let outcome = ReplayReader.run(
            bytes,
            version: version,
            tracesAll: tracesAll,
            in: Wording(systemError: { "error \($0)" })
        ) { lines.append($0) }
        return (outcome, lines)
    }

    /// The contents of a file's blocks, each behind 16 bytes that begin with its length.
    private static func blocks(of file: [UInt8]) -> [[UInt8]] {
        var rest = file.dropFirst(Recording.beginning.count)
        var blocks: [[UInt8]] = []
        while rest.count > 16 {
            let length = rest.prefix(4).reversed().reduce(0) { $0 << 8 | Int($1) }
            blocks.append(Array(rest.dropFirst(16).prefix(length)))
            rest = rest.dropFirst(16 + length)
        }
        return blocks
    }

    private static func file(of blocks: [[UInt8]]) -> [UInt8] {
        Recording.beginning + blocks.flatMap { Recording.head(ofBlock: $0) + $0 }
    }
}
