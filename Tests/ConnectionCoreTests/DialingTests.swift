import Addressing
import ConnectionCore
import Facts
import Testing
import Timing

@Suite("A dial")
struct DialingTests {
    private let remote = "203.0.113.7:9108"

    @Test("that succeeds is a connection with its addresses and its time")
    func success() throws {
        let manager = TestManager()
        let id = try manager.connect(remote)
        manager.run(for: .seconds(3))
        manager.succeed(id, local: "192.0.2.1:50000")
        let connection = try #require(manager.table[id])
        #expect(connection.kind == .manual)
        #expect(connection.remote == address(remote))
        #expect(connection.local == address("192.0.2.1:50000"))
        #expect(connection.establishedSince == manager.now.instant)
        #expect(manager.trace == ["attempting 1", "dial 1 \(remote)", "connected 1"])
    }

    @Test("times out after 30 s")
    func timeout() throws {
        let manager = TestManager()
        let id = try manager.connect(remote)
        manager.run(for: .seconds(30) - .tick)
        #expect(manager.dialing == [id])
        manager.run(for: .tick)
        #expect(manager.table.count == 0)
        #expect(
            manager.trace.suffix(2) == ["failed 1: timedOut(after: 30.0 seconds)", "close 1"]
        )
    }

    @Test("has the timeout that is set")
    func timeoutSetting() throws {
        let manager = TestManager { $0.outbound.dialTimeout = .seconds(7) }
        try manager.connect(remote)
        manager.run(for: .seconds(7) - .tick)
        #expect(manager.table.count == 1)
        manager.run(for: .tick)
        #expect(manager.table.count == 0)
    }

    @Test("that has ended leaves its slot and address free at once")
    func free() throws {
        let manager = TestManager()
        let first = try manager.connect(remote)
        manager.fail(first)
        let second = try manager.connect(remote)
        #expect(second.number == first.number + 1)
        #expect(second.slot == first.slot)
    }

    /// The ways in which a dial is given up.
    enum GivingUp: CaseIterable {
        case timeout, disconnect, abandon, ban, networkOff, shutdown

        func apply(to id: ConnectionID, at manager: TestManager) throws {
            switch self {
            case .timeout: manager.run(for: .seconds(30))
            case .disconnect: try manager.disconnect(.id(id))
            case .abandon: manager.abandon(id)
            case .ban: try manager.ban("16.0.0.0/16")
            case .networkOff: try manager.setNetworkActive(false)
            case .shutdown: manager.shutDown()
            }
        }

        var cause: DialFailure {
            switch self {
            case .timeout: .timedOut(after: .seconds(30))
            case .disconnect: .cancelled(by: .operator)
            case .abandon: .cancelled(by: .caller)
            case .ban: .cancelled(by: .ban)
            case .networkOff: .cancelled(by: .networkInactive)
            case .shutdown: .cancelled(by: .shutdown)
            }
        }
    }

    @Test(
        "that was given up is reported with its cause, and closed; a late answer changes nothing",
        arguments: GivingUp.allCases
    )
    func late(how: GivingUp) throws {
        let manager = TestManager { $0.outbound.target = 1 }
        manager.source.append(peer(0))
        manager.run(for: .zero)
        let id = try #require(manager.dialing.first)
        let attempt = try #require(manager.attempt(of: id))
        manager.source.removeAll()
        try how.apply(to: id, at: manager)
        let ends = manager.trace.filter { $0.hasPrefix("failed") || $0.hasPrefix("close") }
        #expect(ends == ["failed \(id): \(how.cause)", "close \(id)"])
        #expect(manager.table.count == 0)

        manager.forgetTrace()
        manager.tell(.dialSucceeded(attempt, local: address("192.0.2.1:50000")))
        manager.tell(.dialFailed(attempt, .refused))
        manager.tell(.closed(id, .closedByPeer))
        #expect(manager.trace == [])
        #expect(manager.table.count == 0)
        #expect(manager.source.told == (how == .timeout ? [.failed(peer(0))] : []))
    }

    @Test("that was abandoned after it succeeded stays connected")
    func abandonedLate() throws {
        let manager = TestManager()
        let id = try manager.connect(remote)
        manager.succeed(id)
        manager.abandon(id)
        #expect(manager.table[id]?.establishedSince != nil)
    }

    @Test("of a persistent connection doesn't end because its asker has gone")
    func abandonedPersistent() throws {
        let manager = TestManager()
        let id = try manager.addPersistent(remote)
        manager.abandon(id)
        #expect(manager.dialing == [id])
    }

    @Test("of a persistent connection isn't answered by what an earlier one led to")
    func lateForNextAttempt() throws {
        let manager = TestManager()
        let id = try manager.addPersistent(remote)
        let first = try #require(manager.attempt(of: id))
        manager.run(for: .seconds(35))
        let second = try #require(manager.attempt(of: id))
        #expect(first != second && first.id == second.id)
        manager.tell(.dialSucceeded(first, local: address("192.0.2.1:50000")))
        manager.tell(.dialFailed(first, .refused))
        #expect(manager.dialing == [id])
        manager.succeed(id)
        #expect(manager.table[id]?.establishedSince == manager.now.instant)
    }

    @Test("that leads to ourselves is closed and is no failure of the address")
    func selfConnection() throws {
        let manager = TestManager { $0.outbound.target = 1 }
        manager.source.append(peer(0))
        manager.run(for: .zero)
        let id = try #require(manager.dialing.first)
        manager.succeed(id, local: "\(peer(0))")
        #expect(manager.trace.contains("failed \(id): selfConnection"))
        #expect(manager.trace.contains("close \(id)"))
        #expect(!manager.trace.contains("connected \(id)"))
        #expect(manager.table.count == 0)
        #expect(manager.source.told == [.attempted(peer(0))])
    }

    @Test(
        "tells the address source how it ended, and of no failure that isn't the address's fault",
        arguments: [
            (DialFailure.refused, true), (.timedOut(after: .seconds(30)), true),
            (.unreachable, true), (.io(errno: 71), true), (.noRoute, false),
            (.noLocalEnd(.address), false), (.noLocalEnd(.port(among: nil)), false),
            (.resourcesExhausted(errno: 24), false),
        ]
    )
    func told(failure: DialFailure, isBlamed: Bool) {
        let manager = TestManager { $0.outbound.target = 1 }
        manager.source.append(peer(0))
        manager.run(for: .zero)
        manager.fail(manager.dialing[0], failure)
        #expect(
            manager.source.told
                == (isBlamed ? [.attempted(peer(0)), .failed(peer(0))] : [.attempted(peer(0))])
        )
    }

    @Test("fails as one while many others do, and each is reported once")
    func many() throws {
        let manager = TestManager()
        let ids = try (0..<8).map { try manager.connect("\(peer($0))") }
        for id in ids { manager.fail(id, .unreachable) }
        for id in ids {
            #expect(manager.trace.count { $0 == "failed \(id): unreachable" } == 1)
        }
        #expect(manager.table.count == 0)
    }

    @Test("that is cancelled thousands of times leaves nothing behind, and wakes nobody for long")
    func churn() throws {
        let manager = TestManager()
        for _ in 0..<3_000 { manager.abandon(try manager.connect(remote)) }
        #expect(manager.table.count == 0)
        #expect(manager.table.slotCount == 1)
        // What is left of their deadlines is gone with the last of them.
        manager.run(for: .seconds(30))
        #expect(manager.core.deadline == nil)
    }
}
