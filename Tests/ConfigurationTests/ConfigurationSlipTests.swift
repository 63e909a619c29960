import Configuration
import ConfigurationFixtures
import Testing

/// What people slip on, told by what they meant and not by what the parser saw.
@Suite("A slip in a configuration")
struct ConfigurationSlipTests {
    @Test(
        "is told where it was made and as what it is",
        arguments: [
            // Strings without an end, texts without quotes.
            ConfigurationExample(
                "log.level = \"info\n[outbound]\ntarget = 1",
                "peerd.toml:1:13: a string begins here and has no end: expected \" behind it, "
                    + "in the same line"
            ),
            ConfigurationExample(
                "# it's\nuser-agent = \"a \\\" b\"\n\nlog.level = 'info\n",
                "peerd.toml:4:13: a string begins here and has no end: expected ' behind it, "
                    + "in the same line"
            ),
            ConfigurationExample(
                "user-agent = \"\"\"a\n\"b\" 'c'\n[outbound]\n",
                "peerd.toml:1:14: a string begins here and has no end: expected \"\"\" behind it"
            ),
            ConfigurationExample(
                "outbound.addresses = [\n  \"192.0.2.1:1\",\n  \"é, \"192.0.2.3:1\n]",
                "peerd.toml:3:8: Error while parsing array: expected comma or closing ']', saw '1'"
            ),
            ConfigurationExample(
                "outbound.addresses = [\n  \"192.0.2.1:1\",\n  \"192.0.2.2:1\n]",
                "peerd.toml:3:3: a string begins here and has no end: expected \" behind it, "
                    + "in the same line"
            ),
            ConfigurationExample(
                "[log]\nlevel = info",
                "peerd.toml:2:9: 'info' is neither a number nor true or false: "
                    + "a text stands in quotes, \"info\""
            ),
            ConfigurationExample(
                "[outbound]\nretry = 5s # slow\n",
                "peerd.toml:2:9: '5s' is neither a number nor true or false: "
                    + "a text stands in quotes, \"5s\""
            ),
            ConfigurationExample(
                "outbound.addresses = [192.0.2.1:9108]",
                "peerd.toml:1:23: '192.0.2.1:9108' is neither a number nor true or false: "
                    + "a text stands in quotes, \"192.0.2.1:9108\""
            ),
            ConfigurationExample(
                "  [outbound\ntarget = 1",
                "peerd.toml:1:12: Error while parsing table header: expected ']', saw '\\n'"
            ),

            // A table that is misspelt is one error.
            ConfigurationExample(
                "[outbuond]\ntarget = 1\nretry = \"1s\"\nnonsense = 1",
                "peerd.toml:1:2: unknown key 'outbuond'; did you mean 'outbound'?"
            ),
            ConfigurationExample(
                "[zebra]\na = 1\nb = 2\n[outbound]\ntaget = 1",
                """
                peerd.toml:1:2: unknown key 'zebra'
                peerd.toml:5:1: unknown key 'outbound.taget'; did you mean 'outbound.target'?
                """
            ),
            ConfigurationExample(
                "[[listn]]\naddress = \"192.0.2.1:1\"",
                "peerd.toml:1:3: unknown key 'listn'; did you mean 'listen'?"
            ),

            // Arrays that are too long.
            ConfigurationExample(
                "outbound.bind = [\"192.0.2.1\", \"::1\", \"192.0.2.2\"]",
                "peerd.toml:1:17: outbound.bind: expected an array of at most 2 addresses, "
                    + "one for IPv4 and one for IPv6, found an array of 3"
            ),
        ]
    )
    func slips(_ example: ConfigurationExample) throws {
        let directory = try ConfigurationDirectory()
        try directory.write(example.document)
        #expect(directory.errors() == example.errors)
    }
}
