import Addressing
import Control
import Facts
import Glibc
import Testing

/// `List` on the running daemon.
@Suite("A list over the control socket")
struct ControlListTests {
    @Test("of nothing is one empty reply")
    func empty() throws {
        let daemon = try DaemonProcess("outbound.target = 0", withControl: true)
        let replies = try daemon.connectControl().askAll(Peers.List())
        #expect(replies == [Peers.List.Reply(connections: [])])
    }

    /// 300 stay, and about 1,500 come and go all the time.
    @Test("has each connection that lives through it exactly once, whatever comes and goes")
    func whileOthersComeAndGo() throws {
        let daemon = try DaemonProcess(
            """
            outbound.target = 0
            limits.connections = 5000
            [[listen]]
            address = "\(Loopback.host(210)):0"
            """,
            withControl: true
        )
        let listener = daemon.listening[0]
        let stable = try (0..<300).map { _ in try LoopbackPeer(to: listener) }
        let addresses = Set(try stable.map { "\(try $0.address())" })
        try daemon.waitForConnections { $0.count == 300 }
        var crowds = try Crowd(at: listener, rate: 2_000, count: 6_000)

        let client = try daemon.connectControl()
        var lists = 0
        var most = 0
        while crowds.isRunning || lists == 0 {
            let replies = try client.askAll(Peers.List())
            #expect(replies.allSatisfy { $0.connections.count <= Bounds.rowsPerReply })
            let rows = replies.flatMap(\.connections)
            #expect(Set(rows.map(\.id)).count == rows.count)
            #expect(rows.count { addresses.contains($0.remote ?? "") } == 300)
            lists += 1
            most = max(most, rows.count)
        }
        print("\(lists) lists of at most \(most) connections")
        #expect(most > 1_000)
        #expect(stable.areHeld)
        try crowds.waitForEnd()
    }

    @Test("may be of one kind, in one phase, or both")
    func filters() throws {
        let (open, closed) = (
            try LoopbackListener(Loopback.address(211)),
            try LoopbackListener(Loopback.address(212), backlog: nil)
        )
        let hole = try BlackHole(Loopback.address(213))
        let daemon = try DaemonProcess(
            """
            outbound.target = 1
            outbound.addresses = ["\(open.remote)"]
            persistent.peers = ["\(closed.remote)"]
            persistent.retry = "1h"
            persistent.max-retry = "1h"
            [[listen]]
            address = "\(Loopback.host(214)):0"
            """,
            withControl: true
        )
        let outbound = try open.accept()
        let inbound = try LoopbackPeer(to: daemon.listening[0])
        let dialing = try daemon.connectControl()
        try dialing.send(Peers.Connect(address: "\(hole.address)"))
        try daemon.waitForConnections { rows in
            rows.count == 4 && rows.contains { $0.phase == .waiting }
                && rows.count { $0.phase == .established } == 2
        }
        let all = [
            (ShownKind.inbound, ShownPhase.connected, "\(try inbound.address())"),
            (.outbound, .connected, "\(open.remote)"),
            (.persistent, .waiting, "\(closed.remote)"),
            (.manual, .dialing, "\(hole.address)"),
        ]
        for kind in [nil] + ShownKind.allCases.map(Optional.some) {
            for phase in [nil] + ShownPhase.allCases.map(Optional.some) {
                let wanted = all.filter {
                    kind ?? $0.0 == $0.0 && (phase ?? $0.1).includes($0.1)
                }
                let rows = try daemon.connections(of: kind, in: phase)
                #expect(Set(rows.map(\.target)) == Set(wanted.map(\.2)))
                #expect(rows.count == wanted.count)
            }
        }
        let waiting = try #require(try daemon.connections(in: .waiting).first)
        #expect(waiting.persistent && waiting.retries == 1 && waiting.phaseEndsUnixUSec != nil)
        #expect(outbound.isHeld)
    }
}
