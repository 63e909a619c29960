import Addressing
import ConnectionCore
import Facts
import Testing
import Timing

@Suite("Refusals of inbound peers")
struct RefusalReportTests {
    /// Refuses everybody.
    private func closedManager() throws -> TestManager {
        let manager = TestManager()
        try manager.setNetworkActive(false)
        manager.forgetTrace()
        return manager
    }

    private func refuse(_ count: Int, at manager: TestManager) {
        for _ in 0..<count {
            #expect(throws: Refusal.networkInactive) { try manager.admit("198.51.100.7:1") }
        }
    }

    private let line = "refused 198.51.100.7:1: networkInactive"

    @Test("are reported 4 times, then silenced for a minute, then counted")
    func quieting() throws {
        let manager = try closedManager()
        refuse(4, at: manager)
        #expect(manager.trace == [line, line, line, line])
        manager.forgetTrace()
        refuse(1, at: manager)
        #expect(manager.trace == ["silent for 1 min"])
        manager.forgetTrace()
        refuse(94, at: manager)
        manager.run(for: .seconds(60) - .tick)
        refuse(5, at: manager)
        #expect(manager.trace == [])
        manager.run(for: .tick)
        #expect(manager.trace == ["suppressed 100 in 1 min"])
    }

    @Test("are reported once a minute after a silence, and silenced again")
    func afterSilence() throws {
        let manager = try closedManager()
        refuse(5, at: manager)
        manager.run(for: .seconds(60))
        manager.forgetTrace()
        refuse(2, at: manager)
        #expect(manager.trace == [line, "silent for 1 min"])
        manager.run(for: .seconds(60))
        #expect(manager.trace.last == "suppressed 1 in 1 min")
    }

    @Test("are all reported if there is one a minute")
    func steady() throws {
        let manager = try closedManager()
        refuse(3, at: manager)
        for _ in 0..<20 {
            refuse(1, at: manager)
            manager.run(for: .seconds(60))
        }
        #expect(manager.trace == Array(repeating: line, count: 23))
    }

    @Test("are counted by reason, reported or not")
    func counting() throws {
        let manager = try closedManager()
        refuse(50, at: manager)
        try manager.setNetworkActive(true)
        try manager.ban("203.0.113.0/24")
        for _ in 0..<3 { _ = refusal { try manager.admit("203.0.113.7:1") } }
        for port in 1...3 { try manager.admit("198.51.100.7:\(port)") }
        for port in 4...5 { _ = refusal { try manager.admit("198.51.100.7:\(port)") } }
        _ = refusal { try manager.admit("127.0.0.1:1") }
        _ = refusal { try manager.admit("127.0.0.1:1") }
        manager.tell(.acceptFailed(errno: 24))
        let counts = manager.core.refusals
        #expect(counts[.networkInactive] == 50)
        #expect(counts[.banned] == 3)
        #expect(counts[.rateLimited] == 2)
        #expect(counts[.duplicate] == 1)
        #expect(counts[.resourcesExhausted] == 1)
        #expect(counts.total == 57)
    }

    @Test("of operators' commands are counted as none")
    func commands() {
        let manager = TestManager()
        #expect(throws: Refusal.notFound) { try manager.disconnect(.number(7)) }
        #expect(manager.core.refusals.total == 0)
        #expect(manager.trace == [])
    }
}
