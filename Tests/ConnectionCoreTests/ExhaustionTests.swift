import Addressing
import ConnectionCore
import Facts
import Testing
import Timing

@Suite("Exhausted descriptors or memory")
struct ExhaustionTests {
    private let failure = DialFailure.resourcesExhausted(errno: 24)

    private func manager(target: Int) -> TestManager {
        let manager = TestManager { $0.outbound.target = target }
        manager.source.append(contentsOf: (0..<1_000).map { peer($0) })
        manager.run(for: .zero)
        return manager
    }

    @Test("pause all automatic dialling for 5 s")
    func pause() throws {
        let manager = manager(target: 8)
        let persistent = try manager.addPersistent("203.0.113.7:9108")
        manager.succeed(persistent)
        manager.run(for: .seconds(9))
        manager.fail(manager.dialing[0], failure)
        #expect(manager.dials.count == 9)
        // A stable connection's redial waits, too.
        manager.run(for: .seconds(5) - .tick)
        #expect(manager.dials.count == 9)
        manager.run(for: .tick)
        #expect(manager.dials.count == 10)
    }

    @Test("let the redial of a stable persistent peer wait as well")
    func persistent() throws {
        let manager = TestManager()
        let persistent = try manager.addPersistent("203.0.113.7:9108")
        manager.succeed(persistent)
        manager.run(for: .seconds(60))
        manager.fail(try manager.connect("203.0.113.8:9108"), failure)
        manager.forgetTrace()
        manager.lose(persistent)
        manager.run(for: .seconds(5) - .tick)
        #expect(manager.dials.isEmpty)
        manager.run(for: .tick)
        #expect(manager.dials.count == 1)
    }

    @Test("are neither an address's fault nor a failure of the dialler")
    func blameless() {
        let manager = manager(target: 1)
        for _ in 0..<60 {
            manager.fail(manager.dialing[0], failure)
            manager.run(for: .seconds(5))
        }
        #expect(manager.dials.count == 61)
        #expect(!manager.trace.contains { $0.hasPrefix("paused") })
        #expect(manager.source.told.count == 61)
        #expect(manager.source.told.allSatisfy { $0 != .failed(peer(0)) })
        #expect(manager.source.told == (0..<61).map { .attempted(peer($0)) })
    }

    @Test("are warned of once, and again only after a minute without them")
    func warning() {
        let manager = TestManager()
        func count() -> Int { manager.trace.count { $0 == "exhausted 24" } }
        manager.tell(.acceptFailed(errno: 24))
        #expect(count() == 1)
        for _ in 0..<100 { manager.tell(.acceptFailed(errno: 24)) }
        for _ in 0..<10 {
            manager.run(for: .seconds(60) - .tick)
            manager.tell(.acceptFailed(errno: 24))
        }
        #expect(count() == 1)
        manager.run(for: .seconds(60))
        manager.tell(.acceptFailed(errno: 24))
        #expect(count() == 2)
        #expect(manager.core.refusals[.resourcesExhausted] == 112)
    }

    @Test("of one dial and of a listener are one trouble with one warning")
    func together() {
        let manager = manager(target: 1)
        manager.fail(manager.dialing[0], failure)
        manager.tell(.acceptFailed(errno: 24))
        #expect(manager.trace.count { $0.hasPrefix("exhausted") } == 1)
    }

    @Test("of a listener don't stop the dialler")
    func listener() {
        let manager = manager(target: 1)
        manager.tell(.acceptFailed(errno: 24))
        manager.fail(manager.dialing[0])
        #expect(manager.dials.count == 2)
    }

    @Test("end the attempt at a name: its other addresses would fail alike")
    func name() throws {
        let manager = TestManager()
        let id = try manager.addPersistent("seed.example.org:9108")
        manager.resolve(id, to: ["203.0.113.1:9108", "203.0.113.2:9108"])
        manager.fail(id, failure)
        #expect(manager.dials.count == 1)
        #expect(manager.table[id]?.isWaiting == true)
    }
}

@Suite("No route")
struct NoRouteTests {
    @Test("blames nobody, and leaves the address alone for a minute")
    func outbound() {
        let manager = TestManager { $0.outbound.target = 1 }
        manager.source.append(peer(0))
        manager.run(for: .zero)
        manager.fail(manager.dialing[0], .noRoute)
        #expect(manager.source.told == [.attempted(peer(0))])
        manager.run(for: .seconds(60) - .tick)
        #expect(manager.dials.count == 1)
        manager.run(for: .seconds(5))
        #expect(manager.dials.count == 2)
    }

    @Test("everywhere is no storm of dials")
    func storm() {
        let manager = TestManager { $0.outbound.target = 8 }
        manager.source.append(contentsOf: (0..<1_000).map { peer($0) })
        for _ in 0..<600 {
            manager.run(for: .seconds(1))
            while let id = manager.dialing.first { manager.fail(id, .noRoute) }
        }
        // One for each slot, then probes after 5, 10, 20, 40, and each 60 s.
        #expect(manager.dials.count == 8 + 12)
    }
}
