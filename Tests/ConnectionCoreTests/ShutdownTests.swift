import Addressing
import ConnectionCore
import Facts
import Testing
import Timing

@Suite("The shutdown")
struct ShutdownTests {
    private let remote = "203.0.113.7:9108"

    @Test("cancels pending dials, then closes what is established, each with its report")
    func order() throws {
        let manager = TestManager()
        let inbound = try manager.admit("198.51.100.7:1")
        let dialing = try manager.connect(remote)
        let resolving = try manager.addPersistent("seed.example.org:9108")
        let waiting = try manager.addPersistent("203.0.113.8:9108")
        manager.fail(waiting)
        let manual = try manager.connect("203.0.113.9:9108")
        manager.succeed(manual)
        manager.forgetTrace()
        manager.shutDown()
        let cause = "cancelled(by: Facts.Canceller.shutdown)"
        #expect(
            manager.trace == [
                "shutting down 5",
                "failed \(dialing): \(cause)", "close \(dialing)",
                "failed \(resolving): \(cause)", "close \(resolving)",
                "ended \(inbound): shutdown after 0 s", "close \(inbound)",
                "ended \(manual): shutdown after 0 s", "close \(manual)",
            ]
        )
        #expect(manager.table.count == 0)
    }

    @Test("is answered by every call from then on")
    func afterwards() throws {
        let manager = TestManager { $0.outbound.target = 8 }
        let id = try manager.addPersistent(remote)
        try manager.ban("198.51.100.0/24")
        manager.shutDown()
        #expect(throws: Refusal.shuttingDown) { try manager.admit("192.0.2.9:1") }
        #expect(throws: Refusal.shuttingDown) { try manager.connect(remote) }
        #expect(throws: Refusal.shuttingDown) { try manager.addPersistent(remote) }
        #expect(throws: Refusal.shuttingDown) { try manager.disconnect(.id(id)) }
        #expect(throws: Refusal.shuttingDown) { try manager.remove(.id(id)) }
        #expect(throws: Refusal.shuttingDown) { try manager.ban("192.0.2.0/24") }
        #expect(throws: Refusal.shuttingDown) { try manager.setNetworkActive(false) }
        #expect(throws: Refusal.shuttingDown) {
            try manager.command { core, _, actions throws(Refusal) in
                try core.unban(prefix("198.51.100.0/24"), &actions)
            }
        }
        #expect(throws: Refusal.shuttingDown) { try manager.banMisbehaving(id) }
    }

    @Test("happens once, and nothing is dialled or retried after it")
    func once() throws {
        let manager = TestManager { $0.outbound.target = 8 }
        manager.source.append(contentsOf: (0..<100).map { peer($0) })
        manager.run(for: .zero)
        try manager.addPersistent(remote)
        manager.shutDown()
        manager.forgetTrace()
        manager.shutDown()
        manager.run(for: .seconds(100_000))
        #expect(manager.trace == [])
        #expect(manager.core.deadline == nil)
    }

    @Test("ends failing dials in the middle of their failures")
    func failing() throws {
        let manager = TestManager { $0.outbound.target = 8 }
        manager.source.append(contentsOf: (0..<100).map { peer($0) })
        manager.run(for: .zero)
        for _ in 0..<20 { manager.fail(manager.dialing[0]) }
        let late = manager.dialing.compactMap { manager.attempt(of: $0) }
        #expect(late.count == 8)
        manager.shutDown()
        manager.forgetTrace()
        for attempt in late { manager.tell(.dialFailed(attempt, .refused)) }
        #expect(manager.trace == [])
    }

    @Test("of 20,000 connections is a bounded number of steps that doesn't grow with their square")
    func many() throws {
        let count = 20_000
        let manager = TestManager {
            $0.limits.connections = count + 100
            $0.inbound.floodThreshold = count
        }
        manager.checksEachStep = false
        for number in 0..<count { try manager.admit("\(peer(number))") }
        manager.check()
        manager.forgetTrace()
        let clock = ContinuousClock()
        let elapsed = clock.measure { manager.shutDown() }
        #expect(manager.trace.count == 1 + 2 * count)
        manager.check()
        // A second is the promise of an optimised build; a quadratic one would need minutes here.
        #expect(elapsed < .seconds(10), "\(elapsed)")
    }

    @Test("of very many gives the memory of its steps back, and an ordinary event keeps its own")
    func memory() {
        var actions = Actions()
        for _ in 0..<20_000 { actions.append(.report(.networkActive(true))) }
        actions.removeAll()
        #expect(actions.pending.capacity <= Actions.keptCapacity)
        for _ in 0..<100 { actions.append(.report(.networkActive(true))) }
        let capacity = actions.pending.capacity
        actions.removeAll()
        #expect(actions.pending.isEmpty)
        #expect(actions.pending.capacity == capacity)
    }
}
