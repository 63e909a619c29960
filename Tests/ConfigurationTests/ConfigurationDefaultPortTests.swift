import Addressing
import Configuration
import ConfigurationFixtures
import ConnectionCore
import Testing

@Suite("The default port of peers")
struct ConfigurationDefaultPortTests {
    /// Addresses in every place that takes them, before whatever decides their port.
    static let peers = """
        advertise = ["203.0.113.1", "2001:db8::1"]
        persistent.peers = ["peer.example.org"]
        [outbound]
        addresses = ["203.0.113.7", "203.0.113.8:1"]
        addresses-file = "list"
        """

    @Test(
        "is the network's own unless another is set, in whichever source",
        arguments: [
            (["network=mainnet"], 9108), (["network=testnet"], 19108),
            (["network=simnet"], 18555), (["network=regnet"], 18655),
            (["network=mainnet", "network=regnet"], 18655),
            (["outbound.default-port=5", "network=mainnet"], 5),
            (["network=mainnet", "outbound.default-port=5"], 5),
            (["outbound={default-port=5}", "network=mainnet"], 5),
            (["outbound.default-port=5", "outbound.default-port=0", "network=mainnet"], 9108),
            (["network=mainnet", "network=raw", "outbound.default-port=5"], 5),
        ]
    )
    func isFound(settings: [String], port: Int) throws {
        let directory = try ConfigurationDirectory()
        let file = try directory.write(Self.peers)
        try directory.write("203.0.113.9\n", to: "list")
        let configuration =
            try ConfigurationLoader.load(file: file, settings: settings).configuration
        #expect(configuration.defaultPort.map(Int.init) == port)
        #expect(
            configuration.advertise.map(\.description)
                == ["203.0.113.1:\(port)", "[2001:db8::1]:\(port)"]
        )
        #expect(
            configuration.persistent.peers.map(\.description) == ["peer.example.org:\(port)"]
        )
        #expect(
            configuration.knownAddresses.map(\.description)
                == ["203.0.113.7:\(port)", "203.0.113.8:1", "203.0.113.9:\(port)"]
        )
        #expect(Policy(configuration).outbound.defaultPort.map(Int.init) == port)
    }

    @Test("is none on a raw network, where every peer needs its own")
    func none() throws {
        let directory = try ConfigurationDirectory()
        try directory.write("network = \"mainnet\"\npersistent.peers = [\"peer.example.org\"]")
        #expect(directory.errors() == "")
        #expect(directory.errors("network=raw").contains("has no port"))
        #expect(Configuration.standard.defaultPort == nil)
    }

    @Test(
        "isn't missed where what decides it is wrong",
        arguments: [
            ("network = \"manet\"", "peerd.toml:1:11: network: "),
            ("outbound.default-port = 65536", "peerd.toml:1:25: outbound.default-port: "),
            ("network = \"mainnet\"\n=", "peerd.toml:2:1: "),
        ]
    )
    func unknown(document: String, start: String) throws {
        let directory = try ConfigurationDirectory()
        try directory.write(document)
        let errors = directory.errors("persistent.peers=['peer.example.org']")
        #expect(errors.hasPrefix(start), "\(errors)")
        #expect(errors.split(separator: "\n").count == 1, "\(errors)")
    }
}
