import Addressing
import Control
import DecredWire
import Facts
import Glibc
import Testing

@Suite("The bytes of a connection")
struct ConservationTests {
    @Test("are told as its peer has measured them, however slow it was, and the daemon then rests")
    func backPressure() throws {
        let daemon = try DaemonProcess(
            """
            network = "regnet"
            outbound.target = 0
            [[listen]]
            address = "\(Loopback.host(123)):0"
            trusted-loopback = true
            """,
            withControl: true
        )
        let client = try daemon.connectControl()
        let peer = MeasuringPeer(try LoopbackPeer(to: daemon.listening[0], isNarrow: true))
        try peer.shakeHands()
        try peer.expect(peer.overload(daemon))
        // Behind what waited.
        try peer.send(.ping(nonce: 5))
        try peer.expectPong(5)
        let row = try daemon.listed(bytesIn: peer.sentBytes)
        #expect(row.bytesOut == UInt64(peer.receivedBytes))
        try daemon.waitForRest()

        // Half a frame counts as well.
        try peer.send([UInt8](MeasuringPeer.bytes(of: .ping(nonce: 0)).prefix(30)))
        peer.socket.finishSending()
        #expect(peer.socket.ending() == .goodbye)
        try daemon.waitForConnections { $0.isEmpty }
        let ended = try #require(client.askAll(Peers.History()).flatMap(\.connections).first)
        #expect(ended.bytesIn == UInt64(peer.sentBytes))
        #expect(ended.bytesOut == UInt64(peer.receivedBytes))
        let totals = try client.ask(Peers.Status()).status.totals
        #expect(totals.bytesIn == UInt64(peer.sentBytes))
        #expect(totals.bytesOut == UInt64(peer.receivedBytes))
    }

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
