import Addressing
import ConnectionCore
import Facts
import Testing
import Timing

@Suite("A handshake")
struct HandshakeTests {
    private static let remote = "203.0.113.7:9108"

    private func manager(_ change: (inout Policy) -> Void = { _ in }) -> TestManager {
        TestManager {
            $0.handshake.isRequired = true
            change(&$0)
        }
    }

    /// One connection of each kind, connected and no further.
    private func open(_ kind: Kind, _ manager: TestManager) throws -> ConnectionID {
        switch kind {
        case .inbound:
            return try manager.admit(Self.remote)
        case .outbound:
            manager.source.append(address(Self.remote))
            manager.reload { $0.outbound.target = 1 }
            let id = try #require(manager.dialing.first)
            manager.succeed(id)
            return id
        case .manual, .feeler:
            let id = try manager.connect(Self.remote)
            manager.succeed(id)
            return id
        }
    }

    @Test(
        "begins when the socket is connected, and holds the slot",
        arguments: [Kind.inbound, .outbound, .manual]
    )
    func begins(kind: Kind) throws {
        let manager = manager()
        let id = try open(kind, manager)
        let until = manager.now.instant + .seconds(30)
        #expect(manager.table[id]?.phase == .handshaking(since: manager.now.instant, until: until))
        #expect(manager.table[id]?.establishedSince == nil)
        #expect(manager.table[id]?.local != nil)
        #expect(manager.table.census.handshaking[kind] == 1)
        #expect(manager.table.census.limited[kind] == 1)
        #expect(manager.table.census.ready[kind] == 0)
        #expect(manager.core.deadline == until)
        #expect(manager.trace.contains("\(kind == .inbound ? "accepted" : "connected") \(id)"))
    }

    @Test(
        "makes a connection established and ready when it is complete, and not before",
        arguments: [Kind.inbound, .outbound, .manual]
    )
    func completes(kind: Kind) throws {
        let manager = manager()
        let id = try open(kind, manager)
        manager.run(for: .seconds(12))
        #expect(manager.table[id]?.isReady == false)
        manager.forgetTrace()
        manager.shakeHands(id)
        #expect(manager.trace == ["ready \(id)"])
        #expect(manager.table[id]?.phase == .established(since: manager.now.instant))
        #expect(manager.table[id]?.isReady == true)
        #expect(manager.table.census.handshaking == PerKind())
        #expect(manager.table.census.ready[kind] == 1)
        let praised = manager.source.told.contains(.succeeded(address(Self.remote)))
        #expect(praised == (kind != .inbound))
        // It takes no second one, and nothing is due any more.
        manager.shakeHands(id)
        manager.run(for: .seconds(3_600))
        #expect(manager.trace == ["ready \(id)"])
    }

    @Test(
        "takes 30 s at most, to the tick, and the peer has failed then",
        arguments: [Kind.inbound, .outbound, .manual]
    )
    func timesOut(kind: Kind) throws {
        let manager = manager()
        let id = try open(kind, manager)
        manager.run(for: .seconds(30) - .tick)
        #expect(manager.table[id]?.isHandshaking == true)
        manager.forgetTrace()
        manager.run(for: .tick)
        #expect(
            manager.trace.prefix(2) == [
                "ended \(id): session(Facts.SessionFault.handshakeTimedOut) after 30 s",
                "close \(id)",
            ]
        )
        #expect(manager.table[id] == nil)
        let blamed = manager.source.told.contains(.failed(address(Self.remote)))
        #expect(blamed == (kind != .inbound))
        #expect((manager.core.outboundFailures > 0) == (kind == .outbound))
    }

    @Test("may take as long as is set", arguments: [Duration.seconds(1), .seconds(600)])
    func timeout(_ timeout: Duration) throws {
        let manager = manager { $0.handshake.timeout = timeout }
        let id = try manager.admit(Self.remote)
        manager.run(for: timeout - .tick)
        #expect(manager.table[id] != nil)
        manager.run(for: .tick)
        #expect(manager.table[id] == nil)
    }

    @Test("under way has another time-out from its beginning on when another is set")
    func reload() throws {
        let manager = manager()
        let id = try manager.admit(Self.remote)
        manager.run(for: .seconds(10))
        manager.reload { $0.handshake.timeout = .seconds(60) }
        manager.run(for: .seconds(50) - .tick)
        #expect(manager.table[id]?.isHandshaking == true)
        let other = try manager.admit("\(peer(1))")
        manager.run(for: .tick)
        #expect(manager.table[id] == nil)
        manager.run(for: .seconds(10))
        manager.forgetTrace()
        manager.reload { $0.handshake.timeout = .seconds(5) }
        #expect(
            manager.trace.first
                == "ended \(other): session(Facts.SessionFault.handshakeTimedOut) after 10 s"
        )
    }

    @Test("is over with the fault that the session finds", arguments: SessionFault.allCases)
    func faults(_ fault: SessionFault) throws {
        let manager = manager()
        let id = try open(.outbound, manager)
        manager.lose(id, .session(fault))
        #expect(manager.table[id] == nil)
        #expect(manager.core.outboundFailures > 0)
        // Of ourselves nobody is to blame.
        let blamed = manager.source.told.contains(.failed(address(Self.remote)))
        #expect(blamed == (fault != .selfConnection))
    }

    @Test("is no failure any more once it was complete", arguments: SessionFault.allCases)
    func faultsOfReady(_ fault: SessionFault) throws {
        let manager = manager()
        let id = try open(.outbound, manager)
        manager.shakeHands(id)
        manager.reload { $0.outbound.target = 0 }
        manager.lose(id, .session(fault))
        #expect(manager.core.outboundFailures == 0)
        #expect(!manager.source.told.contains(.failed(address(Self.remote))))
    }

    @Test("counts for the outbound dialler: 25 connections without one pause it")
    func failuresInARow() {
        let manager = manager { $0.outbound.target = 1 }
        manager.source.append(contentsOf: (0..<30).map { peer($0) })
        manager.run(for: .zero)
        for _ in 0..<25 {
            let id = manager.dialing[0]
            manager.succeed(id)
            manager.lose(id, .session(.obsoleteVersion))
        }
        #expect(manager.trace.contains("paused after 25 for 5 s"))
    }

    @Test("that is reported late, after the end, changes nothing")
    func late() throws {
        let manager = manager()
        let id = try manager.admit(Self.remote)
        manager.lose(id)
        manager.forgetTrace()
        manager.tell(.handshakeCompleted(id))
        #expect(manager.trace == [])
    }

    @Test("that completes while the loop is late is complete")
    func lateTurn() throws {
        let manager = manager()
        let id = try manager.admit(Self.remote)
        manager.pass(.seconds(31))
        manager.shakeHands(id)
        #expect(manager.table[id]?.isReady == true)
    }

    @Test("is what the stable time of a persistent peer counts from", arguments: [59, 60])
    func stable(seconds: Int) throws {
        let manager = manager()
        let id = try manager.addPersistent(Self.remote)
        manager.succeed(id)
        manager.run(for: .seconds(20))
        manager.shakeHands(id)
        manager.run(for: .seconds(seconds))
        manager.lose(id)
        #expect(manager.table[id]?.isDialing == (seconds == 60))
    }

    @Test("of a persistent peer that never ends is no stable connection, however long it may take")
    func neverStable() throws {
        let manager = manager { $0.handshake.timeout = .seconds(600) }
        let id = try manager.addPersistent(Self.remote)
        manager.succeed(id)
        manager.run(for: .seconds(300))
        manager.lose(id)
        #expect(manager.table[id]?.isWaiting == true)
        #expect(manager.table.persistence(of: id)?.retries == 1)
    }

    @Test("is given up when whoever asked for the connection goes away, and not later")
    func abandoned() throws {
        let manager = manager()
        let id = try manager.connect(Self.remote)
        manager.succeed(id)
        manager.forgetTrace()
        manager.abandon(id)
        #expect(manager.trace == ["ended \(id): abandoned after 0 s", "close \(id)"])
        let other = try manager.connect(Self.remote)
        manager.succeed(other)
        manager.shakeHands(other)
        manager.abandon(other)
        #expect(manager.table[other]?.isReady == true)
    }

    @Test("under way is a pending attempt if we dialled, and a connection if the peer did")
    func duplicates() throws {
        let manager = manager()
        let dialled = try open(.manual, manager)
        #expect(refusal { try manager.connect(Self.remote) } == .alreadyPending(dialled))
        #expect(refusal { try manager.admit(Self.remote) } == .alreadyPending(dialled))
        let inbound = try manager.admit("\(peer(1))")
        #expect(refusal { try manager.connect("\(peer(1))") } == .alreadyConnected(inbound))
        #expect(refusal { try manager.addPersistent("\(peer(1))") } == .alreadyConnected(inbound))
    }

    @Test("goes on when its connection is adopted", arguments: [Kind.outbound, .manual])
    func adopted(kind: Kind) throws {
        let manager = manager()
        let id = try open(kind, manager)
        #expect(try manager.addPersistent(Self.remote) == id)
        manager.abandon(id)
        manager.shakeHands(id)
        #expect(manager.table[id]?.isReady == true)
        #expect(manager.table.census.persistentReady == 1)
    }

    @Test("is ended by whatever ends a connection")
    func otherEnds() throws {
        let manager = manager { $0.limits.perHost = 0 }
        let ids = try (1...4).map { try manager.admit("203.0.113.\($0):1") }
        let kept = try manager.addPersistent("203.0.113.9:1")
        manager.succeed(kept)
        manager.forgetTrace()
        try manager.disconnect(.id(ids[0]))
        try manager.ban("203.0.113.2")
        try manager.disconnect(.id(kept))
        try manager.setNetworkActive(false)
        try manager.setNetworkActive(true)
        let last = try manager.admit("203.0.113.1:2")
        manager.shutDown()
        let ends = manager.trace.filter { $0.hasPrefix("ended") }
        #expect(
            ends == [
                "ended \(ids[0]): byOperator after 0 s",
                "ended \(ids[1]): banned(203.0.113.2/32) after 0 s",
                "ended \(kept): byOperator after 0 s",
                "ended \(ids[2]): networkInactive after 0 s",
                "ended \(ids[3]): networkInactive after 0 s",
                "ended \(last): shutdown after 0 s",
            ]
        )
    }

    @Test("counts for the limits of hosts and groups")
    func limits() throws {
        let manager = manager { $0.limits.perHost = 1 }
        try manager.admit(Self.remote)
        #expect(refusal { try manager.admit("203.0.113.7:1") } == .tooManyPerHost(limit: 1))
        manager.source.append(address("203.0.200.1:9108"))
        let kept = try manager.addPersistent("203.0.1.1:1")
        manager.succeed(kept)
        manager.reload { $0.outbound.target = 1 }
        #expect(manager.dialing.isEmpty)
    }
}
