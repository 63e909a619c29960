import Configuration
import ConfigurationFixtures
import Testing

@Suite("A configuration that will disappoint")
struct ConfigurationWarningTests {
    struct Case: CustomTestStringConvertible, Sendable {
        var document: String
        /// Without the file's name.
        var warnings: [String]
        var testDescription: String { document.debugDescription }

        init(_ document: String, _ warnings: String...) {
            self.document = document
            self.warnings = warnings
        }
    }

    private static let quiet = "outbound.target = 0\n"
    private static let listen = "[[listen]]\naddress = \"127.0.0.1:1\""

    @Test(
        "is warned of, and one that won't isn't",
        arguments: [
            Case(
                "network = \"mainnet\"\n" + listen,
                "2:1: services is 0, without 1 for a full node: every dcrd that dials the "
                    + "listeners leaves at once"
            ),
            Case(
                "network = \"simnet\"\nservices = 4\n" + listen,
                "2:12: services is 4, without 1 for a full node: every dcrd that dials the "
                    + "listeners leaves at once"
            ),
            Case("network = \"mainnet\"\nservices = 5\n" + listen),
            // Nobody dials us, or there is no dcrd.
            Case("network = \"mainnet\""),
            Case(listen),
            Case(
                "limits.whitelisted = 0\nlimits.whitelist = [\"10.0.0.0/8\"]",
                "1:22: limits.whitelisted is 0: nobody of limits.whitelist can connect"
            ),
            Case("limits.whitelisted = 0"),
            Case(
                """
                limits.per-host = 2
                persistent.peers = ["203.0.113.7:1", "203.0.113.7:2", "203.0.113.7:3", \
                "203.0.113.7:4", "a.example:1", "a.example:2", "a.example:3"]
                """,
                "2:20: persistent.peers names more peers of the host of 203.0.113.7:3 than "
                    + "limits.per-host (2) allows: those that come last are not kept"
            ),
            Case(
                """
                limits.per-host = 2
                persistent.peers = ["203.0.113.7:1", "203.0.113.7:2", "203.0.113.8:1"]
                """
            ),
            Case(
                "persistent.peers = [\"127.0.0.1:1\", \"127.0.0.1:2\"]\n" + listen,
                "1:20: persistent.peers: 127.0.0.1:1 is an address of our own, so it can never be "
                    + "kept"
            ),
            Case(
                "outbound.bind = [\"127.0.0.1\"]\npersistent.peers = [\"203.0.113.7:1\"]",
                "1:17: outbound.bind: from 127.0.0.1 only this machine can be reached, and not "
                    + "203.0.113.7"
            ),
            Case("outbound.bind = [\"127.0.0.1\"]\npersistent.peers = [\"127.0.0.1:1\"]"),
            Case("outbound.bind = [\"127.0.0.1\"]\npersistent.peers = [\"[2001:db8::7]:1\"]"),
        ]
    )
    func warnings(_ example: Case) throws {
        let directory = try ConfigurationDirectory()
        try directory.write(Self.quiet + example.document)
        let warnings = try directory.load().warnings.map { directory.withoutPath("\($0)") }
        #expect(warnings == example.warnings.map { "peerd.toml:\(Self.lower($0))" })
    }

    /// The line below the one that makes all others quiet.
    private static func lower(_ warning: String) -> String {
        let end = warning.firstIndex(of: ":") ?? warning.startIndex
        return "\((Int(warning[..<end]) ?? 0) + 1)\(warning[end...])"
    }
}
