import Addressing
import Control
import Testing

/// Addresses as clients of the control socket write them.
@Suite("An address in a call")
struct AddressArgumentTests {
    @Test(
        "that nobody can be dialled at is not added, nor any other of its call",
        arguments: ["0.0.0.0:9108", "[::]:9108", "224.0.0.1:9108", "203.0.113.7:0"]
    )
    func undialable(address: String) throws {
        let daemon = try DaemonProcess("outbound.target = 0", withControl: true)
        let client = try daemon.connectControl()
        #expect(throws: ErrorReply.peers(.unsupportedAddress(address: address))) {
            try client.ask(Peers.AddAddresses(addresses: ["203.0.113.7:9108", address]))
        }
        #expect(try client.ask(Peers.Status()).status.addresses == 0)
    }

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
