import Addressing
import Control
import Facts
import Glibc
import Testing

@Suite("The daemon comes to rest")
struct RestTests {
    @Test("when what it has closed is open elsewhere")
    func copies() throws {
        let answering = try LoopbackListener(Loopback.address(120))
        let refusing = try LoopbackListener(Loopback.address(121), backlog: nil)
        let daemon = try DaemonProcess(
            """
            outbound.target = 0
            [[listen]]
            address = "\(Loopback.host(122)):0"
            """,
            through: CopiedSockets.wrapper(),
            withControl: true
        )
        let client = try daemon.connectControl()
        #expect(throws: ErrorReply.self) {
            try client.ask(Peers.Connect(address: "\(refusing.remote)"))
        }
        try client.ask(Peers.Connect(address: "\(answering.remote)"))
        let answered = try answering.accept()
        let peers = try (0..<3).map { _ in try LoopbackPeer(to: daemon.listening[0]) }
        try daemon.waitForConnections { $0.count == 4 }

        answered.close()
        peers[0].close()
        peers[1].hangUp()
        let last = try daemon.waitForConnections { $0.count == 1 }[0]
        try client.ask(Peers.Disconnect(.id(last.id)))
        // Nobody reads it any more.
        try peers[2].send(bytes: 1)
        try daemon.configure("outbound.target = 0")
        try client.ask(Peers.Reload())
        // The listener's copy is there for it.
        let late = try LoopbackPeer(to: daemon.listening[0])
        client.close()
        try daemon.waitForRest()
        #expect(try daemon.connections() == [])
        withExtendedLifetime(late) {}
    }

    @Test("when it was stopped and goes on")
    func stopped() throws {
        let daemon = try DaemonProcess("outbound.target = 0", withControl: true)
        try daemon.stop()
        daemon.signal(SIGCONT)
        try daemon.waitForRest()
        #expect(try daemon.connections() == [])
    }
}
