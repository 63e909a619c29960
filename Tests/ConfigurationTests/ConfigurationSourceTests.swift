import Addressing
import Configuration
import ConfigurationFixtures
import Glibc
import Testing

@Suite("The sources of the configuration")
struct ConfigurationSourceTests {
    @Test("are the defaults alone when the standard file is missing")
    func defaults() throws {
        let directory = try ConfigurationDirectory()
        let loaded = try ConfigurationLoader.load(
            file: nil,
            settings: [],
            standardFile: "\(directory.path)/peerd.toml"
        )
        #expect(loaded.configuration == .standard)
        #expect(loaded.origins.isEmpty)
    }

    @Test("have the drop-ins of a standard file that is missing")
    func dropInsAlone() throws {
        let directory = try ConfigurationDirectory()
        try directory.write("outbound.target = 3", to: "peerd.conf.d/a.toml")
        let loaded = try ConfigurationLoader.load(
            file: nil,
            settings: [],
            standardFile: "\(directory.path)/peerd.toml"
        )
        #expect(loaded.configuration.outbound.target == 3)
    }

    @Test("override each other key by key, and an array as a whole")
    func overriding() throws {
        let directory = try ConfigurationDirectory()
        try directory.write(
            """
            [[listen]]
            address = "127.0.0.1:1"
            [[listen]]
            address = "127.0.0.1:2"
            [outbound]
            target = 1
            retry = "1s"
            max-per-group = 1
            addresses = ["127.0.0.1:1", "127.0.0.1:2"]
            """
        )
        try directory.write(
            "[[listen]]\naddress = \"127.0.0.1:3\"\n[outbound]\ntarget = 2\nretry = \"2s\"",
            to: "peerd.conf.d/20-b.toml"
        )
        try directory.write("outbound.target = 9", to: "peerd.conf.d/10-a.toml")
        // Neither hidden files nor others than .toml.
        try directory.write("outbound.target = 9", to: "peerd.conf.d/.30.toml")
        try directory.write("outbound.target = 9", to: "peerd.conf.d/30.toml~")

        let loaded = try directory.load("outbound.retry=3s", "outbound.addresses=[\"[::1]:1\"]")
        let outbound = loaded.configuration.outbound
        #expect(loaded.configuration.listen.map(\.address.description) == ["127.0.0.1:3"])
        #expect(outbound.target == 2)
        #expect(outbound.retry == .seconds(3))
        #expect(outbound.maxPerGroup == 1)
        #expect(outbound.addresses.map(\.description) == ["[::1]:1"])

        let origins = loaded.origins.mapValues { directory.withoutPath($0.description) }
        #expect(
            origins == [
                "listen": "peerd.conf.d/20-b.toml:1:1",
                "listen[0].address": "peerd.conf.d/20-b.toml:2:11",
                "outbound.target": "peerd.conf.d/20-b.toml:4:10",
                "outbound.max-per-group": "peerd.toml:8:17",
                "outbound.retry": "--set outbound.retry=3s",
                "outbound.addresses": "--set outbound.addresses=[\"[::1]:1\"]",
            ]
        )
    }

    @Test("are each checked, what is overridden too")
    func overriddenIsChecked() throws {
        let directory = try ConfigurationDirectory()
        try directory.write("outbound.target = -1")
        #expect(
            directory.errors("outbound.target=1")
                == "peerd.toml:1:19: outbound.target: expected an integer from 0 to 10000, found -1"
        )
    }

    @Test(
        "take --set in TOML, and what is not TOML as a string",
        arguments: [
            ("log.level=debug", "level = \"debug\""),
            ("log.level=\"debug\"", "level = \"debug\""),
            ("outbound.target=16", "target = 16"),
            ("outbound.target = 16 ", "target = 16"),
            ("outbound.retry=1min 20s", "retry = \"1min 20s\""),
            ("outbound={target=2, retry='7s'}", "retry = \"7s\""),
            ("inbound.rate=5", "rate = 5"),
            ("persistent.peers=['a.example:1']", "peers = [\"a.example:1\"]"),
            ("listen=[{address='127.0.0.1:5'}]", "address = \"127.0.0.1:5\""),
            ("outbound.addresses-file=", "addresses-file = \"\""),
        ]
    )
    func settings(argument: String, line: String) throws {
        let directory = try ConfigurationDirectory()
        try directory.write("")
        #expect(try directory.load(argument).printed.contains("\n\(line) "))
    }

    @Test(
        "are told which --set is wrong",
        arguments: [
            ("outbound.target", "expected KEY=VALUE"),
            ("=1", "expected KEY=VALUE with a key such as log.level"),
            ("outbound..target=1", "expected KEY=VALUE with a key such as log.level"),
            ("a.b.c.d.e.f.g.h.i=1", "expected KEY=VALUE with a key such as log.level"),
            (
                "outbound.taget=1",
                "unknown key 'outbound.taget'; did you mean 'outbound.target'?"
            ),
            (
                "outbound.target=many",
                "outbound.target: expected an integer from 0 to 10000, found \"many\""
            ),
            (
                "outbound.addresses=['a",
                "Error while parsing string: encountered end-of-file"
            ),
        ]
    )
    func wrongSettings(argument: String, message: String) throws {
        let directory = try ConfigurationDirectory()
        try directory.write("")
        #expect(directory.errors(argument) == "--set \(argument): \(message)")
    }

    @Test("tell nothing that is wrong only because another source can't be read")
    func incomplete() throws {
        let directory = try ConfigurationDirectory()
        try directory.write("outbound.target = 2\noutbound.default-port = 9108\n=")
        let errors = directory.errors("limits.connections=4", "persistent.peers=['a.example']")
        #expect(errors.hasPrefix("peerd.toml:3:1: "))
        #expect(errors.split(separator: "\n").count == 1, "\(errors)")
    }

    @Test("can't have a second key or a line of their own smuggled in by --set")
    func smuggling() throws {
        let directory = try ConfigurationDirectory()
        try directory.write("")
        #expect(
            directory.errors("outbound.target=1\nnetwork = 2")
                == "--set outbound.target=1\\nnetwork = 2: expected one value"
        )
    }

    @Test("complete addresses by a default port that stands anywhere")
    func defaultPort() throws {
        let directory = try ConfigurationDirectory()
        try directory.write(
            """
            persistent.peers = ["peer.example.org", "2001:db8::7"]
            outbound.addresses = ["203.0.113.7", "203.0.113.8:1"]
            outbound.addresses-file = "list"
            outbound.default-port = 5
            """
        )
        try directory.write("203.0.113.9\n", to: "list")
        let configuration = try directory.load("outbound.default-port=6").configuration
        #expect(
            configuration.persistent.peers.map(\.description)
                == ["peer.example.org:6", "[2001:db8::7]:6"]
        )
        #expect(
            configuration.knownAddresses.map(\.description)
                == ["203.0.113.7:6", "203.0.113.8:1", "203.0.113.9:6"]
        )
        #expect(directory.errors("outbound.default-port=0").contains("has no port"))
    }

    @Test("read the addresses file beside the file that names it")
    func addressesFile() throws {
        let directory = try ConfigurationDirectory()
        try directory.write("outbound.addresses = [\"10.0.0.2:1\"]\n")
        try directory.write("outbound.addresses-file = \"list\"", to: "peerd.conf.d/a.toml")
        try directory.write(
            "# seeds\r\n\n  10.0.0.1:1  # the first\n10.0.0.2:1\n10.0.0.1:1\n\t[::1]:1",
            to: "peerd.conf.d/list"
        )
        let outbound = try directory.load().configuration.outbound
        #expect(outbound.addressesFile == "\(directory.path)/peerd.conf.d/list")
        #expect(
            outbound.addressesFromFile.map(\.description)
                == ["10.0.0.1:1", "10.0.0.2:1", "[::1]:1"]
        )
        #expect(try directory.load().configuration.knownAddresses.count == 3)
    }

    @Test("tell the line of the addresses file that is wrong")
    func addressesFileErrors() throws {
        let directory = try ConfigurationDirectory()
        try directory.write("[outbound]\naddresses-file = \"list\"")
        #expect(
            directory.errors()
                == "peerd.toml:2:18: outbound.addresses-file: cannot read 'list': "
                + "No such file or directory"
        )
        try directory.write(
            Array("10.0.0.1:1\n10.0.0.2\npeer.example.org:1\n".utf8) + [0xFF, 0x0A]
                + Array(repeating: 0x41, count: 301),
            to: "list"
        )
        #expect(
            directory.errors() == """
                list:2: '10.0.0.2' has no port: expected one behind a colon, as in 203.0.113.7:9108, \
                [2001:db8::7]:9108 or peer.example.org:9108
                list:3: peer.example.org:1 is a name: expected an IP address and port such as \
                203.0.113.7:9108
                list:4: not UTF-8
                list:5: "\(String(repeating: "A", count: 64))…" is too long
                """
        )
    }

    @Test("are files, not pipes that would be waited for")
    func pipes() throws {
        let directory = try ConfigurationDirectory()
        mkfifo("\(directory.path)/peerd.toml", 0o600)
        #expect(directory.errors() == "peerd.toml: cannot read: not a regular file")
        let loaded = try ConfigurationLoader.load(file: "/dev/null", settings: [])
        #expect(loaded.configuration == .standard)
    }

    @Test("warn of listeners that nobody can connect to")
    func noInboundSlot() throws {
        let directory = try ConfigurationDirectory()
        try directory.write(
            "outbound.addresses = [\"127.0.0.1:1\"]\n[[listen]]\naddress = \"127.0.0.1:1\""
        )
        // 8 for the target, 8 for operators, 1 for a test connection.
        #expect(try directory.load("limits.connections=18").warnings.isEmpty)
        let warnings = try directory.load("limits.connections=17").warnings
        #expect(
            warnings.map(\.description) == [
                "--set limits.connections=17: nobody who isn't whitelisted can connect to the "
                    + "listeners: all of limits.connections (17) is kept free for outbound.target "
                    + "(8), limits.reserved-manual (8) and one short test connection"
            ]
        )
    }

    @Test("warn of a target without addresses")
    func noAddresses() throws {
        let directory = try ConfigurationDirectory()
        try directory.write("")
        #expect(
            try directory.load().warnings.map(\.description) == [
                "outbound.target is 8, but outbound.addresses and outbound.addresses-file name "
                    + "nobody to dial for it"
            ]
        )
        #expect(try directory.load("outbound.target=0").warnings.isEmpty)
    }

    @Test(
        "have a listener trust loopback if its own address is that, and nobody says otherwise",
        arguments: [
            ("127.0.0.1:1", "", true, false), ("127.9.9.9:0", "", true, false),
            ("[::1]:1", "", true, false), ("[::ffff:127.0.0.1]:1", "", true, false),
            ("0.0.0.0:1", "", false, false), ("[::]:1", "", false, false),
            ("192.0.2.1:1", "", false, false), ("[::ffff:0.0.0.0]:1", "", false, false),
            ("127.0.0.1:1", "trusted-loopback = false", false, true),
            ("[::1]:1", "trusted-loopback = false", false, true),
            ("0.0.0.0:1", "trusted-loopback = false", false, false),
            ("0.0.0.0:1", "trusted-loopback = true", true, false),
            ("127.0.0.1:1", "network = \"onion\"", false, true),
            ("0.0.0.0:1", "network = \"onion\"", false, true),
        ]
    )
    func trust(address: String, written: String, trusts: Bool, isProxied: Bool) throws {
        let directory = try ConfigurationDirectory()
        try directory.write("[[listen]]\naddress = \"\(address)\"\n\(written)")
        let listener = try #require(try directory.load().configuration.listen.first)
        #expect(listener.trustedLoopback == trusts)
        #expect(listener.isProxied == isProxied)
        #expect(listener.connections == nil && listener.rate == 1 && listener.burst == 20)
    }

    @Test("make the listener of an onion service trust nobody")
    func onion() throws {
        let directory = try ConfigurationDirectory()
        try directory.write(
            """
            [[listen]]
            address = "127.0.0.1:1"
            network = "onion"
            [[listen]]
            address = "[::1]:1"
            """
        )
        let listen = try directory.load().configuration.listen
        #expect(listen.map(\.trustedLoopback) == [false, true])
        #expect(listen.map(\.network) == [.onion, .ip])
    }
}
