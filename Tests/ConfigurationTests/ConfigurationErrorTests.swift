import Configuration
import ConfigurationFixtures
import Testing

@Suite("A wrong configuration")
struct ConfigurationErrorTests {
    @Test(
        "is told with file, line, column and what is expected",
        arguments: [
            // Unknown keys.
            ConfigurationExample(
                "[outbound]\ntaget = 1",
                "peerd.toml:2:1: unknown key 'outbound.taget'; did you mean 'outbound.target'?"
            ),
            ConfigurationExample(
                "  target = 1",
                "peerd.toml:1:3: unknown key 'target'; did you mean 'outbound.target'?"
            ),
            ConfigurationExample(
                "[outbuond]\nmax-per-gruop = 1",
                "peerd.toml:2:1: unknown key 'outbuond.max-per-gruop'; "
                    + "did you mean 'outbound.max-per-group'?"
            ),
            ConfigurationExample(
                "[inbuond]",
                "peerd.toml:1:2: unknown key 'inbuond'; did you mean 'inbound'?"
            ),
            ConfigurationExample(
                "[[listen]]\naddress = \"127.0.0.1:1\"\nadress = 1",
                "peerd.toml:3:1: unknown key 'listen.adress'; did you mean 'listen.address'?"
            ),
            ConfigurationExample("zebra = 1", "peerd.toml:1:1: unknown key 'zebra'"),
            ConfigurationExample(
                "\"outbound.target\" = 1",
                "peerd.toml:1:1: unknown key '\"outbound.target\"'; "
                    + "did you mean 'outbound.target'?"
            ),
            ConfigurationExample("\"a\\nb\" = 1", "peerd.toml:1:1: unknown key '\"a\\u000Ab\"'"),

            // Wrong types.
            ConfigurationExample(
                "[outbound]\ntarget = \"8\"",
                "peerd.toml:2:10: outbound.target: expected an integer from 0 to 10000, found \"8\""
            ),
            ConfigurationExample(
                "outbound.target = 8.0",
                "peerd.toml:1:19: outbound.target: expected an integer from 0 to 10000, found 8.0"
            ),
            ConfigurationExample(
                "outbound.retry = 5",
                "peerd.toml:1:18: outbound.retry: "
                    + "expected a duration from \"100ms\" to \"1h\", found 5"
            ),
            ConfigurationExample(
                "outbound.retry = \"5 parsecs\"",
                "peerd.toml:1:18: outbound.retry: '5 parsecs' has the unknown unit 'parsecs': "
                    + "expected us, ms, s, min, h, d, w, month or y"
            ),
            ConfigurationExample(
                "inbound.rate = true",
                "peerd.toml:1:16: inbound.rate: expected a number from 0.001 to 10000, found true"
            ),
            ConfigurationExample(
                "inbound.rate = nan",
                "peerd.toml:1:16: inbound.rate: expected a number from 0.001 to 10000, found nan"
            ),
            ConfigurationExample(
                "persistent.peers = \"a:1\"",
                "peerd.toml:1:20: persistent.peers: expected an array of at most 1000 peers, "
                    + "each \"ADDRESS:PORT\" or \"NAME:PORT\", found \"a:1\""
            ),
            ConfigurationExample(
                "persistent.peers = [1]",
                "peerd.toml:1:21: persistent.peers: expected a string, found 1"
            ),
            ConfigurationExample(
                "outbound = 1",
                "peerd.toml:1:12: outbound: expected a table, found 1"
            ),
            ConfigurationExample(
                "log.level = 2026-01-01",
                "peerd.toml:1:13: log.level: "
                    + "expected \"error\", \"warning\", \"info\" or \"debug\", found a date or time"
            ),
            ConfigurationExample(
                "[log.level]\nx = 1",
                "peerd.toml:1:1: log.level: "
                    + "expected \"error\", \"warning\", \"info\" or \"debug\", found a table"
            ),
            ConfigurationExample(
                "outbound.addresses-file = 1",
                "peerd.toml:1:27: outbound.addresses-file: "
                    + "expected a path, or \"\" for none, found 1"
            ),
            ConfigurationExample(
                "outbound.addresses-file = \"a\\u0000b\"",
                "peerd.toml:1:27: outbound.addresses-file: "
                    + "expected a path, or \"\" for none, found \"a\\u0000b\""
            ),

            ConfigurationExample(
                "control.write-group = \"no such group\"",
                "peerd.toml:1:23: control.write-group: this machine has no group "
                    + "\"no such group\": expected the name or number of a group, "
                    + "or \"\" for the daemon's own"
            ),
            ConfigurationExample(
                "control.write-group = -1",
                "peerd.toml:1:23: control.write-group: this machine has no group \"-1\": "
                    + "expected the name or number of a group, or \"\" for the daemon's own"
            ),
            ConfigurationExample(
                "control.write-group = true",
                "peerd.toml:1:23: control.write-group: expected the name or number of a group, "
                    + "or \"\" for the daemon's own, found true"
            ),

            // Words.
            ConfigurationExample(
                "network = \"bitcoin\"",
                "peerd.toml:1:11: network: expected \"raw\", \"mainnet\", \"testnet\", \"simnet\" "
                    + "or \"regnet\", found \"bitcoin\""
            ),
            ConfigurationExample(
                "log.level = \"verbose\"",
                "peerd.toml:1:13: log.level: "
                    + "expected \"error\", \"warning\", \"info\" or \"debug\", found \"verbose\""
            ),
        ]
    )
    func isTold(_ example: ConfigurationExample) throws {
        let directory = try ConfigurationDirectory()
        try directory.write(example.document)
        #expect(directory.errors() == example.errors)
    }

    @Test(
        "is told which address is wrong, and why",
        arguments: [
            ConfigurationExample(
                "outbound.addresses = [\"203.0.113.7:9108\", \"203.0.113.7\"]",
                "peerd.toml:1:43: outbound.addresses: '203.0.113.7' has no port: expected one behind "
                    + "a colon, as in 203.0.113.7:9108, [2001:db8::7]:9108 or "
                    + "peer.example.org:9108"
            ),
            ConfigurationExample(
                "outbound.addresses = [\n\"peer.example.org:9108\"]",
                "peerd.toml:2:1: outbound.addresses: peer.example.org:9108 is a name: "
                    + "expected an IP address and port such as 203.0.113.7:9108"
            ),
            ConfigurationExample(
                "outbound.addresses = [\"[::]:1\", \"224.0.0.1:1\", \"[fe80::1]:1\"]",
                "peerd.toml:1:23: outbound.addresses: [::]:1 is not the address of one peer\n"
                    + "peerd.toml:1:33: outbound.addresses: 224.0.0.1:1 is not the address of one "
                    + "peer\n"
                    + "peerd.toml:1:48: outbound.addresses: [fe80::1]:1 is link-local: "
                    + "it means nothing without an interface, as in fe80::1%eth0"
            ),
            ConfigurationExample(
                "outbound.addresses = [\"127.0.0.1:1\", \"[::ffff:127.0.0.1]:1\"]",
                "peerd.toml:1:38: outbound.addresses: 127.0.0.1:1 is listed twice"
            ),
            ConfigurationExample(
                "persistent.peers = [\"Peer.example.org:1\", \"peer.example.org:1\"]",
                "peerd.toml:1:43: persistent.peers: peer.example.org:1 is listed twice"
            ),
            ConfigurationExample(
                "persistent.peers = [\"0.0.0.0:1\", \"127.0.0.1:0\"]",
                "peerd.toml:1:21: persistent.peers: 0.0.0.0:1 is not the address of one peer\n"
                    + "peerd.toml:1:34: persistent.peers: '127.0.0.1:0' has no valid port: "
                    + "expected a number from 1 to 65535"
            ),
            ConfigurationExample(
                "outbound.bind = [\"192.0.2.1\", \"192.0.2.2\"]",
                "peerd.toml:1:17: outbound.bind: 192.0.2.1 and 192.0.2.2 are both IPv4: "
                    + "expected at most one address for each family"
            ),
            ConfigurationExample(
                "outbound.bind = [\"0.0.0.0\"]",
                "peerd.toml:1:18: outbound.bind: 0.0.0.0 is no address that a machine has"
            ),
            ConfigurationExample(
                "limits.whitelist = [\"10.0.0.1/8\"]",
                "peerd.toml:1:21: limits.whitelist: '10.0.0.1/8' has bits behind the prefix's "
                    + "length: expected the network, 10.0.0.0/8"
            ),
            ConfigurationExample(
                "[[listen]]\naddress = \"localhost:9108\"",
                "peerd.toml:2:11: listen.address: 'localhost:9108' is no IP address: expected one "
                    + "such as 203.0.113.7 or 2001:db8::7, an IPv6 address in brackets when a port "
                    + "follows"
            ),
            ConfigurationExample(
                "[[listen]]\naddress = \"239.1.1.1:9108\"",
                "peerd.toml:2:11: listen.address: can't listen at 239.1.1.1:9108"
            ),
            ConfigurationExample(
                "[[listen]]\naddress = \"[fe80::1]:9108\"",
                "peerd.toml:2:11: listen.address: [fe80::1]:9108 is link-local: "
                    + "it means nothing without an interface, as in fe80::1%eth0"
            ),
            ConfigurationExample(
                "[[listen]]\naddress = \"[::1%lo]:9108\"",
                "peerd.toml:2:11: listen.address: '[::1%lo]:9108' has a zone, which only "
                    + "link-local addresses (fe80::…) have: expected it without '%'"
            ),
            ConfigurationExample(
                "persistent.peers = [\"[fe80::1%2]:1\"]",
                "peerd.toml:1:21: persistent.peers: '[fe80::1%2]:1' has a number as its zone, "
                    + "which changes: expected the interface's name, as in fe80::1%eth0"
            ),
            ConfigurationExample(
                "limits.whitelist = [\"fe80:1::/64\"]",
                "peerd.toml:1:21: limits.whitelist: 'fe80:1::/64' has a group behind fe80 that is "
                    + "not 0, as that of every link-local address is: expected one such as "
                    + "fe80::1%eth0"
            ),
            ConfigurationExample(
                "outbound.bind = [\"fe80::1\"]",
                "peerd.toml:1:18: outbound.bind: fe80::1 is link-local: "
                    + "it means nothing without an interface, as in fe80::1%eth0"
            ),
        ]
    )
    func tellsAddresses(_ example: ConfigurationExample) throws {
        let directory = try ConfigurationDirectory()
        try directory.write(example.document)
        #expect(directory.errors() == example.errors)
    }

    @Test(
        "is told what contradicts what",
        arguments: [
            ConfigurationExample(
                "[persistent]\nretry = \"10min\"",
                "peerd.toml:2:9: persistent.retry (10min) is longer than "
                    + "persistent.max-retry (5min)"
            ),
            ConfigurationExample(
                "[persistent]\nmax-retry = \"4s\"",
                "peerd.toml:2:13: persistent.retry (5s) is longer than persistent.max-retry (4s)"
            ),
            ConfigurationExample(
                "[persistent]\nmax = 1\npeers = [\"a:1\", \"b:1\"]",
                "peerd.toml:3:9: persistent.peers names 2 peers, "
                    + "more than persistent.max (1) allows"
            ),
            ConfigurationExample(
                "outbound.target = 9\nlimits.connections = 8",
                "peerd.toml:1:19: outbound.target (9) is more than limits.connections (8) allows"
            ),
            ConfigurationExample(
                "limits.connections = 7",
                "peerd.toml:1:22: outbound.target (8) is more than limits.connections (7) allows"
            ),
            ConfigurationExample(
                "[[listen]]\naddress = \"127.0.0.1:1\"\n[[listen]]\naddress = \"127.0.0.1:1\"",
                "peerd.toml:3:1: listen: 127.0.0.1:1 is listed twice, first at peerd.toml:1:1"
            ),
            ConfigurationExample(
                "[[listen]]\naddress = \"[::1]:1\"\n[[listen]]\naddress = \"[::]:1\"",
                "peerd.toml:3:1: listen: [::]:1 overlaps with [::1]:1 at peerd.toml:1:1"
            ),
            ConfigurationExample(
                """
                [[listen]]
                trusted-loopback = true
                network = "onion"
                address = "127.0.0.1:1"
                """,
                "peerd.toml:2:20: listen.trusted-loopback: true contradicts network = \"onion\", "
                    + "behind which every peer comes from loopback"
            ),
            ConfigurationExample(
                """
                [[listen]]
                address = "0.0.0.0:1"
                trusted-loopback = false
                connections = 5
                [[listen]]
                rate = 1
                address = "127.0.0.1:2"
                [[listen]]
                address = "127.0.0.1:3"
                trusted-loopback = true
                burst = 20
                """,
                "peerd.toml:4:15: listen.connections: 0.0.0.0:1 isn't behind a proxy: expected "
                    + "network = \"onion\", or trusted-loopback = false on a loopback address\n"
                    + "peerd.toml:6:8: listen.rate: 127.0.0.1:2 isn't behind a proxy: expected "
                    + "network = \"onion\", or trusted-loopback = false on a loopback address\n"
                    + "peerd.toml:11:9: listen.burst: 127.0.0.1:3 isn't behind a proxy: expected "
                    + "network = \"onion\", or trusted-loopback = false on a loopback address"
            ),
            ConfigurationExample(
                """
                [[listen]]
                address = "127.0.0.1:1"
                network = "onion"
                connections = 0
                rate = "1"
                burst = 0
                """,
                "peerd.toml:4:15: listen.connections: "
                    + "expected an integer from 1 to 1000000, or \"auto\", found 0\n"
                    + "peerd.toml:5:8: listen.rate: expected a number from 0.001 to 10000, "
                    + "found \"1\"\n"
                    + "peerd.toml:6:9: listen.burst: expected an integer from 1 to 10000, found 0"
            ),
            ConfigurationExample(
                "[[listen]]\nnetwork = \"ip\"",
                "peerd.toml:1:1: listen.address is missing: "
                    + "expected \"ADDRESS:PORT\", port 0 for any that is free"
            ),
            ConfigurationExample(
                "[listen]\naddress = \"127.0.0.1:1\"",
                "peerd.toml:1:1: listen: expected at most 64 tables, each [[listen]], found a table"
            ),
            // A wrong value contradicts nothing.
            ConfigurationExample(
                "persistent.retry = \"2h\"",
                "peerd.toml:1:20: persistent.retry: "
                    + "expected a duration from \"100ms\" to \"1h\", found \"2h\""
            ),
        ]
    )
    func contradicts(_ example: ConfigurationExample) throws {
        let directory = try ConfigurationDirectory()
        try directory.write(example.document)
        #expect(directory.errors() == example.errors)
    }

    @Test("is told all at once, by source and line")
    func allAtOnce() throws {
        let directory = try ConfigurationDirectory()
        try directory.write(
            """
            netwrok = "raw"
            [persistent]
            retry = "0s"
            [outbound]
            retry = "6min"
            target = 9
            [limits]
            connections = 3
            """
        )
        try directory.write("log.level = 1", to: "peerd.conf.d/10.toml")
        let expected = """
            peerd.toml:1:1: unknown key 'netwrok'; did you mean 'network'?
            peerd.toml:3:9: persistent.retry: expected a duration from "100ms" to "1h", found "0s"
            peerd.toml:6:10: outbound.target (9) is more than limits.connections (3) allows
            peerd.conf.d/10.toml:1:13: log.level: expected "error", "warning", "info" or "debug", \
            found 1
            --set inbound.burst=0: inbound.burst: expected an integer from 1 to 10000, found 0
            --set outbound.taget=1: unknown key 'outbound.taget'; did you mean 'outbound.target'?
            """
        #expect(directory.errors("inbound.burst=0", "outbound.taget=1") == expected)
    }

    @Test("is told at most 100 times")
    func atMostOneHundred() throws {
        let directory = try ConfigurationDirectory()
        try directory.write((1...100).map { "zebra\($0) = 1\n" }.joined())
        #expect(directory.errors().split(separator: "\n").count == 100)

        try directory.write((1...103).map { "zebra\($0) = 1\n" }.joined())
        let lines = directory.errors().split(separator: "\n")
        #expect(lines.count == 101)
        #expect(lines.last == "and 3 more errors")
    }
}
