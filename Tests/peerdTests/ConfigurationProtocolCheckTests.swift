import Configuration
import ConfigurationFixtures
import Testing

@testable import peerd

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
        let lines = try ProjectFile.lines(of: "docs/configuration.md")
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
