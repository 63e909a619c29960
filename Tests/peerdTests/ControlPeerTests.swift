import Addressing
import Control
import Facts
import Glibc
import Testing

/// Persistent peers, and ending connections, over the control socket of the running daemon.
@Suite("A peer by the control socket")
struct ControlPeerTests {
    private static let patient = """
        outbound.target = 0
        persistent.retry = "1h"
        persistent.max-retry = "1h"

        """

    @Test("is added at once, and kept, whether it answers or not")
    func added() throws {
        let listener = try LoopbackListener(Loopback.address(235))
        let hole = try BlackHole(Loopback.address(236))
        let daemon = try DaemonProcess(
            """
            outbound.target = 0
            persistent.retry = "100ms"
            persistent.max-retry = "100ms"
            """,
            withControl: true
        )
        let client = try daemon.connectControl()
        let dialing = try client.ask(Peers.AddPersistent(address: "\(hole.address)")).id
        let id = try client.ask(Peers.AddPersistent(address: "\(listener.remote)")).id
        #expect(try daemon.connections(in: .dialing).map(\.id).contains(dialing))
        #expect(throws: ErrorReply.refused(.duplicatePersistent(named(id)))) {
            try client.ask(Peers.AddPersistent(address: "\(listener.remote)"))
        }
        #expect(throws: ErrorReply.refused(.duplicatePersistent(named(dialing)))) {
            try client.ask(Peers.Connect(address: "\(hole.address)"))
        }
        for _ in 0..<2 {
            let peer = try listener.accept()
            try daemon.waitForConnections { $0.contains { $0.id == id && $0.local != nil } }
            peer.close()
        }
    }

    @Test("that is outbound already is adopted, and keeps its id")
    func adopted() throws {
        let listener = try LoopbackListener(Loopback.address(237))
        let daemon = try DaemonProcess(
            """
            outbound.target = 1
            outbound.addresses = ["\(listener.remote)"]
            """,
            withControl: true
        )
        let peer = try listener.accept()
        let before = try daemon.waitForConnections { $0.first?.phase == .established }[0]
        #expect(before.kind == .outbound)
        let (client, monitor) = (try daemon.connectControl(), try daemon.connectControl())
        try monitor.monitor([.persistentAdopted, .ended])
        let id = try client.ask(Peers.AddPersistent(address: "\(listener.remote)")).id
        #expect(id == before.id)
        guard case .persistentAdopted(let subject) = try monitor.nextReport() else {
            throw Failure("not adopted")
        }
        #expect(subject.id.number == id && subject.shownKind == .persistent)
        let after = try daemon.connections()
        #expect(after.map(\.id) == [id] && after[0].persistent && after[0].local == before.local)
        #expect(peer.isHeld && monitor.isWaiting)
    }

    @Test("isn't added when it came to us, is being dialled, or there are too many")
    func refusals() throws {
        let hole = try BlackHole(Loopback.address(238))
        let inboundFrom = try LoopbackListener(Loopback.address(239), backlog: nil).remote
        let daemon = try DaemonProcess(
            Self.patient + """
                persistent.max = 2
                limits.per-host = 1
                [[listen]]
                address = "\(Loopback.host(240)):0"
                """,
            withControl: true
        )
        let client = try daemon.connectControl()
        let peer = try LoopbackPeer(to: daemon.listening[0], from: inboundFrom)
        let inbound = try daemon.waitForConnections { $0.count == 1 }[0]
        #expect(throws: ErrorReply.refused(.alreadyConnected(named(inbound.id)))) {
            try client.ask(Peers.AddPersistent(address: "\(inboundFrom)"))
        }
        let dialing = try daemon.connectControl()
        try dialing.send(Peers.Connect(address: "\(hole.address)"))
        let pending = try daemon.waitForConnections { $0.count == 2 }.first { $0.kind == .manual }
        let id = try #require(pending).id
        #expect(throws: ErrorReply.refused(.alreadyPending(named(id)))) {
            try client.ask(Peers.AddPersistent(address: "\(hole.address)"))
        }
        #expect(throws: ErrorReply.refused(.alreadyPending(named(id)))) {
            try client.ask(Peers.Connect(address: "\(hole.address)"))
        }
        #expect(throws: ErrorReply.refused(.tooManyPerHost(limit: 1))) {
            try client.ask(Peers.Connect(address: "\(Loopback.host(239)):1"))
        }
        try client.ask(Peers.AddPersistent(address: "\(Loopback.host(241)):1"))
        #expect(throws: ErrorReply.refused(.tooManyPersistentPerHost(limit: 1))) {
            try client.ask(Peers.AddPersistent(address: "\(Loopback.host(241)):2"))
        }
        try client.ask(Peers.AddPersistent(address: "\(Loopback.host(242)):1"))
        #expect(throws: ErrorReply.refused(.tooManyPersistent(limit: 2))) {
            try client.ask(Peers.AddPersistent(address: "\(Loopback.host(243)):1"))
        }
        try client.ask(Peers.SetNetworkActive(active: false))
        #expect(throws: ErrorReply.failed(.cancelled(by: .networkInactive))) {
            try dialing.reply(to: Peers.Connect.self)
        }
        #expect(throws: ErrorReply.refused(.networkInactive)) {
            try client.ask(Peers.Connect(address: "\(hole.address)"))
        }
        #expect(peer.ending() == .goodbye)
    }

    @Test("is refused when there is no slot for it")
    func slots() throws {
        let hole = try BlackHole(Loopback.address(244))
        let daemon = try DaemonProcess(
            """
            outbound.target = 0
            limits.connections = 2
            limits.reserved-manual = 0
            """,
            withControl: true
        )
        let (client, dialing) = (try daemon.connectControl(), try daemon.connectControl())
        try dialing.send(Peers.Connect(address: "\(hole.address)"))
        try daemon.waitForConnections { $0.count == 1 }
        let refused = #expect(throws: ErrorReply.self) {
            try client.ask(Peers.Connect(address: "192.0.2.1:9108"))
        }
        guard case .peers(.refused(.tooManyConnections)) = refused else {
            throw Failure("\(refused as Any)")
        }
    }

    /// Waiting, being dialled, and connected: each by its id and by its address.
    @Test(
        "is disconnected in every phase, and a persistent one then waits",
        arguments: [true, false]
    )
    func disconnect(byID: Bool) throws {
        let offset: UInt8 = byID ? 0 : 1
        let listener = try LoopbackListener(Loopback.address(170 + offset))
        let hole = try BlackHole(Loopback.address(172 + offset))
        let daemon = try DaemonProcess(Self.patient, withControl: true)
        let (client, dialing) = (try daemon.connectControl(), try daemon.connectControl())
        func selection(_ id: UInt64, _ address: PeerAddress) -> Peers.Selection {
            byID ? .id(id) : .address("\(address)")
        }
        let kept = try client.ask(Peers.AddPersistent(address: "\(listener.remote)")).id
        let peer = try listener.accept()
        try daemon.waitForConnections { $0.first?.phase == .established }
        let keptSelection = selection(kept, listener.remote)
        let answer = try client.ask(Peers.Disconnect(keptSelection))
        #expect(answer.count == 1)
        #expect(peer.ending() == .goodbye)
        #expect(try daemon.connections(in: .waiting).map(\.id) == [kept])
        // What waits already goes on waiting.
        let until = try daemon.connections()[0].phaseEndsUnixUSec
        // Which the answer said.
        #expect(answer.retries?.map(\.id) == [kept])
        let told = answer.retries?.first?.atUnixUSec
        #expect(told.map { abs($0 - (until ?? 0)) < 1000 } ?? false, "\(answer)")
        #expect(try client.ask(Peers.Disconnect(keptSelection)).count == 1)
        #expect(
            try daemon.connections()[0].phaseEndsUnixUSec.map { abs($0 - (until ?? 0)) < 1000 }
                ?? false
        )

        try dialing.send(Peers.Connect(address: "\(hole.address)"))
        let id = try daemon.waitForConnections { $0.count == 2 }.first { $0.id != kept }?.id
        try client.ask(Peers.Disconnect(selection(try #require(id), hole.address)))
        #expect(throws: ErrorReply.failed(.cancelled(by: .operator))) {
            try dialing.reply(to: Peers.Connect.self)
        }
        #expect(try daemon.connections().map(\.id) == [kept])
    }

    @Test("is removed in every phase, and its id and address are free", arguments: [true, false])
    func remove(byID: Bool) throws {
        let offset: UInt8 = byID ? 0 : 1
        let listener = try LoopbackListener(Loopback.address(174 + offset))
        let hole = try BlackHole(Loopback.address(176 + offset))
        let closed = try LoopbackListener(Loopback.address(178 + offset), backlog: nil)
        let daemon = try DaemonProcess(Self.patient, withControl: true)
        let client = try daemon.connectControl()
        let addresses = [listener.remote, hole.address, closed.remote]
        let phases: [Phase.Name] = [.established, .dialing, .waiting]
        let peers = try addresses.map {
            try client.ask(Peers.AddPersistent(address: "\($0)")).id
        }
        let peer = try listener.accept()
        try daemon.waitForConnections { rows in
            peers.map { id in rows.first { $0.id == id }?.phase } == phases
        }
        for (id, address) in zip(peers, addresses) {
            let selection: Peers.Selection = byID ? .id(id) : .address("\(address)")
            let reply = try client.ask(Peers.Remove(selection))
            #expect(reply == Peers.Remove.Reply(count: 1, untilReload: false))
            #expect(throws: ErrorReply.refused(.notFound)) {
                try client.ask(Peers.Remove(selection))
            }
        }
        #expect(peer.ending() == .goodbye)
        #expect(try daemon.connections() == [])
        for address in addresses { try client.ask(Peers.AddPersistent(address: "\(address)")) }
    }

    @Test("that isn't persistent isn't removed, and one of the configuration is until a reload")
    func otherRemovals() throws {
        let (listener, configured) = (
            try LoopbackListener(Loopback.address(180)), try LoopbackListener(Loopback.address(181))
        )
        let daemon = try DaemonProcess(
            Self.patient + "persistent.peers = [\"\(configured.remote)\"]",
            withControl: true
        )
        let client = try daemon.connectControl()
        let row = try client.ask(Peers.Connect(address: "\(listener.remote)")).connection
        let peer = try listener.accept()
        for selection in [Peers.Selection.id(row.id), .address("\(listener.remote)")] {
            #expect(throws: ErrorReply.refused(.notPersistent(named(row.id)))) {
                try client.ask(Peers.Remove(selection))
            }
        }
        #expect(peer.isHeld)
        let removed = try client.ask(Peers.Remove(.address("\(configured.remote)")))
        #expect(removed == Peers.Remove.Reply(count: 1, untilReload: true))
        try client.ask(Peers.Reload())
        #expect(try daemon.connections(of: .persistent).count == 1)
    }

    @Test("named without its port is every connection of its address, from and to it, and no other")
    func bareAddress() throws {
        let listeners = try (0..<2).map { _ in try LoopbackListener(Loopback.address(182)) }
        let other = try LoopbackListener(Loopback.address(183))
        let daemon = try DaemonProcess(
            Self.patient + """
                [[listen]]
                address = "\(Loopback.host(184)):0"
                """,
            withControl: true
        )
        let client = try daemon.connectControl()
        var held = try (0..<3).map { _ in
            try LoopbackPeer(to: daemon.listening[0], from: Loopback.address(182))
        }
        for listener in listeners {
            try client.ask(Peers.Connect(address: "\(listener.remote)"))
            held.append(try listener.accept())
        }
        let stranger = try LoopbackPeer(to: daemon.listening[0], from: Loopback.address(183))
        try client.ask(Peers.AddPersistent(address: "\(other.remote)"))
        let kept = try other.accept()
        try daemon.waitForConnections { $0.count { $0.phase == .established } == 7 }
        #expect(try client.ask(Peers.Disconnect(.address(Loopback.host(182)))).count == 5)
        for peer in held { #expect(peer.ending() == .goodbye) }
        #expect([stranger, kept].areHeld)
        // Of one address, only the persistent one is removed.
        #expect(try client.ask(Peers.Remove(.address(Loopback.host(183)))).count == 1)
        #expect(kept.ending() == .goodbye)
        #expect(try daemon.connections().map(\.kind) == [.inbound])
        #expect(stranger.isHeld)
    }
}
