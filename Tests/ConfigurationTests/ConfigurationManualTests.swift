import Configuration
import ConfigurationFixtures
import Testing

@Suite("The manual of the configuration")
struct ConfigurationManualTests {
    /// The text without line breaks and comment signs, so that its sentences can be searched.
    static func prose(_ lines: ArraySlice<String>) -> String {
        lines.flatMap { $0.split { $0 == " " || $0 == "#" } }.joined(separator: " ")
    }

    static func takes(_ expectation: String, _ unit: String?) -> String {
        "Takes \(expectation)\(unit.map { " (\($0))" } ?? "")."
    }

    /// Whether a line is a key that is commented out: prose has a space behind its '#'.
    static func isKey(_ line: String) -> Bool {
        line.hasPrefix("#") && !line.hasPrefix("# ") && line != "#"
    }

    @Test("has every key once, at its default, with its meaning, bounds and unit")
    func isComplete() throws {
        let lines = try ProjectFile.lines(of: "config/peerd.toml")
        var section = ""
        var paragraph = 0
        var found: [String] = []
        for (index, line) in lines.enumerated() {
            if line.isEmpty { paragraph = index + 1 }
            if line.hasPrefix("[") { section = line + " " }
            guard Self.isKey(line) else { continue }
            let key = try #require(
                ConfigurationSchema.keys.first {
                    "#\($0.lastPart) = \($0.standard ?? "")" == line
                        && ($0.section.isEmpty ? "" : "[\($0.section)] ") == section
                },
                "line \(index + 1): \(section)\(line)"
            )
            found.append(key.name)
            let prose = Self.prose(lines[paragraph..<index])
            #expect(prose.hasPrefix(key.meaning.dropLast()), "\(key.name): \(prose)")
            #expect(prose.hasSuffix(Self.takes(key.expectation, key.unit)), "\(key.name): \(prose)")
        }
        // What listens is shown by an example.
        #expect(found == ConfigurationSchema.keys.map(\.name).filter { $0 != "listen" })
    }

    @Test("shows listeners with every key, at its default, with its meaning")
    func listenerIsComplete() throws {
        let lines = try ProjectFile.lines(of: "config/peerd.toml").filter { $0.hasPrefix("#     ") }
        let directory = try ConfigurationDirectory()
        try directory.write(lines.map { $0.dropFirst(6) }.joined(separator: "\n"))
        let loaded = try directory.load()
        #expect(
            loaded.configuration.listen.map { listener in
                ConfigurationSchema.keys(of: listener).map { $0.spelled(listener) }
            } == [
                ["\"0.0.0.0:9108\"", "\"ip\"", "false"],
                ["\"127.0.0.1:9109\"", "\"onion\"", "false", "\"auto\"", "1", "20"],
            ]
        )
        let prose = Self.prose(lines[...])
        for key in ConfigurationSchema.listenerKeys {
            let isOfProxies = ConfigurationSchema.proxyKeys.contains { $0.name == key.name }
            #expect(loaded.origins["listen[\(isOfProxies ? 1 : 0)].\(key.lastPart)"] != nil)
            #expect(prose.contains(key.meaning.dropLast()), "\(key.name)")
            #expect(prose.contains(Self.takes(key.expectation, key.unit)), "\(key.name)")
        }
    }

    @Test("has the program's defaults when every key's '#' is removed")
    func hasDefaults() throws {
        let lines = try ProjectFile.lines(of: "config/peerd.toml")
        let directory = try ConfigurationDirectory()
        try directory.write(lines.joined(separator: "\n"))
        #expect(try directory.load().origins.isEmpty)
        let active = lines.map { Self.isKey($0) ? String($0.dropFirst()) : $0 }
        try directory.write(active.joined(separator: "\n"))
        let loaded = try directory.load()
        #expect(loaded.configuration == .standard)
        #expect(loaded.origins.count == ConfigurationSchema.keys.count - 1)
    }

    @Test("for operators has every key in its tables")
    func documentation() throws {
        let rows = try ProjectFile.lines(of: "docs/configuration.md").filter { $0.hasPrefix("| `") }
        #expect(rows == Self.documentationRows)
    }

    @Test("for operators shows real output")
    func realOutput() throws {
        let text = try ProjectFile.lines(of: "docs/configuration.md").joined(separator: "\n")
        func shown(_ output: String) -> String {
            output.split(separator: "\n", omittingEmptySubsequences: false)
                .map { $0.isEmpty ? "" : "    \($0)" }.joined(separator: "\n")
        }
        let directory = try ConfigurationDirectory()
        try directory.write(
            """
            [outbound]
            taget = 16
            dial-timeout = "5min"

            [persistent]
            peers = ["peer.example.org"]
            retry = "10min"
            """
        )
        #expect(text.contains(shown(directory.errors("log.level=loud"))))

        try directory.write(
            """
            [[listen]]
            address = "0.0.0.0:9108"

            [persistent]
            peers = ["peer.example.org:9108", "198.51.100.4:9108"]
            """
        )
        try directory.write("[limits]\nconnections = 500", to: "peerd.conf.d/10-large.toml")
        let loaded = try directory.load("outbound.target=16")
        #expect(text.contains(shown(directory.withoutPath(loaded.printed))))
    }

    static var documentationRows: [String] {
        func row<Root>(_ key: ConfigurationKey<Root>) -> String {
            let standard = key.standard.map { "`\($0)`" } ?? "must be given"
            let takes = key.expectation + (key.unit.map { " (\($0))" } ?? "")
            return "| `\(key.name)` | \(standard) | \(takes) | \(key.meaning) |"
        }
        return ConfigurationSchema.keys.flatMap { key in
            key.name == ConfigurationSchema.listen
                ? ConfigurationSchema.listenerKeys.map(row) : [row(key)]
        }
    }
}
