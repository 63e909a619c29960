import Addressing
import ConnectionCore
import Facts
import Testing
import Timing

@Suite("A connection to ourselves")
struct SelfConnectionTests {
    private static let remote = "203.0.113.7:9108"

    /// Reaches ourselves: in TCP, or as the session finds out by its nonce.
    private func meetOurselves(_ id: ConnectionID, inTCP: Bool, _ manager: TestManager) {
        if inTCP {
            manager.succeed(id, local: Self.remote)
        } else {
            manager.succeed(id)
            manager.lose(id, .session(.selfConnection))
        }
    }

    /// Has dialled ourselves for the outbound target, and may dial again.
    private func manager(inTCP: Bool) -> TestManager {
        let manager = TestManager {
            $0.handshake.isRequired = true
            $0.outbound.target = 1
        }
        manager.source.append(address(Self.remote))
        manager.run(for: .zero)
        meetOurselves(manager.dialing[0], inTCP: inTCP, manager)
        manager.forgetTrace()
        return manager
    }

    @Test(
        "is recognised by its two ends, whichever is noticed first, and both end",
        arguments: [false, true]
    )
    func bothEnds(arrivesFirst: Bool) throws {
        let manager = TestManager { $0.outbound.target = 1 }
        manager.source.append(address(Self.remote))
        manager.run(for: .zero)
        let (id, own) = (manager.dialing[0], "192.0.2.1:50000")
        if !arrivesFirst { manager.succeed(id, local: own) }
        let inbound = try manager.admit(own, local: "0.0.0.0:9108")
        manager.noteLocalAddress(of: inbound, Self.remote)
        if arrivesFirst {
            #expect(manager.table[inbound] != nil)
            manager.succeed(id, local: own)
        }
        #expect(manager.table.count == 0)
        #expect(manager.explain(Self.remote).refusal(of: .outbound) != nil)
        manager.run(for: .seconds(3_600))
        #expect(manager.dials.count == 1)
    }

    @Test("isn't one of which only one end is ours, or that came elsewhere")
    func strangers() throws {
        let manager = TestManager()
        let id = try manager.connect(Self.remote)
        manager.succeed(id, local: "192.0.2.1:50000")
        let other = try manager.admit("192.0.2.1:50000", local: "0.0.0.0:9108")
        manager.noteLocalAddress(of: other, "192.0.2.1:9108")
        let third = try manager.admit("192.0.2.1:50001", local: "0.0.0.0:9108")
        manager.noteLocalAddress(of: third, Self.remote)
        #expect(manager.table.count == 3)
    }

    @Test("isn't dialled by itself for 24 h", arguments: [true, false])
    func skipped(inTCP: Bool) {
        let manager = manager(inTCP: inTCP)
        let until = manager.now.wall + .seconds(24 * 3_600)
        #expect(
            manager.explain(Self.remote).findings.map(\.rule).contains(.ownAddress(until: until))
        )
        manager.run(for: .seconds(24 * 3_600) - .tick)
        #expect(manager.dials.isEmpty)
        manager.run(for: .seconds(5))
        #expect(manager.dials.count == 1)
    }

    @Test("may be somebody else's address when ours have changed, or the network has returned")
    func forgotten() throws {
        let manager = manager(inTCP: false)
        manager.run(for: .seconds(3_600))
        #expect(manager.dials.isEmpty)
        manager.tell(.localAddressesChanged)
        manager.run(for: .seconds(5))
        meetOurselves(try #require(manager.dialing.first), inTCP: false, manager)
        manager.run(for: .seconds(3_600))
        #expect(manager.dials.count == 1)
        try manager.setNetworkActive(false)
        try manager.setNetworkActive(true)
        manager.run(for: .seconds(1))
        #expect(manager.dials.count == 2)
    }

    @Test("may be asked for by an operator all the same")
    func manual() throws {
        let manager = manager(inTCP: false)
        try manager.connect(Self.remote)
        #expect(manager.dials.count == 1)
    }

    @Test("makes a persistent peer wait as long as it ever does", arguments: [true, false])
    func persistent(inTCP: Bool) throws {
        for seed in UInt64(0)..<50 {
            let manager = TestManager(seed: seed) { $0.handshake.isRequired = true }
            let id = try manager.addPersistent(Self.remote)
            meetOurselves(id, inTCP: inTCP, manager)
            let delay = try #require(manager.reports.last?.retryDelay)
            #expect(delay >= .seconds(150) && delay <= .seconds(300))
            #expect(manager.table.persistence(of: id)?.retries == 1)
        }
    }

    @Test("says nothing about the address that a peer came from")
    func inbound() throws {
        let manager = TestManager {
            $0.handshake.isRequired = true
            $0.outbound.target = 1
        }
        manager.lose(try manager.admit(Self.remote), .session(.selfConnection))
        manager.source.append(address(Self.remote))
        manager.run(for: .seconds(10))
        #expect(manager.dials.count == 1)
    }

    @Test("is remembered of the last 1,000 addresses")
    func bound() throws {
        let manager = TestManager { $0.handshake.isRequired = true }
        for number in 0..<1_001 {
            let id = try manager.connect("\(peer(number))")
            manager.succeed(id)
            manager.lose(id, .session(.selfConnection))
        }
        let known = (0..<1_001).filter { number in
            manager.explain("\(peer(number))").findings.contains {
                if case .ownAddress = $0.rule { true } else { false }
            }
        }
        #expect(known == Array(1..<1_001))
    }
}
