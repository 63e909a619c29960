import Control
import Facts
import Glibc
import PlainText
import Testing

/// peerctl as a program among others: terminals, pipes, signals, and a daemon that isn't there.
@Suite("peerctl as a program")
struct PeerctlProgramTests {
    @Test("that is killed cancels the attempt that it waits for", arguments: [SIGINT, SIGKILL])
    func killed(signal: CInt) throws {
        let listener = try LoopbackListener(Loopback.address(152), backlog: 0)
        // The queue is full with it, so whoever comes next isn't answered.
        let waiting = try LoopbackPeer(to: listener.remote)
        var control = try ControlledDaemon.started(
            "outbound.target = 0\nlog.level = \"debug\""
        )
        var process = try control.start(["connect", "\(listener.remote)", "--timeout", "10min"])
        try control.daemon.waitForLine("Attempting to connect to \(listener.remote)")
        process.signal(signal)
        #expect(try process.waitForEnd() == .killed(by: signal))
        try control.daemon.waitForLine(
            "Failed to connect to \(listener.remote): cancelled by its caller (id: 1, type: manual)"
        )
        #expect(try control.peerctl("list").output == ["No connections."])
        #expect(waiting.isHeld)
    }

    @Test("fails with status 2 where help is asked for what isn't there")
    func unknownTopic() throws {
        func run(_ arguments: String...) throws -> (ChildProcess.Ending, [String], [String]) {
            var process = try ChildProcess(PeerdExecutable.path(of: "peerctl"), arguments)
            let ending = try process.waitForEnd()
            return (ending, process.outputLines, process.errorLines)
        }
        let known = try run("help", "list")
        #expect(known.0 == .exited(0) && !known.1.isEmpty)
        let unknown = try run("help", "nosuch")
        #expect(unknown.0 == .exited(2) && unknown.1.isEmpty)
        #expect(unknown.2.first == "Error: There is no command 'nosuch'.")
        let misspelt = try run("lst")
        #expect(misspelt.0 == .exited(2))
        #expect(
            misspelt.2 == [
                "Error: There is no command 'lst'; did you mean 'list'?",
                "  'peerctl help' lists the commands.",
            ]
        )
    }

    @Test("shows what happens until it is interrupted")
    func monitor() throws {
        let control = try ControlledDaemon.started("outbound.target = 0")
        var all = try control.start(["monitor"])
        var some = try control.start(["monitor", "--json", "unbanned", "network-inactive"])
        try all.waitForOutput("Monitoring")
        try some.waitForOutput("monitoring")
        try control.peerctl("ban", "192.0.2.0/24")
        try control.peerctl("unban", "192.0.2.0/24")
        try all.waitForOutput(
            "  Banned 192.0.2.0/24 for ever (by an operator), closed 0 connections"
        )
        try all.waitForOutput("  Lifted the ban of 192.0.2.0/24")
        try some.waitForOutput(#""name":"unbanned""#)
        all.signal(SIGINT)
        #expect(try all.waitForEnd() == .killed(by: SIGINT))
        control.daemon.signal(SIGTERM)
        #expect(try some.waitForEnd() == .exited(3))
        #expect(
            some.errorLines[0]
                == "peerctl: the daemon has closed the connection before it had answered"
        )
        let names = try some.outputLines.map { line in
            let message = Array(#"{"parameters":\#(line)}"#.utf8)
            return try ReplyMessage<Peers.Monitor.Reply>(decoding: message).result.get().event.name
        }
        #expect(names == [.monitoring, .report(.unbanned)])
    }

    @Test("ends quietly when nobody reads any more, also while nothing happens")
    func closedPipe() throws {
        let control = try ControlledDaemon.started("outbound.target = 0")
        for ignoring in ["", "trap '' PIPE; "] {
            let script = ignoring + "\"$0\" \"$@\" | head -n 1; echo ${PIPESTATUS[0]}"
            let run = try control.peerctl("monitor", through: ["/bin/bash", "-c", script])
            #expect(run.output.count == 2)
            #expect(run.output.last == "141")
            #expect(run.errors.isEmpty)
        }
    }

    @Test("says when what it shows can't be written")
    func fullDisk() throws {
        let control = try ControlledDaemon.started("outbound.target = 0")
        let shell = ["/bin/bash", "-c", "exec \"$0\" \"$@\" >/dev/full"]
        let full = try control.peerctl(through: shell)
        #expect(full.ending == .exited(1))
        #expect(full.errors == ["peerctl: write: no space left on device (ENOSPC)"])
        // With standard output closed, the socket must not get its number; and nothing was shown.
        let closed = ["/bin/bash", "-c", "exec \"$0\" \"$@\" >&- 2>&- <&-"]
        #expect(try control.peerctl("ban", "192.0.2.0/24", through: closed).ending == .exited(1))
        #expect(try control.ask(Peers.ListBans.self, "bans").flatMap(\.bans).count == 1)
    }

    @Test("on a terminal fits its width and is coloured", arguments: [40, 80, 200])
    func terminal(columns: Int) throws {
        let peer = try LoopbackListener(Loopback.address(UInt8(153 + columns / 80)))
        let control = try ControlledDaemon.started(
            "outbound.target = 0\npersistent.peers = [\"\(peer.remote)\"]"
        )
        let held = try peer.accept()
        for (setting, isColoured) in [
            ("TERM=xterm", true), ("TERM=dumb", false), ("TERM=xterm NO_COLOR=1", false),
        ] {
            let program = try PeerdExecutable.path(of: "peerctl")
            // The test runner's own environment may have NO_COLOR.
            let call = "env -u NO_COLOR \(setting) \(program) --socket \(control.socket)"
            let script = "stty cols \(columns); \(call) list; \(call) explain \(peer.remote)"
            var process = try ChildProcess("/usr/bin/script", ["-qec", script, "/dev/null"])
            #expect(try process.waitForEnd() == .exited(0))
            #expect(process.outputLines.count > 4)
            let text = process.outputLines.joined(separator: "\n")
            #expect((text.firstRange(of: "\u{1b}[") != nil) == isColoured)
            for line in process.outputLines.map(Self.withoutColour) {
                #expect(line.count <= columns, "\(line)")
            }
        }
        #expect(held.isHeld)
    }

    /// Without the terminal's own line end, too.
    private static func withoutColour(_ line: String) -> String {
        var result = ""
        var isInCode = false
        for scalar in line.unicodeScalars where scalar != "\r" {
            if scalar == "\u{1b}" { isInCode = true }
            if !isInCode { result.unicodeScalars.append(scalar) }
            if scalar == "m" { isInCode = false }
        }
        return result
    }

    @Test("says with status 3 that there is no daemon, and what to do")
    func unreachable() throws {
        let program = try PeerdExecutable.path(of: "peerctl")
        let cases = [
            (
                ["--socket", "/nowhere/socket"],
                "Is the daemon running, and is this its control socket?"
            ),
            (
                ["-i", "no-such-network"],
                "Is the daemon running? systemctl status peerd@no-such-network"
            ),
        ]
        for (arguments, advice) in cases {
            var process = try ChildProcess(program, arguments)
            #expect(try process.waitForEnd() == .exited(3))
            #expect(process.outputLines.isEmpty)
            #expect(process.errorLines.count == 2)
            #expect(process.errorLines[0].hasPrefix("peerctl: cannot reach the daemon at /"))
            #expect(process.errorLines[1] == "  \(advice)")
        }
    }

    @Test(
        "says with status 3 that its user may not, and what to do",
        .enabled(if: geteuid() == 0, "only root can become somebody else")
    )
    func forbidden() throws {
        let control = try ControlledDaemon.started("outbound.target = 0")
        let other = ["/usr/bin/setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"]
        let run = try control.peerctl(through: other)
        #expect(run.ending == .exited(3))
        #expect(run.errors.first?.hasSuffix(": permission denied (EACCES)") ?? false)
        #expect(run.errors.last?.hasSuffix("adduser NAME peerd") ?? false)
    }

    @Test("ends with status 2 for a command line that can't be understood")
    func usage() throws {
        let program = try PeerdExecutable.path(of: "peerctl")
        for arguments in [["bogus"], ["list", "--kind", "x"], ["connect"], ["-i", "a/b"]] {
            var process = try ChildProcess(program, arguments)
            #expect(try process.waitForEnd() == .exited(2))
            #expect(process.outputLines.isEmpty)
            #expect(process.errorLines.first?.hasPrefix("Error: ") ?? false)
        }
    }

    @Test("explains itself, and can be completed by the shell")
    func help() throws {
        let program = try PeerdExecutable.path(of: "peerctl")
        var version = try ChildProcess(program, ["--version"])
        #expect(try version.waitForEnd() == .exited(0))
        #expect(version.outputLines == [Release.version])
        var help = try ChildProcess(program, ["--help"])
        #expect(try help.waitForEnd() == .exited(0))
        #expect(help.outputLines.contains { $0.hasPrefix("  add-addresses ") })
        let script = "\"$0\" --generate-completion-script bash | bash -n"
        var syntax = try ChildProcess("/bin/bash", ["-c", "set -o pipefail; \(script)", program])
        #expect(try syntax.waitForEnd() == .exited(0))
        #expect(syntax.errorLines.isEmpty)
    }
}
