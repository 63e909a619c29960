import Addressing
import ConfigurationFixtures
import Control
import Facts
import Testing

/// Addresses as clients of the control socket write them.
@Suite("An address in a call")
struct AddressArgumentTests {
    @Test(
        "that nobody can be dialled at is not added, nor any other of its call",
        arguments: [
            ("0.0.0.0:9108", "0.0.0.0:9108 is not the address of one peer"),
            ("[::]:9108", "[::]:9108 is not the address of one peer"),
            ("224.0.0.1:9108", "224.0.0.1:9108 is not the address of one peer"),
            (
                "203.0.113.7:0",
                "'203.0.113.7:0' has no valid port: expected a number from 1 to 65535"
            ),
            ("seed.example:1", "seed.example:1 is a name: expected an IP address"),
        ]
    )
    func undialable(address: String, reason: String) throws {
        let daemon = try DaemonProcess("outbound.target = 0", withControl: true)
        let client = try daemon.connectControl()
        #expect(throws: ErrorReply.refused(.unsupportedAddress(address, reason: reason))) {
            try client.ask(Peers.AddAddresses(addresses: ["203.0.113.7:9108", address]))
        }
        #expect(try client.ask(Peers.Status()).status.addresses == 0)
    }

    /// What the configuration's errors say behind the place and the key.
    @Test(
        "is refused with the reason that the configuration's check has for it",
        arguments: [
            "0x7f000001:9", "127.0.0.0x1:9", "127.1:9", "1.2.3.4.5:9", "bücher.example:9",
            "\(onion):9", "peer.onion:9", "-a:9", "a b:9", "[fe80::1]:9", "[::1%lo]:9",
            "[fe80::1%2]:9", "[fe80:1::1]:9", "0.0.0.0:9",
            "224.0.0.1:9", "a.example:0", "a.example",
        ]
    )
    func reasons(address: String) throws {
        let directory = try ConfigurationDirectory()
        let file = try directory.write("persistent.peers = [\"\(address)\"]")
        let (ending, _, errors) = try PeerdExecutable.run("--config", file, "--check-config")
        #expect(ending == .exited(78))
        let daemon = try DaemonProcess("outbound.target = 0", withControl: true)
        let client = try daemon.connectControl()
        for call in [false, true] {
            let error = #expect(throws: ErrorReply.self) {
                if call {
                    try client.ask(Peers.AddPersistent(address: address))
                } else {
                    try client.ask(Peers.Connect(address: address))
                }
            }
            guard case .peers(.refused(.unsupportedAddress(_, let reason?))) = error else {
                throw Failure("\(error as Any)")
            }
            #expect(errors.contains { $0.hasSuffix("persistent.peers: \(reason)") }, "\(errors)")
        }
    }

    private static let onion = "2gzyxa5ihm7nsggfxnu52rck2vv4rvmdlkiu3zzui5du4xyclen53wid.onion"

    @Test(
        "without a port means all of its ports, in brackets too",
        arguments: ["::1", "[::1]"]
    )
    func bare(address: String) throws {
        let listener = try LoopbackListener(#require(PeerAddress("[::1]:0")))
        let daemon = try DaemonProcess("outbound.target = 0", withControl: true)
        let client = try daemon.connectControl()
        try client.ask(Peers.AddPersistent(address: "\(listener.remote)"))
        let explanation = try client.ask(Peers.Explain(address: address)).explanation
        #expect(explanation.address == "::1" && explanation.connections.count == 1)
        #expect(try client.ask(Peers.Disconnect(.address(address))).count == 1)
    }
}
