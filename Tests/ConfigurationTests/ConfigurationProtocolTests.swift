import Addressing
import Configuration
import ConfigurationFixtures
import DecredWire
import Engine
import PlainText
import Testing
import Timing

@Suite("The configuration of the protocol")
struct ConfigurationProtocolTests {
    @Test("is by default what sessions decide by on each network", arguments: WireNetwork.allCases)
    func defaults(network: WireNetwork) throws {
        let directory = try ConfigurationDirectory()
        try directory.write("network = \"\(network.rawValue)\"")
        var expected = SessionPolicy(network: network)
        expected.userAgent = "/peerd:\(Release.version)/"
        #expect(Speech(try directory.load().configuration) == .decred(expected))
    }

    @Test("is no protocol on a raw network")
    func raw() {
        #expect(Configuration.standard.network.wire == nil)
        #expect(Speech(.standard) == .raw)
        #expect(!Configuration.standard.gossips)
    }

    @Test("knows every network of the wire by its name")
    func networks() {
        let known = Configuration.Network.allCases.compactMap(\.wire)
        #expect(known == WireNetwork.allCases)
        for network in Configuration.Network.allCases {
            #expect(network.wire?.rawValue ?? "raw" == network.rawValue)
        }
    }

    @Test("becomes the policy of sessions")
    func mapping() throws {
        let directory = try ConfigurationDirectory()
        try directory.write(ConfigurationPrintTests.everything)
        try directory.write("", to: "a \"list\"\\\t")
        let configuration = try directory.load().configuration

        var expected = SessionPolicy(network: .testnet)
        expected.services = 5
        expected.userAgent = "/a \"name\\:1/"
        expected.requiredServices = 3
        expected.gossips = false
        expected.advertised = configuration.advertise
        expected.addressBurst = 5
        expected.addressRate = 0
        expected.pingInterval = .seconds(60)
        expected.idleTimeout = .seconds(90)
        expected.banScore = 200
        expected.warnScore = 20
        expected.mostQueuedBytes = 131_073
        #expect(Speech(configuration) == .decred(expected))
        #expect(
            configuration.advertise.first?.description == "203.0.113.1:9108"
                && configuration.advertise.last?.ip == nil
        )
        #expect(configuration.peerProtocol.handshakeTimeout == .seconds(10))
        #expect(configuration.peerProtocol.banDuration == .seconds(30 * 86_400))
    }

    @Test(
        "has gossip where the network or the operator wants it",
        arguments: [
            ("raw", "always", false), ("mainnet", "auto", true), ("mainnet", "never", false),
            ("testnet", "auto", true), ("testnet", "always", true), ("simnet", "auto", false),
            ("simnet", "always", true), ("regnet", "auto", false), ("regnet", "never", false),
            ("regnet", "always", true),
        ]
    )
    func gossip(network: String, gossip: String, isOn: Bool) throws {
        let directory = try ConfigurationDirectory()
        try directory.write("network = \"\(network)\"\ngossip = \"\(gossip)\"")
        let configuration = try directory.load().configuration
        #expect(configuration.gossips == isOn)
        let policy = Speech(configuration).decred
        #expect(policy?.gossips ?? false == isOn)
        // Then whatever the address.
        #expect(policy?.tellsUnroutable ?? false == (isOn && gossip == "always"))
    }

    @Test(
        "requires of outbound peers what the network or the operator wants",
        arguments: [
            ("mainnet", "'auto'", 1), ("mainnet", "0", 0), ("testnet", "'auto'", 1),
            ("simnet", "'auto'", 0), ("regnet", "5", 5), ("regnet", "'auto'", 0),
        ]
    )
    func requiredServices(network: String, required: String, bits: UInt64) throws {
        let directory = try ConfigurationDirectory()
        try directory.write(
            "network = \"\(network)\"\noutbound.required-services = \(required)"
        )
        #expect(Speech(try directory.load().configuration).decred?.requiredServices == bits)
    }

    @Test(
        "names what a running daemon can't change",
        arguments: [
            ("network = \"regnet\"", []), ("network = \"simnet\"", ["network"]),
            ("network = \"raw\"", ["network"]),
            ("network = \"regnet\"\ngossip = \"always\"\nprotocol.ban-score = 60", []),
        ]
    )
    func needsRestart(document: String, keys: [String]) throws {
        let directory = try ConfigurationDirectory()
        try directory.write("network = \"regnet\"")
        let old = try directory.load().configuration
        try directory.write(document)
        #expect(try directory.load().configuration.keysNeedingRestart(from: old) == keys)
    }
}

extension Speech {
    /// The numbers of Decred's protocol; nil if it isn't spoken.
    fileprivate var decred: SessionPolicy? {
        switch self {
        case .decred(let policy): policy
        case .raw: nil
        }
    }
}
