import Configuration
import ConfigurationFixtures
import Testing

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
                peerd.toml:1:49: advertise: [fe80::1]:1 is link-local: it is another address on \
                each link
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
            "network = \"simnet\"\nadvertise = [\"11.0.0.1\"]\noutbound.target = 0"
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

    @Test("that advertises what nobody outside can reach is warned of")
    func advertisedUnroutable() throws {
        let directory = try ConfigurationDirectory()
        try directory.write(
            """
            network = "mainnet"
            advertise = ["11.0.0.1", "10.0.0.1", "\(ConfigurationPrintTests.onion)", "[fd00::1]:1"]
            outbound.target = 0
            """
        )
        #expect(
            try directory.load().warnings.map { directory.withoutPath($0.description) } == [
                "peerd.toml:2:13: advertise: nobody is told of 10.0.0.1:9108, [fd00::1]:1: they can't "
                    + "be reached from everywhere; gossip = \"always\" tells of all"
            ]
        )
        #expect(try directory.load("gossip=always").warnings.isEmpty)
    }
}
