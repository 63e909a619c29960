import Configuration
import ConfigurationFixtures
import Testing

@Suite("The printed configuration")
struct ConfigurationPrintTests {
    static let onion =
        "pg6mmjiyjmcrsslvykfwnntlaru7p5svn6y2ymmju6nubxndf4pscryd.onion:9108"

    /// Every key set to something else than its default.
    static let everything = """
        network = "testnet"
        gossip = "never"
        services = 5
        user-agent = "/a \\"name\\\\:1/"
        advertise = ["203.0.113.1", "\(onion)"]
        [[listen]]
        address = "127.0.0.1:1"
        trusted-loopback = false
        connections = 7
        rate = 0.5
        burst = 9
        [[listen]]
        address = "[::1]:0"
        network = "onion"
        [[listen]]
        address = "0.0.0.0:2"
        trusted-loopback = true
        [outbound]
        target = 16
        addresses = ["203.0.113.7:9108", "[2001:db8::7]:9108"]
        addresses-file = "a \\"list\\"\\\\\\t"
        bind = ["192.0.2.1", "2001:db8::1"]
        default-port = 9108
        required-services = 3
        dial-timeout = "1min 1s 1ms 1us"
        max-per-group = 0
        retry = "100ms"
        [persistent]
        peers = ["peer.example.org:9108", "198.51.100.1", "[2001:db8::9]:1"]
        max = 3
        retry = "1s"
        max-retry = "1d"
        stable-after = "2h"
        [limits]
        connections = 1000
        per-host = 0
        reserved-manual = 1
        whitelist = ["10.0.0.0/8", "2001:db8::/32", "192.0.2.1"]
        whitelisted = 5
        [inbound]
        rate = 0.30000000000000004
        burst = 4
        flood-threshold = 1000
        [protocol]
        handshake-timeout = "10s"
        ping-interval = "1min"
        idle-timeout = "90"
        ban-score = 200
        warn-score = 20
        ban-duration = "30d"
        max-queued = "131073"
        address-burst = 5
        address-rate = 0
        [control]
        write-group = "root"
        [log]
        level = "debug"
        """

    @Test("reads back as the same configuration")
    func roundTrip() throws {
        let directory = try ConfigurationDirectory()
        try directory.write(Self.everything)
        try directory.write("10.0.0.1\n", to: "a \"list\"\\\t")
        let loaded = try directory.load("log.level=error")
        #expect(loaded.configuration != .standard)
        #expect(loaded.origins.count == ConfigurationSchema.keys.count + 9)

        let other = try ConfigurationDirectory()
        try other.write(loaded.printed)
        let again = try other.load()
        #expect(again.configuration == loaded.configuration)
        // Printed once more it differs in its comments alone.
        try directory.write(again.printed)
        #expect(try directory.load().configuration == loaded.configuration)
    }

    @Test("is the defaults when nobody sets anything")
    func defaults() throws {
        let loaded = try ConfigurationLoader.load(file: "/dev/null", settings: [])
        let directory = try ConfigurationDirectory()
        try directory.write(loaded.printed)
        let again = try directory.load()
        #expect(again.configuration == .standard)
        #expect(again.origins.count == ConfigurationSchema.keys.count)
    }

    /// Of the three settings that `origins` makes, from a file, a drop-in and an argument.
    private static let printedWithOrigins = """
        network = "raw"                 # default
        gossip = "auto"                 # default
        services = 0                    # default
        user-agent = "/peerd:0.1.0/"    # default
        advertise = []                  # default

        [[listen]]
        address = "127.0.0.1:1"         # peerd.toml:2:11
        network = "ip"                  # default
        trusted-loopback = true         # default

        [outbound]
        target = 8                      # default
        addresses = []                  # default
        addresses-file = ""             # default
        bind = []                       # default
        default-port = 0                # default
        required-services = "auto"      # default
        dial-timeout = "30s"            # default
        max-per-group = 1               # default
        retry = "7s"                    # --set outbound.retry=\"""7s\"""

        [persistent]
        peers = [                       # peerd.toml:4:9
            "a.example:1",
            "b.example:1",
        ]
        max = 8                         # default
        retry = "5s"                    # default
        max-retry = "5min"              # default
        stable-after = "1min"           # default

        [limits]
        connections = 125               # default
        per-host = 1                    # peerd.conf.d/a.toml:2:12
        reserved-manual = 8             # default
        whitelist = []                  # default
        whitelisted = 32                # default

        [inbound]
        rate = 0.2                      # default
        burst = 3                       # default
        flood-threshold = 300           # default

        [protocol]
        handshake-timeout = "30s"       # default
        ping-interval = "1min 47s"      # default
        idle-timeout = "2min"           # default
        ban-score = 100                 # default
        warn-score = 50                 # default
        ban-duration = "1d"             # default
        max-queued = "128K"             # default
        address-burst = 1000            # default
        address-rate = 0.1              # default

        [control]
        write-group = ""                # default

        [log]
        level = "info"                  # default

        """

    @Test("says where each value came from")
    func origins() throws {
        let directory = try ConfigurationDirectory()
        try directory.write(
            """
            [[listen]]
            address = "127.0.0.1:1"
            [persistent]
            peers = ["a.example:1", "b.example:1"]
            """
        )
        try directory.write("[limits]\nper-host = 1", to: "peerd.conf.d/a.toml")
        let printed = directory.withoutPath(
            try directory.load("outbound.retry=\"\"\"7s\"\"\"").printed
        )
        #expect(printed == Self.printedWithOrigins)
    }

    @Test("keeps what stands in an argument on its line")
    func oneLine() throws {
        let directory = try ConfigurationDirectory()
        try directory.write("")
        let loaded = try directory.load("outbound.bind=[\n'192.0.2.1'\n]")
        #expect(loaded.printed.contains("# --set outbound.bind=[\\n'192.0.2.1'\\n]\n"))
    }
}
