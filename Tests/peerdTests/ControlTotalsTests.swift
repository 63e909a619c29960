import Addressing
import Control
import Facts
import Testing

/// `Totals` of the running daemon.
@Suite("The totals over the control socket")
struct ControlTotalsTests {
    @Test("are what a monitor and the history were told, and have what never was too")
    func agree() throws {
        let listener = try LoopbackListener(Loopback.address(233))
        let daemon = try DaemonProcess(
            """
            outbound.target = 0
            persistent.retry = "1h"
            persistent.max-retry = "1h"
            [[listen]]
            address = "\(Loopback.host(233)):0"
            """,
            withControl: true
        )
        let (client, monitor) = (try daemon.connectControl(), try daemon.connectControl())
        try monitor.monitor()
        let before = try client.ask(Peers.Totals())
        #expect(before.events.allSatisfy { $0.count == 0 })
        #expect(before.events.count == Totals.keys.count)

        let came = try (0..<3).map { _ in try LoopbackPeer(to: daemon.listening[0]) }
        try came[0].send(bytes: 100)
        came[0].finishSending()
        try client.ask(Peers.AddPersistent(address: "\(listener.remote)"))
        let peer = try listener.accept()
        peer.close()
        try client.ask(Peers.Ban(prefix: "192.0.2.0/24"))
        try daemon.waitForConnections { $0.count(where: { $0.kind == .inbound }) == 2 }
        try client.ask(Peers.Unban(prefix: "192.0.2.0/24"))

        var told = Totals()
        while told[.unbanned] == 0 || told[.retrying] == 0 || told[.ended] < 2 {
            told.count(try monitor.nextReport())
        }
        let totals = try client.ask(Peers.Totals())
        #expect(totals.events.map(\.count) == told.all.map(\.count))
        #expect(totals.bytesIn == 100 && totals.bytesOut == 0)
        let ended = try client.askAll(Peers.History()).flatMap(\.connections)
        for kind in [ShownKind.inbound, .persistent] {
            let count = totals.events.filter { $0.event == .ended && $0.kind == kind }
                .reduce(0) { $0 + $1.count }
            #expect(count == UInt64(ended.count { $0.kind == kind }))
        }
        withExtendedLifetime(came) {}
    }
}
