import Configuration
import ConfigurationFixtures
import Testing

@Suite("The difference between two configurations")
struct ConfigurationDifferenceTests {
    /// `key: before -> after`, with `!` for what needs a restart.
    private static func differences(
        from old: String,
        to new: String,
        but fixed: Set<String> = [],
        limit: Int = 1_000
    ) throws -> [String] {
        let directory = try ConfigurationDirectory()
        try directory.write("10.0.0.1:1\n10.0.0.2:1\n", to: "one")
        try directory.write("10.0.0.2:1\n10.0.0.3:1\n", to: "two")
        try directory.write(old)
        let loaded = try directory.load()
        try directory.write(new)
        let found = loaded.differences(to: try directory.load(), but: fixed, limit: limit)
        return found.map { found in
            let sides = [found.before, found.after].map { side in
                side.map { "\($0.value) \($0.origin)" } ?? ""
            }
            let more = found.further > 0 ? " and \(found.further)" : ""
            let text = "\(found.key): \(sides[0]) -> \(sides[1])\(more)"
            return directory.withoutPath(found.needsRestart ? "! \(text)" : text)
        }
    }

    @Test(
        "is nothing where they mean the same",
        arguments: [
            ("", ""), ("outbound.target = 3", "[outbound]\ntarget = 3"),
            ("persistent.retry = \"60s\"", "persistent.retry = \"1min\""),
            (
                "limits.whitelist = [\"10.0.0.0/8\", \"::/8\"]",
                "limits.whitelist = [\"::/8\", \"10.0.0.0/8\"]"
            ),
        ]
    )
    func none(old: String, new: String) throws {
        #expect(try Self.differences(from: old, to: new) == [])
    }

    @Test("has a value that is another, and where each was set")
    func values() throws {
        let found = try Self.differences(
            from: "outbound.target = 3",
            to: "outbound.retry = \"1s\"\nlog.level = \"debug\""
        )
        #expect(
            found == [
                "outbound.target: 3 peerd.toml:1:19 -> 8 default",
                "outbound.retry: \"5s\" default -> \"1s\" peerd.toml:1:18",
                "log.level: \"info\" default -> \"debug\" peerd.toml:2:13",
            ]
        )
    }

    @Test("has of a list what goes and what comes, up to a limit")
    func lists() throws {
        let old = "persistent.peers = [\"a.example:1\", \"b.example:1\"]"
        let new = "\npersistent.peers = [\"b.example:1\", \"c.example:1\"]"
        let gone = "persistent.peers: \"a.example:1\" peerd.toml:1:20 -> "
        let come = "persistent.peers:  -> \"c.example:1\" peerd.toml:2:20"
        #expect(try Self.differences(from: old, to: new) == [gone, come])
        let more = "persistent.peers:  ->  and 1"
        #expect(try Self.differences(from: old, to: new, limit: 1) == [gone, more])
        #expect(try Self.differences(from: old, to: new, limit: 2) == [gone, come])
    }

    @Test("has listeners and the addresses in a file as elements of lists")
    func tables() throws {
        let listener = "{ address = \"127.0.0.1:1\", network = \"ip\", trusted-loopback"
        let found = try Self.differences(
            from: """
                listen = [{ address = "127.0.0.1:1" }]
                outbound.addresses-file = "one"
                """,
            to: """
                listen = [{ address = "127.0.0.1:1", trusted-loopback = false }]
                outbound.addresses-file = "two"
                """,
            but: ["listen"]
        )
        try #require(found.count == 5)
        #expect(found[0].hasPrefix("! listen: \(listener) = true"))
        #expect(found[1].hasPrefix("! listen:  -> \(listener) = false"))
        #expect(
            found[2...] == [
                "outbound.addresses-file: \"one\" peerd.toml:2:27 -> \"two\" peerd.toml:2:27",
                "outbound.addresses-file: \"10.0.0.1:1\" one -> ",
                "outbound.addresses-file:  -> \"10.0.0.3:1\" two",
            ]
        )
    }

    @Test("marks what belongs to another network")
    func network() throws {
        let found = try Self.differences(
            from: "",
            to: """
                network = "mainnet"
                outbound.target = 3
                persistent.peers = ["a.example"]
                """
        )
        #expect(
            found == [
                "! network: \"raw\" default -> \"mainnet\" peerd.toml:1:11",
                "outbound.target: 8 default -> 3 peerd.toml:2:19",
                "! persistent.peers:  -> \"a.example:9108\" peerd.toml:3:20",
            ]
        )
    }
}

@Suite("A configuration in rows")
struct ConfigurationRowsTests {
    @Test("has every key once, in pages of any size", arguments: [1, 7, 64, 100_000])
    func pages(limit: Int) throws {
        let directory = try ConfigurationDirectory()
        let addresses = (1...300).map { "\"10.0.\($0 / 256).\($0 % 256):1\"" }
        try directory.write(
            """
            outbound.addresses = [\(addresses.joined(separator: ", "))]
            listen = [{ address = "127.0.0.1:1" }, { address = "127.0.0.1:2" }]
            """
        )
        let loaded = try directory.load()
        var rows = ConfigurationRows(loaded)
        var found: [ConfigurationRow] = []
        while !rows.isAtEnd {
            let page = rows.next(limit)
            #expect((1...limit).contains(page.count))
            found += page
        }
        #expect(rows.next(limit).isEmpty)
        #expect(found.filter { $0.key == "outbound.addresses" }.map(\.value) == addresses)
        let listeners = ConfigurationSchema.keys(of: loaded.configuration.listen[1]).count
        #expect(found.filter { $0.key.hasPrefix("listen[1].") }.count == listeners)
        let others = found.filter { $0.index == nil && !$0.key.hasPrefix("listen") }.map(\.key)
        #expect(
            others
                == ConfigurationSchema.keys.map(\.name).filter {
                    $0 != "listen" && $0 != "outbound.addresses"
                }
        )
    }
}
