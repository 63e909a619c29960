import Configuration
import ConfigurationFixtures
import Testing

@Suite("A bound of the configuration")
struct ConfigurationBoundTests {
    /// The values at both ends of a key's range and just beyond them, as TOML.
    struct Bound: CustomTestStringConvertible, Sendable {
        var key: String
        var inside: [String]
        var outside: [String]
        /// What else must be set for the values inside to contradict nothing.
        var others: [String] = []

        var testDescription: String { key }
    }

    static let bounds: [Bound] = [
        Bound(key: "services", inside: ["0", "9223372036854775807"], outside: ["-1", "1.0"]),
        Bound(
            key: "outbound.target",
            inside: ["0", "10000"],
            outside: ["-1", "10001"],
            others: ["limits.connections=10000"]
        ),
        Bound(key: "outbound.default-port", inside: ["0", "65535"], outside: ["-1", "65536"]),
        Bound(
            key: "outbound.required-services",
            inside: ["\"auto\"", "0", "9223372036854775807"],
            outside: ["-1", "\"Auto\"", "\"\"", "0.0"]
        ),
        Bound(
            key: "outbound.dial-timeout",
            inside: ["\"1s\"", "\"2min\""],
            outside: ["\"999999us\"", "\"2min 1us\""]
        ),
        Bound(key: "outbound.max-per-group", inside: ["0", "10000"], outside: ["-1", "10001"]),
        Bound(
            key: "outbound.retry",
            inside: ["\"100ms\"", "\"1h\""],
            outside: ["\"99999us\"", "\"1h 1us\""]
        ),
        Bound(key: "persistent.max", inside: ["0", "1000"], outside: ["-1", "1001"]),
        Bound(
            key: "persistent.retry",
            inside: ["\"100ms\"", "\"1h\""],
            outside: ["\"99999us\"", "\"1h 1us\""],
            others: ["persistent.max-retry=1d"]
        ),
        Bound(
            key: "persistent.max-retry",
            inside: ["\"100ms\"", "\"1d\""],
            outside: ["\"99999us\"", "\"1d 1us\""],
            others: ["persistent.retry=100ms"]
        ),
        Bound(
            key: "persistent.stable-after",
            inside: ["\"1s\"", "\"1d\""],
            outside: ["\"999999us\"", "\"1d 1us\""]
        ),
        Bound(
            key: "limits.connections",
            inside: ["0", "1000000"],
            outside: ["-1", "1000001"],
            others: ["outbound.target=0"]
        ),
        Bound(key: "limits.per-host", inside: ["0", "1000000"], outside: ["-1", "1000001"]),
        Bound(key: "limits.reserved-manual", inside: ["0", "1000"], outside: ["-1", "1001"]),
        Bound(key: "limits.whitelisted", inside: ["0", "1000000"], outside: ["-1", "1000001"]),
        Bound(
            key: "inbound.rate",
            inside: ["0.001", "1", "10000", "1e4"],
            outside: ["0.00099", "10000.1", "10001", "0", "-1.0", "inf", "nan"]
        ),
        Bound(key: "inbound.burst", inside: ["1", "10000"], outside: ["0", "10001"]),
        Bound(
            key: "inbound.flood-threshold",
            inside: ["1", "100000000"],
            outside: ["0", "100000001", "9223372036854775807"]
        ),
        Bound(
            key: "protocol.handshake-timeout",
            inside: ["\"1s\"", "\"2min\""],
            outside: ["\"999999us\"", "\"2min 1us\""]
        ),
        Bound(
            key: "protocol.ping-interval",
            inside: ["\"1s\"", "\"1h\""],
            outside: ["\"999999us\"", "\"1h 1us\""],
            others: ["protocol.idle-timeout=2h"]
        ),
        Bound(
            key: "protocol.idle-timeout",
            inside: ["\"2s\"", "\"2h\""],
            outside: ["\"1999999us\"", "\"2h 1us\""],
            others: ["protocol.ping-interval=1s"]
        ),
        Bound(
            key: "protocol.ban-score",
            inside: ["1", "1000000"],
            outside: ["0", "1000001"],
            others: ["protocol.warn-score=1"]
        ),
        Bound(
            key: "protocol.warn-score",
            inside: ["1", "1000000"],
            outside: ["0", "1000001"],
            others: ["protocol.ban-score=1000000"]
        ),
        Bound(
            key: "protocol.ban-duration",
            inside: ["\"1s\"", "\"365d\""],
            outside: ["\"999999us\"", "\"365d 1us\""]
        ),
        Bound(
            key: "protocol.max-queued",
            inside: ["\"64K\"", "\"65536\"", "\"16M\"", "\"16777216\""],
            outside: ["\"65535\"", "\"63K\"", "\"16777217\"", "\"17M\"", "\"1G\"", "65536"]
        ),
        Bound(key: "protocol.address-burst", inside: ["1", "100000"], outside: ["0", "100001"]),
        Bound(
            key: "protocol.address-rate",
            inside: ["0", "0.0", "1000"],
            outside: ["-0.1", "1000.1", "nan"]
        ),
    ]

    @Test("is itself allowed, and what is beyond it is not", arguments: bounds)
    func isExact(_ bound: Bound) throws {
        let directory = try ConfigurationDirectory()
        for value in bound.inside {
            try directory.write("\(bound.key) = \(value)\n")
            let settings = bound.others
            #expect(throws: Never.self, "\(value)") {
                try ConfigurationLoader.load(
                    file: "\(directory.path)/peerd.toml",
                    settings: settings
                )
            }
        }
        for value in bound.outside {
            try directory.write("\(bound.key) = \(value)\n")
            let column = bound.key.count + 4
            let start = "peerd.toml:1:\(column): \(bound.key): expected "
            #expect(directory.errors().hasPrefix(start), "\(value): \(directory.errors())")
        }
    }

    @Test("is tested for every key that has one")
    func areAllTested() {
        let bounded = ConfigurationSchema.keys
            .filter { $0.expectation.contains(" from ") }.map(\.name)
        #expect(bounded == Self.bounds.map(\.key))
    }

    @Test(
        "holds for the length of a list",
        arguments: [
            ("outbound.addresses", 10_000), ("persistent.peers", 1_000),
            ("limits.whitelist", 1_000),
            ("advertise", 64), ("listen", 64), ("outbound.bind", 2),
        ]
    )
    func listLength(key: String, limit: Int) throws {
        let directory = try ConfigurationDirectory()
        func document(_ count: Int) -> String {
            let elements = (1...count).map { number in
                switch key {
                case "limits.whitelist": "\"10.0.\(number / 256).\(number % 256)\""
                case "listen": "{ address = \"127.0.0.1:\(number)\" }"
                case "outbound.bind": number == 1 ? "\"192.0.2.1\"" : "\"2001:db8::\(number)\""
                default: "\"127.0.0.1:\(number)\""
                }
            }
            return "persistent.max = 1000\n\(key) = [\(elements.joined(separator: ", "))]\n"
        }
        try directory.write(document(limit))
        #expect(directory.errors() == "")
        try directory.write(document(limit + 1))
        let start = "peerd.toml:2:\(key.count + 4): \(key): expected a"
        #expect(directory.errors().hasPrefix(start), "\(directory.errors())")
        #expect(directory.errors().contains("at most \(limit) "))
    }

    @Test("of the user agent is 256 bytes")
    func userAgent() throws {
        let directory = try ConfigurationDirectory()
        let longest = String(repeating: "~", count: 256)
        try directory.write("user-agent = \"\(longest)\"")
        #expect(try directory.load().configuration.userAgent == longest)
        try directory.write("user-agent = \"\(longest)~\"")
        #expect(directory.errors().hasPrefix("peerd.toml:1:14: user-agent: expected at most 256 "))
    }

    @Test("of an address's length is 300 bytes")
    func addressLength() throws {
        let directory = try ConfigurationDirectory()
        // 253 characters are the longest name; what is longer than any address isn't even shown.
        let label = String(repeating: "a", count: 63)
        let name = [label, label, label, String(label.dropLast(2))].joined(separator: ".")
        #expect(name.count == 253)
        try directory.write("persistent.peers = [\"\(name):65535\"]")
        #expect(directory.errors() == "")
        try directory.write("persistent.peers = [\"\(String(repeating: "a", count: 301))\"]")
        let shown = String(repeating: "a", count: 64) + "…"
        #expect(
            directory.errors() == "peerd.toml:1:21: persistent.peers: \"\(shown)\" is too long"
        )
    }

    @Test("of the addresses file is 100,000 lines")
    func addressesFile() throws {
        let directory = try ConfigurationDirectory()
        try directory.write("outbound.addresses-file = \"list\"\n")
        let lines = (0..<100_000).map { "10.\($0 >> 16).\($0 >> 8 & 255).\($0 & 255):9108\n" }
        try directory.write(lines.joined(), to: "list")
        let loaded = try directory.load()
        #expect(loaded.configuration.outbound.addressesFromFile.count == 100_000)
        #expect(loaded.configuration.knownAddresses.count == 100_000)

        try directory.write(lines.joined() + "10.9.9.9:1", to: "list")
        #expect(directory.errors() == "list:100001: more than 100000 lines")
    }

    @Test("of the addresses file is 8 MiB")
    func addressesFileBytes() throws {
        let directory = try ConfigurationDirectory()
        try directory.write("outbound.addresses-file = \"list\"\n")
        let limit = 8 * 1_048_576
        try directory.write(
            [UInt8(ascii: "#")] + Array(repeating: 0x41, count: limit - 1),
            to: "list"
        )
        #expect(directory.errors() == "")
        try directory.write([UInt8(ascii: "#")] + Array(repeating: 0x41, count: limit), to: "list")
        #expect(
            directory.errors()
                == "peerd.toml:1:27: outbound.addresses-file: cannot read 'list': "
                + "larger than 8388608 bytes"
        )
    }

    @Test("of drop-ins is 100 files")
    func dropIns() throws {
        let directory = try ConfigurationDirectory()
        try directory.write("")
        for number in 1...100 {
            try directory.write("outbound.target = \(number)", to: "peerd.conf.d/\(number).toml")
        }
        #expect(directory.errors() == "")
        try directory.write("", to: "peerd.conf.d/101.toml")
        #expect(directory.errors() == "peerd.conf.d: cannot read: more than 100 files")
    }
}
