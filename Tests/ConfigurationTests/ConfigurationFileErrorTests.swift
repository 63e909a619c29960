import Configuration
import ConfigurationFixtures
import Testing

@Suite("A configuration file")
struct ConfigurationFileErrorTests {
    @Test(
        "that is not TOML is told with its place",
        arguments: [
            ConfigurationExample(
                "network = \"raw",
                "peerd.toml:1:15: Error while parsing string: encountered end-of-file"
            ),
            ConfigurationExample(
                "[[\n",
                "peerd.toml:1:3: Error while parsing key: "
                    + "expected bare key starting character or string delimiter, saw '\\n'"
            ),
            ConfigurationExample(
                "network = \"raw\" é",
                "peerd.toml:1:17: Error while parsing key-value pair: "
                    + "expected a comment or whitespace, saw 'é'"
            ),
            ConfigurationExample(
                "a" + String(repeating: ".a", count: 16) + " = 1",
                "peerd.toml:1:32: a key has too many parts"
            ),
        ]
    )
    func notTOML(_ example: ConfigurationExample) throws {
        let directory = try ConfigurationDirectory()
        try directory.write(example.document)
        #expect(directory.errors() == example.errors)
    }

    @Test("that is not UTF-8 is told")
    func notUTF8() throws {
        let directory = try ConfigurationDirectory()
        try directory.write(Array("network = \"".utf8) + [0xFF, 0xFE] + Array("\"".utf8))
        #expect(directory.errors().hasSuffix("invalid utf-8 sequence"))
        #expect(directory.errors().hasPrefix("peerd.toml:1:"))
    }

    @Test("that can't be read is told")
    func notReadable() throws {
        let directory = try ConfigurationDirectory()
        #expect(directory.errors() == "peerd.toml: cannot read: No such file or directory")
        try directory.write("", to: "peerd.toml/inner")
        #expect(directory.errors() == "peerd.toml: cannot read: Is a directory")
    }

    @Test("of more than 1 MiB is told")
    func tooLarge() throws {
        let directory = try ConfigurationDirectory()
        let limit = 1_048_576
        try directory.write([UInt8](repeating: UInt8(ascii: "\n"), count: limit))
        #expect(directory.errors() == "")
        try directory.write([UInt8](repeating: UInt8(ascii: "\n"), count: limit + 1))
        #expect(directory.errors() == "peerd.toml: cannot read: larger than 1048576 bytes")
    }
}
