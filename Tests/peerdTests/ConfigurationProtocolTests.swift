import Addressing
import ConnectionCore
import Control
import DecredWire
import Testing
import Timing

@testable import peerd

@Suite("The configuration of the protocol")
struct ConfigurationProtocolTests {
    @Test("is by default what sessions decide by on each network", arguments: WireNetwork.allCases)
    func defaults(network: WireNetwork) throws {
        let directory = try ConfigurationDirectory()
        try directory.write("network = \"\(network.rawValue)\"")
        var expected = SessionPolicy(network: network)
        expected.userAgent = "/peerd:\(Release.version)/"
        #expect(SessionPolicy(try directory.load().configuration) == expected)
    }

    @Test("is no policy of sessions on a raw network")
    func raw() {
        #expect(Configuration.standard.network.wire == nil)
        #expect(SessionPolicy(.standard) == nil)
        #expect(!Configuration.standard.gossips)
    }

    @Test("knows every network of the wire by its name")
    func networks() {
        let known = Configuration.Network.allCases.compactMap(\.wire)
        #expect(known == WireNetwork.allCases)
        for network in Configuration.Network.allCases {
            #expect(network.wire?.rawValue ?? "raw" == network.rawValue)
        }
    }

    @Test("becomes the policy of sessions")
    func mapping() throws {
        let directory = try ConfigurationDirectory()
        try directory.write(ConfigurationPrintTests.everything)
        try directory.write("", to: "a \"list\"\\\t")
        let configuration = try directory.load().configuration

        var expected = SessionPolicy(network: .testnet)
        expected.services = 5
        expected.userAgent = "/a \"name\\:1/"
        expected.requiredServices = 3
        expected.gossips = false
        expected.advertised = configuration.advertise
        expected.addressBurst = 5
        expected.addressRate = 0
        expected.pingInterval = .seconds(60)
        expected.idleTimeout = .seconds(90)
        expected.banScore = 200
        expected.warnScore = 20
        expected.mostQueuedBytes = 131_073
        #expect(SessionPolicy(configuration) == expected)
        #expect(
            configuration.advertise.first?.description == "203.0.113.1:9108"
                && configuration.advertise.last?.ip == nil
        )
        #expect(configuration.peerProtocol.handshakeTimeout == .seconds(10))
        #expect(configuration.peerProtocol.banDuration == .seconds(30 * 86_400))
    }

    @Test(
        "has gossip where the network or the operator wants it",
        arguments: [
            ("raw", "always", false), ("mainnet", "auto", true), ("mainnet", "never", false),
            ("testnet", "auto", true), ("testnet", "always", true), ("simnet", "auto", false),
            ("simnet", "always", true), ("regnet", "auto", false), ("regnet", "never", false),
            ("regnet", "always", true),
        ]
    )
    func gossip(network: String, gossip: String, isOn: Bool) throws {
        let directory = try ConfigurationDirectory()
        try directory.write("network = \"\(network)\"\ngossip = \"\(gossip)\"")
        let configuration = try directory.load().configuration
        #expect(configuration.gossips == isOn)
        #expect(SessionPolicy(configuration)?.gossips ?? false == isOn)
    }

    @Test(
        "requires of outbound peers what the network or the operator wants",
        arguments: [
            ("mainnet", "'auto'", 1), ("mainnet", "0", 0), ("testnet", "'auto'", 1),
            ("simnet", "'auto'", 0), ("regnet", "5", 5), ("regnet", "'auto'", 0),
        ]
    )
    func requiredServices(network: String, required: String, bits: UInt64) throws {
        let directory = try ConfigurationDirectory()
        try directory.write(
            "network = \"\(network)\"\noutbound.required-services = \(required)"
        )
        #expect(SessionPolicy(try directory.load().configuration)?.requiredServices == bits)
    }

    @Test(
        "names what a running daemon can't change",
        arguments: [
            ("network = \"regnet\"", []), ("network = \"simnet\"", ["network"]),
            ("network = \"raw\"", ["network"]),
            ("network = \"regnet\"\ngossip = \"always\"\nprotocol.ban-score = 60", []),
        ]
    )
    func needsRestart(document: String, keys: [String]) throws {
        let directory = try ConfigurationDirectory()
        try directory.write("network = \"regnet\"")
        let old = try directory.load().configuration
        try directory.write(document)
        #expect(try directory.load().configuration.keysNeedingRestart(from: old) == keys)
    }
}

@Suite("The program's check of the configuration")
struct ConfigurationProtocolCheckTests {
    @Test("takes each network", arguments: Configuration.Network.allCases)
    func networks(network: Configuration.Network) throws {
        let directory = try ConfigurationDirectory()
        let port = network == .raw ? ":9108" : ""
        let file = try directory.write(
            """
            network = "\(network.rawValue)"
            outbound.target = 0
            persistent.peers = ["peer.example.org\(port)", "203.0.113.7\(port)"]
            """
        )
        let (ending, output, errors) = try PeerdExecutable.run("--config", file, "--check-config")
        #expect(ending == .exited(0))
        #expect(output.isEmpty && errors.isEmpty, "\(errors)")
    }

    @Test("takes the examples that operators are shown")
    func examples() throws {
        let lines = try ConfigurationManualTests.lines(of: "docs/configuration.md")
            .drop { $0 != "## Networks" }.dropFirst().prefix { !$0.hasPrefix("## ") }
        // Each is what stands indented between two paragraphs.
        let examples = lines.split { !$0.isEmpty && !$0.hasPrefix("    ") }
            .map { $0.map { String($0.dropFirst(4)) }.joined(separator: "\n") }
            .filter { $0.contains("network = ") }
        #expect(examples.count == 2)
        for example in examples {
            let directory = try ConfigurationDirectory()
            try directory.write("203.0.113.7\n", to: "mainnet-peers")
            let file = try directory.write(example)
            let (ending, _, errors) = try PeerdExecutable.run("--config", file, "--check-config")
            #expect(ending == .exited(0), "\(example)")
            #expect(errors.isEmpty, "\(errors)")
        }
    }
}

@Suite("The default port of peers")
struct ConfigurationDefaultPortTests {
    /// Addresses in every place that takes them, before whatever decides their port.
    static let peers = """
        advertise = ["203.0.113.1", "2001:db8::1"]
        persistent.peers = ["peer.example.org"]
        [outbound]
        addresses = ["203.0.113.7", "203.0.113.8:1"]
        addresses-file = "list"
        """

    @Test(
        "is the network's own unless another is set, in whichever source",
        arguments: [
            (["network=mainnet"], 9108), (["network=testnet"], 19108),
            (["network=simnet"], 18555), (["network=regnet"], 18655),
            (["network=mainnet", "network=regnet"], 18655),
            (["outbound.default-port=5", "network=mainnet"], 5),
            (["network=mainnet", "outbound.default-port=5"], 5),
            (["outbound={default-port=5}", "network=mainnet"], 5),
            (["outbound.default-port=5", "outbound.default-port=0", "network=mainnet"], 9108),
            (["network=mainnet", "network=raw", "outbound.default-port=5"], 5),
        ]
    )
    func isFound(settings: [String], port: Int) throws {
        let directory = try ConfigurationDirectory()
        let file = try directory.write(Self.peers)
        try directory.write("203.0.113.9\n", to: "list")
        let configuration =
            try ConfigurationLoader.load(file: file, settings: settings).configuration
        #expect(configuration.defaultPort.map(Int.init) == port)
        #expect(
            configuration.advertise.map(\.description)
                == ["203.0.113.1:\(port)", "[2001:db8::1]:\(port)"]
        )
        #expect(
            configuration.persistent.peers.map(\.description) == ["peer.example.org:\(port)"]
        )
        #expect(
            configuration.knownAddresses.map(\.description)
                == ["203.0.113.7:\(port)", "203.0.113.8:1", "203.0.113.9:\(port)"]
        )
        #expect(Policy(configuration).outbound.defaultPort.map(Int.init) == port)
    }

    @Test("is none on a raw network, where every peer needs its own")
    func none() throws {
        let directory = try ConfigurationDirectory()
        try directory.write("network = \"mainnet\"\npersistent.peers = [\"peer.example.org\"]")
        #expect(directory.errors() == "")
        #expect(directory.errors("network=raw").contains("has no port"))
        #expect(Configuration.standard.defaultPort == nil)
    }

    @Test(
        "isn't missed where what decides it is wrong",
        arguments: [
            ("network = \"manet\"", "peerd.toml:1:11: network: "),
            ("outbound.default-port = 65536", "peerd.toml:1:25: outbound.default-port: "),
            ("network = \"mainnet\"\n=", "peerd.toml:2:1: "),
        ]
    )
    func unknown(document: String, start: String) throws {
        let directory = try ConfigurationDirectory()
        try directory.write(document)
        let errors = directory.errors("persistent.peers=['peer.example.org']")
        #expect(errors.hasPrefix(start), "\(errors)")
        #expect(errors.split(separator: "\n").count == 1, "\(errors)")
    }
}

@Suite("A wrong configuration of the protocol")
struct ConfigurationProtocolErrorTests {
    @Test(
        "is told",
        arguments: [
            ConfigurationExample(
                "gossip = true",
                "peerd.toml:1:10: gossip: expected \"auto\", \"always\" or \"never\", found true"
            ),
            ConfigurationExample(
                "services = -1",
                "peerd.toml:1:12: services: "
                    + "expected an integer from 0 to 9223372036854775807, found -1"
            ),
            ConfigurationExample(
                "user-agent = \"/peerd é/\"",
                "peerd.toml:1:14: user-agent: "
                    + "expected at most 256 characters of printable ASCII, found \"/peerd é/\""
            ),
            ConfigurationExample(
                "user-agent = \"a\\tb\"",
                "peerd.toml:1:14: user-agent: "
                    + "expected at most 256 characters of printable ASCII, found \"a\\u0009b\""
            ),
            ConfigurationExample(
                "outbound.required-services = \"none\"",
                "peerd.toml:1:30: outbound.required-services: expected an integer from 0 to "
                    + "9223372036854775807, or \"auto\", found \"none\""
            ),
            ConfigurationExample(
                "advertise = [\"peer.example.org:1\", \"0.0.0.0:1\", \"[fe80::1]:1\", "
                    + "\"10.0.0.1:1\", \"10.0.0.1:1\", \"10.0.0.1\"]",
                """
                peerd.toml:1:14: advertise: peer.example.org:1 is a name: expected an IP address \
                or onion service with its port
                peerd.toml:1:36: advertise: 0.0.0.0:1 is not the address of one peer
                peerd.toml:1:49: advertise: [fe80::1]:1 is link-local: it means nothing without an \
                interface
                peerd.toml:1:78: advertise: 10.0.0.1:1 is listed twice
                peerd.toml:1:92: advertise: '10.0.0.1' has no port: expected one behind a colon, \
                as in 203.0.113.7:9108, [2001:db8::7]:9108 or peer.example.org:9108
                """
            ),
            ConfigurationExample(
                "protocol.ping-intervall = \"1s\"",
                "peerd.toml:1:10: unknown key 'protocol.ping-intervall'; "
                    + "did you mean 'protocol.ping-interval'?"
            ),
        ]
    )
    func isTold(_ example: ConfigurationExample) throws {
        let directory = try ConfigurationDirectory()
        try directory.write(example.document)
        #expect(directory.errors() == example.errors)
    }

    @Test(
        "with a size that is none is told",
        arguments: [
            "", "K", "64k", "64 K", " 64K", "64KB", "64KiB", "-64K", "+64K", "128.0K", "0x10000",
            "64T", "99999999999G", "9223372036854775808", "18446744073709617152",
        ]
    )
    func sizes(text: String) throws {
        let directory = try ConfigurationDirectory()
        try directory.write("protocol.max-queued = \"\(text)\"")
        #expect(
            directory.errors() == "peerd.toml:1:23: protocol.max-queued: "
                + "expected a size from \"64K\" to \"16M\", found \"\(text)\""
        )
    }

    @Test(
        "is told what contradicts what",
        arguments: [
            ConfigurationExample("[protocol]\nidle-timeout = \"1min 48s\"", ""),
            ConfigurationExample(
                "[protocol]\nidle-timeout = \"1min 47s 999ms\"",
                "peerd.toml:2:16: protocol.idle-timeout (1min 47s 999ms) leaves less than 1s for "
                    + "the answer to a ping: protocol.ping-interval is 1min 47s"
            ),
            ConfigurationExample(
                "[protocol]\nping-interval = \"3min\"",
                "peerd.toml:2:17: protocol.idle-timeout (2min) leaves less than 1s for the answer "
                    + "to a ping: protocol.ping-interval is 3min"
            ),
            ConfigurationExample("[protocol]\nban-score = 50", ""),
            ConfigurationExample(
                "[protocol]\nban-score = 49",
                "peerd.toml:2:13: protocol.warn-score (50) is more than protocol.ban-score (49): "
                    + "no warning would come before a ban"
            ),
            // A wrong value contradicts nothing.
            ConfigurationExample(
                "[protocol]\nping-interval = \"2h\"",
                "peerd.toml:2:17: protocol.ping-interval: "
                    + "expected a duration from \"1s\" to \"1h\", found \"2h\""
            ),
        ]
    )
    func contradicts(_ example: ConfigurationExample) throws {
        let directory = try ConfigurationDirectory()
        try directory.write(example.document)
        #expect(directory.errors() == example.errors)
    }

    @Test("that means nothing on a raw network is warned of, key by key")
    func warnings() throws {
        let directory = try ConfigurationDirectory()
        let keys = """
            gossip = "always"
            services = 1
            outbound.target = 0
            outbound.required-services = 0
            protocol.address-rate = 0.1
            """
        try directory.write(keys)
        #expect(
            try directory.load().warnings.map { directory.withoutPath($0.description) } == [
                "peerd.toml:1:10: gossip has no effect: network = \"raw\" has no protocol",
                "peerd.toml:2:12: services has no effect: network = \"raw\" has no protocol",
                "peerd.toml:4:30: outbound.required-services has no effect: "
                    + "network = \"raw\" has no protocol",
            ]
        )
        #expect(try directory.load("network=regnet").warnings.isEmpty)
    }

    @Test("that advertises where nobody is told of addresses is warned of")
    func advertisedInVain() throws {
        let directory = try ConfigurationDirectory()
        try directory.write(
            "network = \"simnet\"\nadvertise = [\"203.0.113.1\"]\noutbound.target = 0"
        )
        #expect(
            try directory.load().warnings.map { directory.withoutPath($0.description) } == [
                "peerd.toml:2:13: advertise has no effect: "
                    + "without gossip nobody is told of addresses"
            ]
        )
        #expect(try directory.load("gossip=always").warnings.isEmpty)
        #expect(try directory.load("network=mainnet").warnings.isEmpty)
    }
}
