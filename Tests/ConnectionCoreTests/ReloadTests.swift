import Addressing
import ConnectionCore
import Facts
import Testing
import Timing

@Suite("Another configuration")
struct ReloadTests {
    private let remote = "203.0.113.7:9108"

    @Test("with lower limits closes nothing, and admits again when there is room")
    func lowered() throws {
        let manager = TestManager { $0.outbound.target = 4 }
        manager.source.append(contentsOf: (100..<110).map { peer($0) })
        manager.run(for: .zero)
        for id in manager.dialing { manager.succeed(id) }
        let inbound = try (0..<10).map { try manager.admit("\(peer($0))") }
        for number in 200..<203 { try manager.addPersistent("\(peer(number))") }
        let count = manager.table.count
        manager.forgetTrace()
        manager.reload {
            $0.limits.connections = 8
            $0.limits.reservedManual = 0
            $0.outbound.target = 2
            $0.persistent.max = 2
        }
        #expect(manager.trace == [])
        #expect(manager.table.count == count)
        #expect(throws: Refusal.tooManyConnections(limit: 8)) { try manager.admit("\(peer(50))") }
        #expect(throws: Refusal.tooManyPersistent(limit: 2)) { try manager.addPersistent(remote) }
        // 4 outbound ones, one slot for the feeler, and 3 that are left.
        for id in inbound.prefix(7) { manager.lose(id) }
        #expect(throws: Refusal.tooManyConnections(limit: 8)) { try manager.admit("\(peer(50))") }
        manager.lose(inbound[7])
        try manager.admit("\(peer(50))")
        #expect(manager.dials.isEmpty)
    }

    @Test("with a higher target is dialled for at once")
    func raised() {
        let manager = TestManager()
        manager.source.append(contentsOf: (0..<10).map { peer($0) })
        manager.reload { $0.outbound.target = 3 }
        #expect(manager.dials.count == 3)
    }

    @Test("removes configured persistent peers that it lacks, and keeps those added at run time")
    func persistent() throws {
        let manager = TestManager()
        manager.reload(persistent: ["\(peer(0))", "\(peer(1))", "seed.example.org:9108"])
        let kept = try #require(manager.table.connection(at: peer(1)))
        let atRuntime = try manager.addPersistent(remote)
        manager.succeed(kept.id)
        manager.reload(persistent: ["\(peer(1))", "\(peer(2))"])
        #expect(manager.trace.contains("removed 1"))
        #expect(manager.trace.contains("removed 3"))
        let expected = [kept.id, atRuntime, manager.table.connection(at: peer(2))?.id]
        #expect(manager.connections.map(\.id).sorted() == expected.compactMap { $0 })
        #expect(manager.table[kept.id]?.establishedSince != nil)
    }

    @Test("takes a peer over that was added at run time: it goes when the configuration drops it")
    func takenOver() throws {
        let manager = TestManager()
        let id = try manager.addPersistent(remote)
        manager.reload(persistent: [remote])
        #expect(manager.connections.map(\.id) == [id])
        manager.reload()
        #expect(manager.table.count == 0)
    }

    @Test("brings a configured peer back that was removed at run time")
    func removedAtRuntime() throws {
        let manager = TestManager()
        manager.reload(persistent: [remote])
        try manager.remove(.address(remote))
        manager.run(for: .seconds(1_000))
        #expect(manager.table.count == 0)
        manager.reload(persistent: [remote])
        #expect(manager.dialing.count == 1)
    }

    @Test("adopts what is connected already, and drops it when it isn't configured any more")
    func adopted() throws {
        let manager = TestManager()
        let id = try manager.connect(remote)
        manager.succeed(id)
        manager.reload(persistent: [remote])
        #expect(manager.trace.last == "adopted 1")
        manager.reload()
        #expect(manager.table.count == 0)
    }

    @Test("says which peers can't be kept, and keeps the first ones up to the maximum")
    func refused() throws {
        let manager = TestManager()
        let inbound = try manager.admit("\(peer(0))")
        let refused = manager.reload(persistent: (0..<10).map { "\(peer($0))" })
        #expect(manager.table.census.persistent == 8)
        #expect(refused.map(\.target) == [.address(peer(0)), .address(peer(9))])
        #expect(
            refused.map(\.refusal) == [.alreadyConnected(inbound), .tooManyPersistent(limit: 8)]
        )
    }

    @Test("comes too late after the shutdown")
    func afterShutdown() {
        let manager = TestManager()
        manager.shutDown()
        manager.reload(persistent: [remote]) { $0.outbound.target = 8 }
        #expect(manager.table.count == 0)
        #expect(manager.core.policy.outbound.target == 0)
    }
}
