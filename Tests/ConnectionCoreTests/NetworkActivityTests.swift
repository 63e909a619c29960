import Addressing
import ConnectionCore
import Facts
import Testing
import Timing

@Suite("The network's activity")
struct NetworkActivityTests {
    private let remote = "203.0.113.7:9108"

    @Test("when it ends, closes everything, cancels every dial and keeps persistent peers waiting")
    func off() throws {
        let manager = TestManager { $0.outbound.target = 1 }
        manager.source.append(peer(0))
        manager.run(for: .zero)
        let inbound = try manager.admit("198.51.100.7:1")
        let persistent = try manager.addPersistent(remote)
        manager.succeed(persistent)
        manager.forgetTrace()
        try manager.setNetworkActive(false)
        #expect(
            manager.trace == [
                "network off",
                "failed 1: cancelled(by: Facts.Canceller.networkInactive)", "close 1",
                "ended \(inbound): networkInactive after 0 s", "close \(inbound)",
                "ended \(persistent): networkInactive after 0 s", "close \(persistent)",
            ]
        )
        #expect(manager.connections.map(\.id) == [persistent])
        #expect(manager.core.deadline.map { $0 > manager.now.instant } ?? true)
        manager.run(for: .seconds(100_000))
        #expect(manager.trace.count == 7)
    }

    @Test("while it lacks, refuses peers and connections")
    func refused() throws {
        let manager = TestManager()
        try manager.setNetworkActive(false)
        #expect(throws: Refusal.networkInactive) { try manager.admit(remote) }
        #expect(throws: Refusal.networkInactive) { try manager.connect(remote) }
        #expect(throws: Refusal.networkInactive) { try manager.connect("seed.example.org:1") }
        try manager.setNetworkActive(true)
        try manager.admit(remote)
    }

    @Test("when it returns, ends every backoff and spreads the dials over one second")
    func spread() throws {
        let manager = TestManager { $0.outbound.target = 8 }
        manager.source.append(contentsOf: (0..<100).map { peer($0) })
        for number in 1_000..<1_008 {
            let id = try manager.addPersistent("\(peer(number))")
            for _ in 0..<10 {
                manager.fail(id)
                manager.run(for: .seconds(300))
                if !manager.dialing.contains(id) { break }
            }
        }
        try manager.setNetworkActive(false)
        manager.run(for: .seconds(77))
        manager.forgetTrace()
        let start = manager.now.instant
        try manager.setNetworkActive(true)
        manager.run(for: .seconds(1))
        #expect(manager.dials.count == 16)
        #expect(manager.dials.allSatisfy { $0.at - start < .seconds(1) })
        let outbound = manager.dials.filter { $0.address < peer(1_000) }.map { $0.at - start }
        #expect(outbound == (0..<8).map { .milliseconds(125 * $0) })
        let persistent = manager.dials.filter { $0.address >= peer(1_000) }.map(\.at)
        #expect(Set(persistent).count == 8)
        for id in manager.connections.filter(\.isPersistent).map(\.id) {
            #expect(manager.table.persistence(of: id)?.retries == 0)
        }
    }

    @Test("when it returns, ends the pause of the outbound dialler")
    func pause() throws {
        let manager = TestManager { $0.outbound.target = 1 }
        manager.source.append(contentsOf: (100..<125).map { peer($0) })
        manager.run(for: .zero)
        while let id = manager.dialing.first { manager.fail(id) }
        #expect(manager.trace.contains("paused after 25 for 5 s"))
        manager.forgetTrace()
        try manager.setNetworkActive(false)
        manager.source.append(contentsOf: (0..<100).map { peer($0) })
        try manager.setNetworkActive(true)
        #expect(manager.dials.count == 1)
        // The failures are counted anew, too.
        manager.forgetTrace()
        for _ in 0..<24 {
            manager.fail(manager.dialing[0])
            manager.run(for: .seconds(1))
        }
        #expect(!manager.trace.contains("paused after 25 for 5 s"))
    }

    @Test("that is set to what it is changes nothing")
    func same() throws {
        let manager = TestManager()
        try manager.admit(remote)
        manager.forgetTrace()
        try manager.setNetworkActive(true)
        #expect(manager.trace == [])
        #expect(manager.table.count == 1)
        try manager.setNetworkActive(false)
        manager.forgetTrace()
        try manager.setNetworkActive(false)
        #expect(manager.trace == [])
    }

    @Test("while it lacks, lets persistent peers be disconnected and removed")
    func commands() throws {
        let manager = TestManager()
        let id = try manager.addPersistent(remote)
        try manager.setNetworkActive(false)
        #expect(try manager.disconnect(.id(id)) == 1)
        #expect(manager.table[id]?.phase == .waiting(until: .distantFuture))
        #expect(try manager.remove(.id(id)) == 1)
        #expect(manager.table.count == 0)
    }
}

extension PeerAddress {
    /// Examples come from one range, in the order of their addresses.
    fileprivate static func < (left: PeerAddress, right: PeerAddress) -> Bool {
        (left.ip?.low ?? 0) < (right.ip?.low ?? 0)
    }

    fileprivate static func >= (left: PeerAddress, right: PeerAddress) -> Bool {
        !(left < right)
    }
}
