import ArgumentParser
import Control
import Facts
import Testing

@testable import peerctl

@Suite("The command line of peerctl")
struct ArgumentTests {
    @Test(
        "that can't be understood is a usage error",
        arguments: [
            ["bogus"], ["--bogus"], ["--instance"], ["-i", ""], ["-i", "a/b"], ["-i", ".."],
            ["-i", "a", "--socket", "b"], ["--socket", ""],
            ["--socket", String(repeating: "x", count: 108)], ["status", "x"], ["list", "x"],
            ["list", "--kind", "x"], ["list", "--phase", "x"], ["monitor", "x"],
            ["monitor", "Connected"], ["explain"], ["explain", "a", "b"], ["history", "x"],
            ["history", "--limit", "0"], ["history", "--limit", "1001"], ["connect"],
            ["connect", "a:1", "b:1"], ["connect", "a:1", "--timeout", "0"],
            ["connect", "a:1", "--timeout", "x"], ["connect", "a:1", "--timeout", "600000001us"],
            ["connect", "a:1", "--timeout", "1s", "--persistent"], ["disconnect"],
            ["disconnect", "0"], ["disconnect", "9223372036854775808"], ["remove"],
            ["remove", "99999999999999999999"], ["ban"], ["ban", "a", "--for", "0s"],
            ["ban", "a", "--for", "-1s"], ["unban"], ["bans", "x"], ["network"],
            ["network", "maybe"], ["reload", "x"], ["log-level"], ["log-level", "loud"],
            ["add-addresses"], ["add-addresses", "-", "a:1"], ["top"], ["connect", ""],
            ["connect", tooLong], ["explain", ""], ["disconnect", ""], ["disconnect", tooLong],
            ["remove", ""], ["ban", ""], ["unban", ""], ["add-addresses", "a:1", ""],
        ]
    )
    func usageErrors(_ arguments: [String]) {
        let error = #expect(throws: (any Error).self) { try Peerctl.parseAsRoot(arguments) }
        if let error { #expect(Peerctl.isUsageError(error), "\(error)") }
    }

    /// A byte more than a call can carry.
    private static let tooLong = String(repeating: "a", count: Bounds.textBytes + 1)

    @Test("may have a text as long as a call can carry")
    func longestText() throws {
        let longest = String(Self.tooLong.dropLast())
        let command: Peerctl.Connect = try Self.parsed(["connect", longest])
        #expect(command.address == longest)
    }

    @Test(
        "that can't be understood is told with what was expected",
        arguments: [
            (["connect", ""], "expected from 1 to 512 bytes"),
            (["disconnect", "0"], "expected an id from 1 to 9223372036854775807"),
            (["top"], "'peerctl help' lists the commands."),
            (["lst"], "There is no command 'lst'; did you mean 'list'?\n"),
            (["LIST"], "There is no command 'LIST'; did you mean 'list'?"),
            (["stauts", "--json"], "There is no command 'stauts'; did you mean 'status'?"),
            (["disc", "7"], "There is no command 'disc'; did you mean 'disconnect'?"),
            (["-i", "list", "lits"], "There is no command 'lits'; did you mean 'list'?"),
            (["--socket=x", "add-adresses", "-"], "did you mean 'add-addresses'?"),
            (["re"], "There is no command 're'."),
            (["zebra"], "There is no command 'zebra'."),
            (["\u{1b}[31m"], "There is no command '\\u{1B}"),
            (["--bogus"], "Unknown option '--bogus'"),
        ]
    )
    func usageMessages(_ arguments: [String], _ expected: String) throws {
        let error = try #require(
            #expect(throws: (any Error).self) { try Peerctl.parseAsRoot(arguments) }
        )
        let message = Peerctl.usageMessage(for: error, of: arguments)
        #expect(message.firstRange(of: expected) != nil, "\(message)")
    }

    @Test("that asks for the help of no command is wrong")
    func helpTopics() {
        func complaint(_ arguments: String...) -> String? {
            CommandWords(arguments).complaintAboutHelp
        }
        #expect(complaint("help") == nil && complaint("help", "list") == nil)
        #expect(complaint("list", "help") == nil && complaint("--help") == nil)
        #expect(complaint("help", "--json", "help") == nil)
        #expect(complaint("help", "lst") == "There is no command 'lst'; did you mean 'list'?")
        #expect(complaint("--json", "help", "zebra") == "There is no command 'zebra'.")
        #expect(complaint("help", "list", "nonsense") == "There is no command 'nonsense'.")
        #expect(complaint("help", "list", "status") == "Help is for one command at a time.")
    }

    @Test("that names a command isn't told of the others")
    func namedCommand() throws {
        let arguments = ["status", "x"]
        let error = try #require(
            #expect(throws: (any Error).self) { try Peerctl.parseAsRoot(arguments) }
        )
        let message = Peerctl.usageMessage(for: error, of: arguments)
        #expect(message == Peerctl.fullMessage(for: error))
    }

    private static func parsed<Command>(_ arguments: [String]) throws -> Command {
        try #require(try Peerctl.parseAsRoot(arguments) as? Command)
    }

    @Test("without a command means the status")
    func status() throws {
        let _: Peerctl.Status = try Self.parsed([])
        let command: Peerctl.Status = try Self.parsed(["--json"])
        #expect(command.control.json)
    }

    @Test(
        "takes the common options before and behind the command",
        arguments: [
            ["-i", "testnet", "--json", "list"], ["list", "--json", "--instance", "testnet"],
            ["--json", "list", "-i", "testnet"],
        ]
    )
    func commonOptions(_ arguments: [String]) throws {
        let command: Peerctl.List = try Self.parsed(arguments)
        #expect(command.control.json)
        #expect(command.control.chosen == Instance(name: "testnet"))
    }

    @Test(
        "tells ids from addresses",
        arguments: [
            ("7", Peers.Selection.id(7)), ("9223372036854775807", .id(UInt64(Int64.max))),
            ("203.0.113.7", .address("203.0.113.7")),
            ("203.0.113.7:9108", .address("203.0.113.7:9108")),
            ("[2001:db8::7]:9108", .address("[2001:db8::7]:9108")), ("::7", .address("::7")),
        ]
    )
    func selections(_ argument: String, _ selection: Peers.Selection) throws {
        let disconnect: Peerctl.Disconnect = try Self.parsed(["disconnect", argument])
        #expect(disconnect.selection == selection)
        let remove: Peerctl.Remove = try Self.parsed(["remove", argument])
        #expect(remove.selection == selection)
    }

    @Test("takes durations as systemd spells them, up to the bounds")
    func durations() throws {
        let connect: Peerctl.Connect = try Self.parsed(["connect", "a:1", "--timeout", "10min"])
        #expect(connect.timeout == .seconds(600))
        let shortest: Peerctl.Connect = try Self.parsed(["connect", "a:1", "--timeout", "1us"])
        #expect(shortest.timeout == .microseconds(1))
        let ban: Peerctl.Ban = try Self.parsed(["ban", "10.0.0.0/8", "--for", "1d 2h"])
        #expect(ban.duration == .seconds(26 * 3600))
        let history: Peerctl.History = try Self.parsed(["history", "--limit", "1000"])
        #expect(history.limit == 1000)
    }

    @Test(
        "names events as the journal does, or as the interface",
        arguments: Peers.EventName.allCases
    )
    func events(_ name: Peers.EventName) throws {
        let command: Peerctl.Monitor = try Self.parsed(["monitor", name.camelCase, name.word])
        #expect(command.events == [name, name])
        #expect(!name.word.contains { $0.isUppercase })
    }

    @Test("takes every kind, phase and level of the interface")
    func enumerations() throws {
        for kind in ShownKind.allCases {
            for phase in ShownPhase.allCases {
                let arguments = ["list", "--kind", kind.word, "--phase", phase.word]
                let list: Peerctl.List = try Self.parsed(arguments)
                #expect(list.kind == kind && list.phase == phase)
            }
        }
        for level in Peers.LogLevel.allCases {
            let command: Peerctl.LogLevel = try Self.parsed(["log-level", level.rawValue])
            #expect(command.level == level)
        }
        let off: Peerctl.Network = try Self.parsed(["network", "off"])
        #expect(off.state == .off)
    }

    @Test(
        "can be completed by each shell, with every command",
        arguments: [CompletionShell.bash, .zsh, .fish]
    )
    func completions(_ shell: CompletionShell) {
        let script = Peerctl.completionScript(for: shell)
        #expect(Peerctl.configuration.subcommands.count == 19)
        for command in Peerctl.configuration.subcommands {
            #expect(script.firstRange(of: command._commandName) != nil, "\(command)")
        }
        for word in ["instance", "persistent-added", "established", "debug"] {
            #expect(script.firstRange(of: word) != nil, "\(word)")
        }
    }

    @Test("finds the socket where a unit puts it, or where the daemon makes its own")
    func sockets() {
        #expect(Instance().socketPaths == ["/run/peerd-control/socket", "/run/peerd/control"])
        #expect(
            Instance(name: "testnet").socketPaths
                == ["/run/peerd-control-testnet/socket", "/run/peerd-testnet/control"]
        )
        #expect(Instance(socket: "/tmp/x").socketPaths == ["/tmp/x"])
    }
}
