import ConfigurationFixtures
import Control
import Glibc
import PlainText
import Testing

/// The program as it is called, with everything that it does before it listens.
@Suite("The command line")
struct CommandLineTests {
    /// One of each kind; every key and bound is with the configuration's own tests.
    @Test(
        "with a wrong configuration ends with status 78 and says where it is wrong",
        arguments: [
            ConfigurationExample(
                "[outbound]\ntaget = 3",
                "peerd.toml:2:1: unknown key 'outbound.taget'; did you mean 'outbound.target'?"
            ),
            ConfigurationExample(
                "[outbound]\ntarget = \"8\"",
                "peerd.toml:2:10: outbound.target: expected an integer from 0 to 10000, found \"8\""
            ),
            ConfigurationExample(
                "[limits]\nconnections = -1",
                "peerd.toml:2:15: limits.connections: expected an integer from 0 to 1000000, found -1"
            ),
            ConfigurationExample(
                "[outbound]\ntarget = \n",
                "peerd.toml:2:10: Error while parsing key-value pair: expected value, saw '\\n'"
            ),
            ConfigurationExample(
                "[persistent]\nretry = \"1h\"",
                "peerd.toml:2:9: persistent.retry (1h) is longer than persistent.max-retry (5min)"
            ),
            ConfigurationExample(
                "[persistent]\npeers = [\"a:1\", \"a:1\"]",
                "peerd.toml:2:17: persistent.peers: a:1 is listed twice"
            ),
            ConfigurationExample(
                "[outbound]\naddresses-file = \"missing\"",
                "peerd.toml:2:18: outbound.addresses-file: cannot read 'missing': "
                    + "No such file or directory"
            ),
            ConfigurationExample(
                "[[listen]]\nnetwork = \"ip\"",
                "peerd.toml:1:1: listen.address is missing: "
                    + "expected \"ADDRESS:PORT\", port 0 for any that is free"
            ),
            ConfigurationExample(
                "[limits]\nwhitelist = [\"10.0.0.1/8\"]",
                "peerd.toml:2:14: limits.whitelist: '10.0.0.1/8' has bits behind the prefix's "
                    + "length: expected the network, 10.0.0.0/8"
            ),
            ConfigurationExample(
                "outbound.target = 9\nlimits.connections = 1\nnetwork = \"x\"\nzebra = 1",
                """
                peerd.toml:1:19: outbound.target (9) is more than limits.connections (1) allows
                peerd.toml:3:11: network: expected "raw", "mainnet", "testnet", "simnet" or \
                "regnet", found "x"
                peerd.toml:4:1: unknown key 'zebra'
                """
            ),
        ],
        [[], ["--check-config"], ["--print-config"]]
    )
    func wrongConfiguration(_ example: ConfigurationExample, flags: [String]) throws {
        let directory = try ConfigurationDirectory()
        let file = try directory.write(example.document)
        var process = try PeerdExecutable.start(["--config", file] + flags)
        #expect(try process.waitForEnd() == .exited(78))
        let errors = process.errorLines.joined(separator: "\n")
        #expect(directory.withoutPath(errors) == example.errors)
        #expect(process.outputLines.isEmpty)
    }

    @Test("with a configuration that isn't there ends with status 78")
    func missingFile() throws {
        let directory = try ConfigurationDirectory()
        let file = "\(directory.path)/peerd.toml"
        let (ending, _, errors) = try PeerdExecutable.run("--config", file)
        #expect(ending == .exited(78))
        #expect(errors == ["\(file): cannot read: No such file or directory"])
    }

    @Test("with a wrong --set ends with status 78 and names each")
    func wrongSetting() throws {
        let directory = try ConfigurationDirectory()
        let file = try directory.write("")
        let (ending, _, errors) = try PeerdExecutable.run(
            "--config",
            file,
            "--set",
            "outbound.taget=1",
            "--set",
            "a"
        )
        #expect(ending == .exited(78))
        #expect(
            errors == [
                "--set outbound.taget=1: unknown key 'outbound.taget'; "
                    + "did you mean 'outbound.target'?",
                "--set a: expected KEY=VALUE",
            ]
        )
    }

    @Test("checks a good configuration without starting, and says what deserves a warning")
    func check() throws {
        let directory = try ConfigurationDirectory()
        let file = try directory.write(
            "outbound.target = 0\n[[listen]]\naddress = \"\(Loopback.host(100)):1\""
        )
        let good = try PeerdExecutable.run("--config", file, "--check-config")
        #expect(good.ending == .exited(0))
        #expect(good.errors.isEmpty && good.output.isEmpty)

        let doubtful = try PeerdExecutable.run(
            "--config",
            file,
            "--check-config",
            "--set",
            "limits.connections=9"
        )
        #expect(doubtful.ending == .exited(0))
        #expect(doubtful.errors.count == 1)
        #expect(doubtful.errors[0].hasPrefix("<4>--set limits.connections=9: nobody who isn't "))
    }

    @Test("warns of limits that need more descriptors, and says whose limit it saw")
    func checkDescriptors() throws {
        let directory = try ConfigurationDirectory()
        let file = try directory.write("outbound.target = 0\nlimits.connections = 1000")
        func check(_ limit: Int) throws -> [String] {
            let checked = try PeerdExecutable.run(
                "--config",
                file,
                "--check-config",
                through: ["/bin/sh", "-c", "ulimit -n \(limit) && exec \"$@\"", "sh"]
            )
            #expect(checked.ending == .exited(0))
            return checked.errors
        }
        #expect(
            try check(1_263) == [
                "<4>limits.connections (1000) + persistent.max (8) + limits.whitelisted (32) + 64 "
                    + "for clients + 160 for the daemon itself need 1264 descriptors, and whoever "
                    + "runs this check may have 1263 (ulimit -Hn): the daemon doesn't start unless "
                    + "its own limit, of a unit LimitNOFILE=, is higher"
            ]
        )
        #expect(try check(1_264) == [])
    }

    @Test("has its version")
    func version() throws {
        let (ending, output, errors) = try PeerdExecutable.run("--version")
        #expect(ending == .exited(0))
        #expect(output == [Release.version] && errors.isEmpty)
    }

    @Test("marks trouble by a word where a person reads it on a terminal")
    func terminal() throws {
        let directory = try ConfigurationDirectory()
        let file = try directory.write(
            "outbound.target = 0\nlimits.whitelisted = 0\nlimits.whitelist = [\"192.0.2.1\"]"
        )
        let program = try PeerdExecutable.path(of: "peerd")
        func start(_ command: String) throws -> ChildProcess {
            try ChildProcess("/usr/bin/script", ["-qec", command, "/dev/null"])
        }
        func lines(of process: borrowing ChildProcess) -> [String] {
            process.outputLines.map { line in String(line.filter { $0 != "\r" }) }
        }
        func run(_ command: String) throws -> [String] {
            var process = try start(command)
            _ = try process.waitForEnd()
            return lines(of: process)
        }
        let warning =
            "warning: \(file):2:22: limits.whitelisted is 0: nobody of limits.whitelist can connect"
        #expect(try run("\(program) --config \(file) --check-config") == [warning])
        var daemon = try start("echo $$; exec \(program) --config \(file)")
        try daemon.waitForOutput("Started: 0/0 outbound")
        let said = lines(of: daemon)
        let number = try #require(said.first.flatMap { pid_t($0) })
        #expect(kill(number, SIGTERM) == 0)
        _ = try daemon.waitForEnd()
        #expect(said[1] == warning)
        #expect(said.contains { $0.hasPrefix("Started: ") })
        #expect(!said.contains { $0.hasPrefix("<") })
        let failed = try run("ulimit -n 200; exec \(program) --config \(file)")
        #expect(failed.last?.hasPrefix("error: ") ?? false, "\(failed)")
    }

    @Test("prints what is in force and where each value comes from")
    func printed() throws {
        let directory = try ConfigurationDirectory()
        let file = try directory.write("[outbound]\ntarget = 3")
        try directory.write("[log]\nlevel = \"debug\"", to: "peerd.conf.d/10-log.toml")
        let (ending, output, errors) = try PeerdExecutable.run(
            "--config",
            file,
            "--print-config",
            "--set",
            "limits.connections=20"
        )
        #expect(ending == .exited(0))
        #expect(errors.isEmpty)
        let lines = output.map { line in
            directory.withoutPath(line).split(separator: " ").joined(separator: " ")
        }
        for expected in [
            "target = 3 # peerd.toml:2:10",
            "level = \"debug\" # peerd.conf.d/10-log.toml:2:9",
            "connections = 20 # --set limits.connections=20",
            "dial-timeout = \"30s\" # default",
        ] {
            #expect(lines.contains(expected), "\(expected) is not in \(lines)")
        }
    }

    @Test("that prints the configuration prints one that says the same")
    func printedAgain() throws {
        let directory = try ConfigurationDirectory()
        let first = try directory.write("outbound.target = 3\nlimits.whitelist = [\"10.0.0.0/8\"]")
        let printed = try PeerdExecutable.run("--config", first, "--print-config").output
        let second = try directory.write(printed.joined(separator: "\n"), to: "second.toml")
        let again = try PeerdExecutable.run("--config", second, "--print-config").output
        #expect(printed.map(Self.withoutComment) == again.map(Self.withoutComment))
    }

    private static func withoutComment(_ line: String) -> String {
        String(line.prefix { $0 != "#" })
    }

    @Test("may override the file")
    func settings() throws {
        let directory = try ConfigurationDirectory()
        let file = try directory.write("outbound.target = 8\nlog.level = \"error\"")
        var process = try PeerdExecutable.start(
            ["--config", file, "--set", "outbound.target=0", "--set", "log.level=info"]
        )
        let deadline = ContinuousClock.now + ChildProcess.patience
        let line = "<6>Started: 0/0 outbound, 0 inbound; 0 addresses"
        while !process.errorLines.contains(line), process.listen(until: deadline) {}
        #expect(process.errorLines.last == line)
        process.signal(SIGTERM)
        #expect(try process.waitForEnd() == .exited(0))
    }

    @Test("explains itself with status 0")
    func help() throws {
        let (ending, output, errors) = try PeerdExecutable.run("--help")
        #expect(ending == .exited(0))
        #expect(errors.isEmpty)
        for option in ["--config <file>", "--set <key=value>", "--check-config", "--print-config"] {
            #expect(output.contains { $0.firstRange(of: option) != nil }, "\(option)")
        }
    }

    @Test(
        "that can't be understood ends with status 2 and says how to get help",
        arguments: [["--bogus"], ["--set"], ["something"], ["--config"]]
    )
    func usage(_ arguments: [String]) throws {
        var process = try PeerdExecutable.start(arguments)
        #expect(try process.waitForEnd() == .exited(2))
        #expect(process.errorLines.first?.hasPrefix("Error: ") ?? false)
        #expect(process.errorLines.last == "  See 'peerd --help' for more information.")
        #expect(process.outputLines.isEmpty)
    }
}
