import Control
import Glibc
import Testing

@testable import peerd

/// What the running daemon says of its configuration, and what peerctl makes of it.
@Suite("The configuration over the control socket")
struct ControlConfigurationTests {
    private static let file = """
        network = "regnet"
        [[listen]]
        address = "127.0.0.1:0"
        [outbound]
        target = 3
        addresses = ["127.77.0.1:1", "127.78.0.1:1"]
        [limits]
        whitelist = ["10.0.0.0/8"]

        """

    @Test("is what the files said when they were read, where --print-config is what they say now")
    func running() throws {
        let control = try ControlledDaemon.started(Self.file)
        let file = "\(control.daemon.folder)/peerd.toml"
        func printed() throws -> [String] {
            try PeerdExecutable.run("--config", file, "--print-config").output
        }
        let before = try printed()
        #expect(before.first?.firstRange(of: "'peerctl config'") != nil)
        #expect(try control.peerctl("config").output == Array(before.dropFirst()))
        try control.daemon.configure(Self.file + "[log]\nlevel = \"error\"\n")
        #expect(try control.peerctl("config").output == Array(before.dropFirst()))
        #expect(try printed() != before)
        try control.peerctl("reload")
        #expect(try control.peerctl("config").output == Array(printed().dropFirst()))
    }

    @Test("is compared with the files, and a reload does just what is said then")
    func compared() throws {
        let control = try ControlledDaemon.started(Self.file)
        let nothing = ["A reload would change nothing."]
        #expect(try control.peerctl("config", "--diff").output == nothing)
        try control.peerctl("log-level", "debug")
        let file = "\(control.daemon.folder)/peerd.toml"
        try control.daemon.configure(
            """
            network = "simnet"
            [[listen]]
            address = "127.0.0.1:0"
            [outbound]
            target = 5
            addresses = ["127.77.0.1:1", "127.78.0.1:1"]
            [limits]
            whitelist = ["10.0.0.0/8", "192.0.2.0/24"]
            """
        )
        let lines = try control.peerctl("config", "--diff").output
        #expect(
            lines == [
                "network (needs a restart)",
                "  - \"regnet\"                    # \(file):1:11",
                "  + \"simnet\"                    # \(file):1:11",
                "outbound.target",
                "  - 3                           # \(file):5:10",
                "  + 5                           # \(file):5:10",
                "limits.whitelist",
                "  + \"192.0.2.0/24\"              # \(file):8:13",
                "log.level",
                "  - \"debug\"                     # peerctl log-level",
                "  + \"info\"                      # default",
                "What needs a restart: systemctl restart peerd",
            ]
        )
        #expect(
            try control.ask(Peers.Status.self, "status").first?.status.limits.outbound == 3
        )
        try control.peerctl("reload")
        let rest = try control.ask(Peers.CompareConfiguration.self, "config", "--diff")
        #expect(rest.flatMap(\.changes).map(\.key) == ["network"])
    }

    @Test("that can't be read is said to be wrong, and nothing changes")
    func wrong() throws {
        let control = try ControlledDaemon.started(Self.file)
        try control.daemon.configure("outbound.taget = 5")
        let run = try control.peerctl("config", "--diff")
        #expect(run.ending == .exited(1))
        #expect(
            run.errors.first
                == "peerctl: cannot compare the configuration: the configuration is wrong"
        )
        #expect(run.errors.contains { $0.firstRange(of: "did you mean 'outbound.target'") != nil })
        #expect(control.daemon.count("Reload") == 0)
    }

    @Test("of thousands of addresses comes in pages, while others are answered")
    func long() throws {
        let addresses = (0..<10_000).map { "10.\($0 >> 8 & 255).\($0 & 255).1:1" }
        let quoted = addresses.map { "\"\($0)\"" }
        let daemon = try DaemonProcess(
            """
            outbound.target = 0
            outbound.addresses = [\(quoted.joined(separator: ", "))]
            """,
            withControl: true
        )
        let client = try daemon.connectControl()
        let replies = try client.askAll(Peers.GetConfiguration())
        #expect(replies.allSatisfy { (1...Bounds.rowsPerReply).contains($0.keys.count) })
        let told = replies.flatMap(\.keys).filter { $0.key == "outbound.addresses" }
        #expect(told.map(\.value) == quoted)
        #expect(told.map(\.index) == Array(0..<10_000))
        try daemon.configure("outbound.target = 1")
        let changes = try client.askAll(Peers.CompareConfiguration()).flatMap(\.changes)
        let gone = changes.filter { $0.key == "outbound.addresses" }
        #expect(gone.count == Bounds.changedElements + 1)
        #expect(gone.last?.further == 10_000 - Bounds.changedElements)
    }

    @Test("is compared for each who asks, between reloads, with what is there when they ask")
    func crowded() throws {
        let daemon = try DaemonProcess("outbound.target = 0", withControl: true)
        for target in 1...5 {
            let before = try (0..<3).map { _ in try daemon.connectControl() }
            for client in before { try client.send(Peers.CompareConfiguration()) }
            try daemon.configure("outbound.target = \(target)")
            let after = try daemon.connectControl()
            try after.send(Peers.CompareConfiguration())
            for client in before {
                _ = try client.reply(to: Peers.CompareConfiguration.self)
            }
            let found = try after.reply(to: Peers.CompareConfiguration.self)
            #expect(found.value.changes.map(\.after) == ["\(target)"])
            try after.ask(Peers.Reload())
            let rest = try after.askAll(Peers.CompareConfiguration()).flatMap(\.changes)
            #expect(rest == [])
        }
    }

    @Test(
        "is for whoever may ask",
        .enabled(if: geteuid() == 0, "only root can become somebody else")
    )
    func readers() throws {
        let daemon = try DaemonProcess("outbound.target = 0", withControl: true)
        // Into the folder and to the socket, for everybody.
        chmod(daemon.folder, 0o755)
        chmod(daemon.controlPath, 0o666)
        let calls = ["GetConfiguration", "CompareConfiguration", "Reload"].map { name in
            #"{"method":"org.peerd.Peers.\#(name)","more":true}"#
        }
        let answers = try ControlScript.answers(
            of: daemon,
            to: [calls[1], calls[2], calls[0]],
            through: ControlScript.asUser(65_534, groups: [65_534])
        )
        #expect(answers[0] == #"{"parameters":{"changes":[]}}"#)
        #expect(answers[1].firstRange(of: "PermissionDenied") != nil)
        #expect(answers[2].hasPrefix(#"{"parameters":{"keys":[{"key":"network""#))
    }
}
