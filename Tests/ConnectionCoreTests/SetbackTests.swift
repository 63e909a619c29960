import ConnectionCore
import Facts
import Testing
import Timing

@Suite("Why a persistent peer is down")
struct SetbackTests {
    private let remote = "203.0.113.7:9108"

    private func manager(
        handshake: Bool = false
    ) throws -> (manager: TestManager, id: ConnectionID) {
        let manager = TestManager { $0.handshake.isRequired = handshake }
        return (manager, try manager.addPersistent(remote))
    }

    private func runUntilDialed(_ manager: TestManager) {
        while manager.dialing.isEmpty, let deadline = manager.core.deadline {
            manager.run(for: deadline - manager.now.instant)
        }
    }

    @Test("is its last failure, when it was and which in a row, of whatever causes")
    func inARow() throws {
        let (manager, id) = try manager()
        #expect(manager.table.persistence(of: id)?.setback == nil)
        let failures: [DialFailure] = [
            .refused, .noRoute, .noRoute, .timedOut(after: .seconds(30)),
        ]
        for (index, failure) in failures.enumerated() {
            manager.fail(id, failure)
            let setback = try #require(manager.table.persistence(of: id)?.setback)
            #expect(setback.cause == .failed(failure))
            #expect(setback.at == manager.now.instant)
            #expect(setback.number == UInt32(index + 1))
            #expect(setback.hangUps == 0)
            // While it is dialled again the reason is still that of the last time.
            manager.run(for: .seconds(10))
            #expect(manager.dialing == [id])
            #expect(manager.table.persistence(of: id)?.setback == setback)
        }
        #expect(manager.core.retries(limit: 1) == [])
        manager.fail(id)
        #expect(manager.core.retries(limit: 1).first?.setback?.number == 5)
    }

    @Test("goes on to be counted after a connection that was short, and ends with a stable one")
    func stable() throws {
        let (manager, id) = try manager()
        manager.fail(id)
        manager.run(for: .seconds(5))
        manager.succeed(id)
        manager.run(for: .seconds(20))
        manager.lose(id)
        let setback = try #require(manager.table.persistence(of: id)?.setback)
        #expect(setback.number == 2 && setback.cause == .ended(.closedByPeer))
        manager.run(for: .seconds(10))
        manager.succeed(id)
        manager.run(for: .seconds(60))
        manager.lose(id)
        // How it went away is why it is down; nothing has failed since.
        let end = try #require(manager.table.persistence(of: id)?.setback)
        #expect(end.cause == .ended(.closedByPeer) && end.at == manager.now.instant)
        #expect(end.number == 0 && end.hangUps == 0)
        manager.fail(id)
        #expect(manager.table.persistence(of: id)?.setback?.number == 1)
    }

    @Test("is how it went away, while it may not be dialled for want of descriptors")
    func exhausted() throws {
        let (manager, id) = try manager()
        manager.succeed(id)
        manager.run(for: .seconds(60))
        manager.fail(try manager.connect("\(peer(1))"), .resourcesExhausted(errno: 24))
        manager.lose(id, .timedOut)
        let retry = try #require(manager.core.retries(limit: 1).first)
        #expect(retry.setback?.cause == .ended(.timedOut))
        #expect(retry.setback?.number == 0 && retry.retries == 0)
    }

    @Test("counts closing at once, before the handshake and just after it, as hanging up")
    func hangUps() throws {
        let (manager, id) = try manager(handshake: true)
        let endings: [Ending] = [.closedByPeer, .io(errno: 104), .io(errno: 32), .closedByPeer]
        for (index, ending) in endings.enumerated() {
            manager.succeed(id)
            if index == 3 {
                manager.shakeHands(id)
                manager.run(for: .seconds(10) - .tick)
            }
            manager.lose(id, ending)
            #expect(manager.table.persistence(of: id)?.setback?.hangUps == UInt32(index + 1))
            runUntilDialed(manager)
        }
        // The reset came before the kernel told of the connection.
        manager.fail(id, .io(errno: 104))
        #expect(manager.table.persistence(of: id)?.setback?.hangUps == 5)
        runUntilDialed(manager)
        manager.fail(id)
        #expect(manager.table.persistence(of: id)?.setback?.hangUps == 0)
    }

    @Test(
        "is no hanging up if it stayed for a while, or we or the path ended it",
        arguments: [
            (Ending.closedByPeer, Duration.seconds(10)), (.timedOut, .zero), (.byOperator, .zero),
            (.session(.lacksServices), .zero), (.io(errno: 110), .zero),
        ]
    )
    func otherEndings(ending: Ending, after lasted: Duration) throws {
        let (manager, id) = try manager(handshake: true)
        manager.succeed(id)
        manager.shakeHands(id)
        manager.run(for: lasted)
        manager.lose(id, ending)
        #expect(manager.table.persistence(of: id)?.setback?.hangUps == 0)
    }

    @Test("comes with the time since which it hasn't been ready, however short it was connected")
    func downSince() throws {
        let (manager, id) = try manager()
        let added = manager.now.instant
        #expect(manager.core.persistentDownSince == added)
        manager.fail(id)
        manager.run(for: .seconds(5))
        manager.succeed(id)
        manager.run(for: .seconds(10) - .tick)
        #expect(manager.core.persistentDownSince == added)
        manager.run(for: .tick)
        #expect(manager.core.persistentDownSince == nil)
        manager.run(for: .seconds(5))
        manager.lose(id)
        let lost = manager.now.instant
        runUntilDialed(manager)
        manager.fail(id)
        #expect(manager.core.persistentDownSince == lost)
        #expect(manager.core.retries(limit: 1).first?.downSince == lost)
        try manager.remove(.id(id))
        #expect(manager.core.persistentDownSince == nil)
    }

    @Test("is not asked of one that was adopted while it is ready")
    func adopted() throws {
        let manager = TestManager()
        for (wait, isReady) in [(Duration.seconds(9), false), (.seconds(10), true)] {
            let id = try manager.connect(remote)
            manager.succeed(id)
            manager.run(for: wait)
            try manager.addPersistent(remote)
            #expect((manager.table.persistence(of: id)?.downSince == nil) == isReady)
            try manager.remove(.id(id))
        }
    }

    @Test("is the longest of several, and is counted anew when the network returns")
    func several() throws {
        let (manager, id) = try manager()
        let first = manager.now.instant
        manager.run(for: .seconds(7))
        manager.fail(try manager.addPersistent("\(peer(1))"))
        #expect(manager.core.persistentDownSince == first)
        try manager.setNetworkActive(false)
        #expect(
            manager.table.persistence(of: id)?.setback?.cause
                == .failed(.cancelled(by: .networkInactive))
        )
        try manager.setNetworkActive(true)
        #expect(
            manager.table.persistence(of: id)?.setback?.cause
                == .failed(.cancelled(by: .networkInactive))
        )
        #expect(manager.table.persistence(of: id)?.setback?.number == 0)
        #expect(manager.core.persistentDownSince == first)
        manager.run(for: .seconds(1))
        manager.fail(id)
        #expect(manager.table.persistence(of: id)?.setback?.number == 1)
    }

    @Test("is said anew after the network's return, though nobody is to blame for it still")
    func saidAnew() throws {
        let (manager, id) = try manager()
        manager.fail(id, .noRoute)
        manager.run(for: .seconds(5))
        manager.fail(id, .noRoute)
        #expect(manager.trace.count { $0 == "failed again \(id): noRoute" } == 1)
        try manager.setNetworkActive(false)
        try manager.setNetworkActive(true)
        manager.run(for: .seconds(1))
        manager.fail(id, .noRoute)
        #expect(manager.trace.count { $0 == "failed \(id): noRoute" } == 2)
        #expect(manager.trace.count { $0 == "failed again \(id): noRoute" } == 1)
    }
}
