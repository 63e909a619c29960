import Addressing
import ConnectionCore
import Facts
import Testing
import Timing

@Suite("A persistent peer")
struct PersistentTests {
    private let remote = "203.0.113.7:9108"

    @Test("is dialled at once, and keeps its id over all reconnects")
    func id() throws {
        let manager = TestManager()
        let id = try manager.addPersistent(remote)
        #expect(manager.trace == ["added 1", "attempting 1", "dial 1 \(remote)"])
        for round in 1...20 {
            if round.isMultiple(of: 3) {
                manager.fail(id)
                manager.run(for: .seconds(5))
            }
            manager.succeed(id)
            #expect(manager.table[id]?.establishedSince == manager.now.instant)
            manager.run(for: .seconds(60))
            manager.lose(id)
            #expect(manager.dialing == [id])
        }
        #expect(manager.table.count == 1)
        #expect(try manager.admit("198.51.100.7:1").number == 2)
    }

    @Test("is refused as a duplicate in every phase, and welcome again after its removal")
    func duplicate() throws {
        let manager = TestManager()
        let id = try manager.addPersistent(remote)
        #expect(throws: Refusal.duplicatePersistent(id)) { try manager.addPersistent(remote) }
        manager.succeed(id)
        #expect(throws: Refusal.duplicatePersistent(id)) { try manager.addPersistent(remote) }
        manager.lose(id)
        #expect(throws: Refusal.duplicatePersistent(id)) { try manager.addPersistent(remote) }
        try manager.remove(.id(id))
        let again = try manager.addPersistent(remote)
        #expect(again.number == id.number + 1)
    }

    @Test("is refused while its address is being dialled")
    func pending() throws {
        let manager = TestManager { $0.outbound.target = 1 }
        let manual = try manager.connect(remote)
        #expect(throws: Refusal.alreadyPending(manual)) { try manager.addPersistent(remote) }
        manager.source.append(peer(0))
        manager.run(for: .seconds(5))
        let outbound = try #require(manager.dialing.last)
        #expect(throws: Refusal.alreadyPending(outbound)) {
            try manager.addPersistent("\(peer(0))")
        }
    }

    @Test("is refused while it is connected to us, and not after that")
    func inbound() throws {
        let manager = TestManager()
        let id = try manager.admit(remote)
        #expect(throws: Refusal.alreadyConnected(id)) { try manager.addPersistent(remote) }
        manager.lose(id)
        try manager.addPersistent(remote)
    }

    @Test("adopts an established manual connection: same id, from then on redialled")
    func adoptsManual() throws {
        let manager = TestManager()
        let id = try manager.connect(remote)
        manager.succeed(id)
        manager.run(for: .seconds(60))
        #expect(try manager.addPersistent(remote) == id)
        #expect(manager.trace.last == "adopted 1")
        #expect(manager.dials.count == 1)
        #expect(manager.table[id]?.isPersistent == true)
        #expect(manager.table.census.persistent == 1)
        #expect(manager.table.census.persistentReady == 1)
        #expect(manager.table.census.limited == PerKind())
        manager.lose(id)
        #expect(manager.dialing == [id])
    }

    @Test("adopts an established outbound connection, which is manual from then on")
    func adoptsOutbound() throws {
        let manager = TestManager { $0.outbound.target = 1 }
        manager.source.append(peer(0))
        manager.run(for: .zero)
        let id = try #require(manager.dialing.first)
        manager.succeed(id)
        #expect(try manager.addPersistent("\(peer(0))") == id)
        #expect(manager.table[id]?.kind == .manual)
        #expect(manager.table[id]?.isPersistent == true)
        #expect(manager.table.census.limited.outbound == 0)
        manager.lose(id)
        manager.run(for: .seconds(5))
        #expect(manager.dialing == [id])
    }

    @Test("that was adopted can be refused for want of room, and then stays as it was")
    func adoptionLimit() throws {
        let manager = TestManager { $0.persistent.max = 1 }
        try manager.addPersistent("\(peer(0))")
        let id = try manager.connect(remote)
        manager.succeed(id)
        #expect(throws: Refusal.tooManyPersistent(limit: 1)) { try manager.addPersistent(remote) }
        #expect(manager.table[id]?.isPersistent == false)
    }

    @Test("may be added while the network is inactive, and waits for it")
    func inactive() throws {
        let manager = TestManager()
        try manager.setNetworkActive(false)
        let id = try manager.addPersistent(remote)
        #expect(manager.table[id]?.phase == .waiting(until: .distantFuture))
        manager.run(for: .seconds(10_000))
        #expect(manager.dials.isEmpty)
        try manager.setNetworkActive(true)
        manager.run(for: .seconds(1))
        #expect(manager.dialing == [id])
    }

    @Test("may be added while it is banned")
    func banned() throws {
        let manager = TestManager()
        try manager.ban("203.0.113.0/24")
        try manager.addPersistent(remote)
        #expect(manager.dials.count == 1)
    }

    @Test("tells the address source when it is ready, and of failures that it is to blame for")
    func told() throws {
        let manager = TestManager()
        let id = try manager.addPersistent(remote)
        manager.fail(id)
        manager.run(for: .seconds(5))
        manager.fail(id, .noRoute)
        manager.run(for: .seconds(5))
        manager.succeed(id)
        manager.run(for: .seconds(10) - .tick)
        manager.lose(id)
        manager.run(for: .seconds(10))
        manager.succeed(id)
        manager.run(for: .seconds(10))
        manager.lose(id)
        let known = address(remote)
        #expect(manager.source.told == [.failed(known), .failed(known), .succeeded(known)])
    }
}
