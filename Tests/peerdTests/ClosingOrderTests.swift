import Addressing
import Control
import Facts
import Glibc
import Testing

/// Whoever else may have a copy of a descriptor: closing it alone would leave it watched.
@Suite("What the daemon closes")
struct ClosingOrderTests {
    @Test("it has unwatched before, one by one, at a reload and at its end")
    func order() throws {
        let answering = try LoopbackListener(Loopback.address(43))
        let refusing = try LoopbackListener(Loopback.address(44), backlog: nil)
        let hole = try BlackHole(Loopback.address(45))
        let closes = try WatchedCloses()
        let kept = """
            outbound.target = 0
            [[listen]]
            address = "\(Loopback.host(46)):0"

            """
        var daemon = try DaemonProcess(
            kept + "[[listen]]\naddress = \"\(Loopback.host(47)):0\"\n",
            through: closes.wrapper,
            withControl: true
        )
        let client = try daemon.connectControl()
        // Dials: refused, given up, and one that is made.
        #expect(throws: ErrorReply.self) {
            try client.ask(Peers.Connect(address: "\(refusing.remote)"))
        }
        #expect(throws: ErrorReply.self) {
            try client.ask(Peers.Connect(address: "\(hole.address)", timeoutUSec: 1_000))
        }
        try client.ask(Peers.Connect(address: "\(answering.remote)"))
        let answered = try answering.accept()
        // Peers: one says goodbye, one hangs up, one is disconnected, and some stay to the end.
        let peers = try (0..<6).map { try LoopbackPeer(to: daemon.listening[$0 % 2]) }
        try daemon.waitForConnections { $0.count == 7 }
        peers[0].close()
        peers[1].hangUp()
        let rows = try daemon.waitForConnections { $0.count == 5 }
        let third = try peers[2].address()
        let row = rows.first { $0.remote == "\(third)" }
        let id = try #require(row).id
        try client.ask(Peers.Disconnect(.id(id)))
        #expect(try closes.count() == 0, "a connection")
        // A listener that isn't wanted any more.
        try daemon.configure(kept)
        try client.ask(Peers.Reload())
        #expect(try closes.count() == 0, "a listener")
        // Clients: one goes away, and the others are there at the end, in the midst of a dial.
        try daemon.connectControl().ask(Peers.Status())
        try client.ask(Peers.Status())
        #expect(try closes.count() == 0, "a client")
        try client.send(Peers.Connect(address: "\(hole.address)"))
        let monitor = try daemon.connectControl()
        try monitor.monitor()
        daemon.signal(SIGTERM)
        #expect(try daemon.waitForEnd() == .exited(0))
        #expect(try closes.count() == 0, "the end")
        withExtendedLifetime((answered, peers, client, monitor)) {}
    }
}
