import Configuration
import Control
import Glibc
import PlainText
import Systemd
import Testing
import Timing

@testable import peerd

/// What files, peers and clients can have written, where people see it.
@Suite("Text that isn't ours")
struct ShownTextTests {
    /// What a terminal obeys, what reorders, hides and breaks lines.
    private static let text = "a\u{202e}b\u{1b}[2J\u{200b}\u{2028}c\rd\u{9b}"
    private static let shown = #"a\u{202E}b\u{1B}[2J\u{200B}\u{2028}c\rd\u{009B}"#

    private static func isHarmless(_ text: some StringProtocol) -> Bool {
        text.unicodeScalars.allSatisfy { !$0.isHarmful || $0 == "\n" }
    }

    @Test(
        "is escaped in the journal's messages and fields",
        arguments: [
            Notice.configurationWarning(text), .controlGroupUnmapped(text), .socketIgnored(text),
            .restartNeeded(keys: [text]), .storedIgnored([text]),
            .misbehaving(nil, text, score: 9, isInbound: true),
        ]
    )
    func journal(_ notice: Notice) throws {
        let receiver = try DatagramReceiver()
        var journal = Journal(level: .debug, to: try JournalSocket(path: receiver.path))
        journal.write(notice)
        let entry = try receiver.next()
        #expect(Self.isHarmless(entry), "\(entry.debugDescription)")
        let lines = entry.split(separator: "\n")
        #expect(lines.contains { $0.hasPrefix("MESSAGE=") && $0.firstRange(of: Self.shown) != nil })
        // Such a line of its own would be a field.
        #expect(lines.allSatisfy { $0.firstRange(of: "=") != nil })
    }

    @Test("is escaped in messages of several lines, which begin none of their own")
    func lines() throws {
        let receiver = try DatagramReceiver()
        var journal = Journal(level: .debug, to: try JournalSocket(path: receiver.path))
        journal.write(.reloadFailed("\(Self.text)\n\(Self.text)"))
        // Behind its name there is the message's length, in 8 bytes.
        let entry = try receiver.next()
        #expect(entry.firstRange(of: "\(Self.shown)\n\(Self.shown)\n") != nil)
        #expect(!entry.unicodeScalars.contains("\u{202e}"))
    }

    @Test("is escaped in the status that systemd shows")
    func status() throws {
        let receiver = try DatagramReceiver()
        let manager = try ServiceManager(socketPath: receiver.path, watchdogInterval: nil)
        var link = ServiceLink(manager)
        link.send(status: Self.text + "\nREADY=1", at: Instant(nanoseconds: 0))
        #expect(try receiver.next() == "STATUS=\(Self.shown)\\nREADY=1")
    }

    /// What a configuration says wrongly comes to all places at once.
    @Test("is escaped wherever a failed reload is told")
    func reload() throws {
        let state = try StateDirectory()
        let receiver = try DatagramReceiver()
        var daemon = try DaemonProcess(
            "outbound.target = 0",
            arguments: state.arguments,
            through: ["/usr/bin/env", "NOTIFY_SOCKET=\(receiver.path)"]
        )
        try daemon.configure("log.level = \"a\u{202e}b\"")
        daemon.signal(SIGHUP)
        let line = try daemon.waitForLine("found \"a")
        #expect(line.hasSuffix(#"found "a\u202Eb""#))
        #expect(Self.isHarmless(line))
        var said = ""
        repeat {
            said = try receiver.next()
            #expect(Self.isHarmless(said), "\(said.debugDescription)")
        } while said.firstRange(of: "last reload failed") == nil
        #expect(Self.isHarmless(try daemon.status()))
        let reply = try state.call("Status")
        #expect(reply.firstRange(of: #"a\\u202Eb"#) != nil)
    }

    @Test(
        "is escaped in what the programs say of their arguments",
        arguments: ["peerd", "peerctl"]
    )
    func arguments(program: String) throws {
        for argument in ["--x\u{1b}[2J", "list\u{1b}[2J"] {
            var process = try ChildProcess(PeerdExecutable.path(of: program), [argument])
            #expect(try process.waitForEnd() != .exited(0))
            #expect(!process.errorLines.isEmpty)
            #expect(process.errorLines.allSatisfy(Self.isHarmless), "\(process.errorLines)")
        }
    }
}
