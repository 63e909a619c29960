import Addressing
import Control
import Testing

@Suite("The bytes of a connection")
struct ConservationTests {
    @Test("are told of a raw network too, where they are thrown away")
    func raw() throws {
        let daemon = try DaemonProcess(
            """
            outbound.target = 0
            [[listen]]
            address = "\(Loopback.host(124)):0"
            """,
            withControl: true
        )
        let client = try daemon.connectControl()
        let sent = [3_000_000, 5]
        for count in sent {
            let peer = try LoopbackPeer(to: daemon.listening[0])
            try peer.send(bytes: count)
            let row = try daemon.listed(bytesIn: count)
            #expect(row.bytesOut == 0)
            peer.close()
            try daemon.waitForConnections { $0.isEmpty }
        }
        let ended = try client.askAll(Peers.History()).flatMap(\.connections)
        #expect(ended.map(\.bytesIn) == sent.reversed().map(UInt64.init))
        #expect(ended.map(\.bytesOut) == [0, 0])
        #expect(try client.ask(Peers.Status()).status.totals.bytesIn == UInt64(3_000_005))
    }
}
