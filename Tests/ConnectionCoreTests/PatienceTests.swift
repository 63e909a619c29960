import ConnectionCore
import Facts
import Testing
import Timing

@Suite("What an operator must know")
struct PatienceTests {
    private let remote = "203.0.113.7:9108"

    private func missed(_ manager: TestManager) -> [String] {
        manager.trace.filter { $0.hasPrefix("target missed") }
    }

    private func down(_ manager: TestManager) -> [String] {
        manager.trace.filter { $0.hasPrefix("down") }
    }

    @Test("is, after 10 min and once, that the outbound target isn't reached")
    func target() {
        let manager = TestManager { $0.outbound.target = 2 }
        manager.source.append(peer(0))
        manager.run(for: .zero)
        manager.succeed(manager.dialing[0])
        manager.run(for: .seconds(600) - .tick)
        #expect(missed(manager).isEmpty)
        manager.run(for: .tick)
        #expect(missed(manager) == ["target missed for 10 min: 1/2"])
        manager.run(for: .seconds(3_600))
        #expect(missed(manager).count == 1)
        // Reached and missed again, it is news again.
        manager.source.append(peer(1))
        manager.tell(.addressesAdded)
        manager.succeed(manager.dialing[0])
        manager.run(for: .seconds(10))
        #expect(manager.core.targetMissedSince == nil)
        manager.lose(manager.connections[0].id)
        let lost = manager.now.instant
        #expect(manager.core.targetMissedSince == lost)
        for id in manager.dialing { manager.fail(id) }
        manager.run(for: .seconds(30))
        for id in manager.dialing { manager.fail(id) }
        manager.run(for: .seconds(570))
        #expect(missed(manager).count == 2)
    }

    @Test("isn't that nothing is wanted, or nothing may be dialled")
    func notWanted() throws {
        let none = TestManager()
        none.run(for: .seconds(3_600))
        #expect(none.trace.isEmpty)
        let inactive = TestManager { $0.outbound.target = 1 }
        try inactive.setNetworkActive(false)
        try inactive.addPersistent(remote)
        inactive.run(for: .seconds(3_600))
        #expect(missed(inactive).isEmpty && down(inactive).isEmpty)
        // Then all have their time anew.
        try inactive.setNetworkActive(true)
        inactive.run(for: .seconds(600) - .tick)
        #expect(missed(inactive).isEmpty && down(inactive).isEmpty)
        inactive.run(for: .tick)
        #expect(missed(inactive).count == 1 && down(inactive).count == 1)
    }

    @Test("is, after 10 min and once, that a persistent peer is down, and why")
    func persistent() throws {
        let manager = TestManager()
        let id = try manager.addPersistent(remote)
        manager.run(for: .seconds(1))
        let other = try manager.addPersistent("\(peer(1))")
        manager.succeed(other)
        func failUntil(_ end: Duration) {
            let last = manager.now.instant + end
            while manager.now.instant < last {
                if manager.dialing.contains(id) { manager.fail(id) }
                let next = min(manager.core.deadline ?? last, last)
                manager.run(for: next - manager.now.instant)
            }
        }
        failUntil(.seconds(599) - .tick)
        #expect(down(manager).isEmpty)
        failUntil(.tick)
        #expect(down(manager) == ["down 1 for 10 min: failed(Facts.DialFailure.refused)"])
        failUntil(.seconds(7_200))
        #expect(down(manager).count == 1)
        while manager.dialing.isEmpty, let deadline = manager.core.deadline {
            manager.run(for: deadline - manager.now.instant)
        }
        manager.succeed(id)
        manager.run(for: .seconds(10))
        manager.lose(id)
        failUntil(.seconds(600))
        #expect(down(manager).count == 2)
    }

    @Test("is that of each of several peers, at its own time")
    func several() throws {
        let manager = TestManager()
        for number in 1...3 {
            try manager.addPersistent("\(peer(number))")
            manager.run(for: .seconds(100))
        }
        for (wait, count) in [(300, 1), (100, 2), (100, 3)] {
            manager.run(for: .seconds(wait))
            #expect(down(manager).count == count)
        }
    }

    @Test("isn't said of a peer that is removed, nor after the end")
    func gone() throws {
        let manager = TestManager { $0.outbound.target = 1 }
        try manager.addPersistent(remote)
        try manager.remove(.address(remote))
        try manager.addPersistent("\(peer(1))")
        manager.shutDown()
        manager.run(for: .seconds(3_600))
        #expect(down(manager).isEmpty && missed(manager).isEmpty)
        #expect(manager.core.deadline == nil)
    }

    @Test("is once for each row that a persistent peer accepts and closes at once")
    func hangingUp() throws {
        let manager = TestManager { $0.handshake.isRequired = true }
        let id = try manager.addPersistent(remote)
        func hangUp(times: Int) {
            for _ in 0..<times {
                while manager.dialing.isEmpty, let deadline = manager.core.deadline {
                    manager.run(for: deadline - manager.now.instant)
                }
                manager.succeed(id)
                manager.lose(id)
            }
        }
        hangUp(times: 2)
        #expect(!manager.trace.contains("hanging up 1 3 times"))
        hangUp(times: 8)
        #expect(manager.trace.count { $0 == "hanging up 1 3 times" } == 1)
        while manager.dialing.isEmpty, let deadline = manager.core.deadline {
            manager.run(for: deadline - manager.now.instant)
        }
        manager.fail(id)
        hangUp(times: 3)
        #expect(manager.trace.count { $0 == "hanging up 1 3 times" } == 2)
    }
}
