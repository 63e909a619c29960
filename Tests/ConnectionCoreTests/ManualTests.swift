import Addressing
import ConnectionCore
import Facts
import Testing
import Timing

@Suite("A connection that an operator asks for")
struct ManualTests {
    private let remote = "203.0.113.7:9108"

    /// Why it may be refused, in the order of the checks.
    enum Rule: CaseIterable {
        case unsupported, shuttingDown, networkInactive, banned, persistent, pending, perHost, slots
    }

    @Test("is refused for the first reason, in the order of the checks", arguments: Rule.allCases)
    func order(first: Rule) throws {
        let index = Rule.allCases.firstIndex(of: first) ?? 0
        let broken = Set(Rule.allCases[index...])
        let manager = TestManager {
            // One manual connection, and no other beside it.
            $0.limits.connections = 1
            $0.limits.reservedManual = 1
            $0.limits.perHost = broken.contains(.perHost) ? 1 : 0
        }
        var asked = target(remote)
        // Both a pending and a persistent one can't be, so the later check has a test of its own.
        var holder: ConnectionID?
        if broken.contains(.persistent) {
            holder = try manager.addPersistent(remote)
            try manager.connect("203.0.113.8:1")
        } else if broken.contains(.pending) {
            holder = try manager.connect(remote)
        } else if broken.contains(.perHost) {
            try manager.connect("203.0.113.7:1")
        } else {
            try manager.connect("203.0.113.8:1")
        }
        if broken.contains(.banned) { try manager.ban("203.0.113.7") }
        if broken.contains(.networkInactive) { try manager.setNetworkActive(false) }
        if broken.contains(.shuttingDown) { manager.shutDown() }
        if broken.contains(.unsupported) {
            asked = .address(PeerAddress(ip("203.0.113.7"), port: 0))
        }

        let found = refusal {
            try manager.command { core, now, actions throws(Refusal) in
                try core.connect(asked, at: now, &actions)
            }
        }
        let expected: Refusal? =
            switch first {
            case .unsupported: .unsupportedAddress(asked.description, reason: asked.obstacle)
            case .shuttingDown: .shuttingDown
            case .networkInactive: .networkInactive
            case .banned: .banned(prefix("203.0.113.7"), until: nil)
            case .persistent: holder.map { .duplicatePersistent($0) }
            case .pending: holder.map { .alreadyPending($0) }
            case .perHost: .tooManyPerHost(limit: 1)
            case .slots: .tooManyConnections(limit: 1)
            }
        #expect(found == expected)
    }

    @Test("is refused while its address is connected, whoever connected it")
    func connected() throws {
        let manager = TestManager { $0.outbound.target = 1 }
        let inbound = try manager.admit(remote)
        #expect(throws: Refusal.alreadyConnected(inbound)) { try manager.connect(remote) }
        manager.source.append(peer(0))
        manager.run(for: .seconds(5))
        let outbound = try #require(manager.dialing.first)
        #expect(throws: Refusal.alreadyPending(outbound)) { try manager.connect("\(peer(0))") }
        manager.succeed(outbound)
        #expect(throws: Refusal.alreadyConnected(outbound)) { try manager.connect("\(peer(0))") }
        let manual = try manager.connect("\(peer(1))")
        manager.succeed(manual)
        #expect(throws: Refusal.alreadyConnected(manual)) { try manager.connect("\(peer(1))") }
        #expect(throws: Refusal.alreadyConnected(inbound)) {
            try manager.connect("[::ffff:203.0.113.7]:9108")
        }
    }

    @Test("is refused for a persistent peer in every phase")
    func persistent() throws {
        let manager = TestManager()
        let id = try manager.addPersistent(remote)
        #expect(throws: Refusal.duplicatePersistent(id)) { try manager.connect(remote) }
        manager.succeed(id)
        #expect(throws: Refusal.duplicatePersistent(id)) { try manager.connect(remote) }
        manager.lose(id)
        #expect(manager.table[id]?.isWaiting == true)
        #expect(throws: Refusal.duplicatePersistent(id)) { try manager.connect(remote) }
        try manager.remove(.id(id))
        try manager.connect(remote)
    }

    private func unsupported(_ target: PeerTarget) -> Refusal {
        .unsupportedAddress(target.description, reason: target.obstacle)
    }

    @Test(
        "is refused at what no socket can reach",
        arguments: ["0.0.0.0", "::", "224.0.0.1", "ff02::1", "255.255.255.255"]
    )
    func unsupported(host: String) {
        let manager = TestManager()
        let remote = "\(PeerAddress(ip(host), port: 9108))"
        #expect(throws: unsupported(target(remote))) { try manager.connect(remote) }
        #expect(throws: unsupported(target(remote))) {
            try manager.addPersistent(remote)
        }
    }

    @Test("is not redialled when it ends")
    func once() throws {
        let manager = TestManager()
        let id = try manager.connect(remote)
        manager.succeed(id)
        manager.run(for: .seconds(100))
        manager.lose(id)
        manager.run(for: .seconds(1_000))
        #expect(manager.dials.count == 1)
        #expect(manager.table.count == 0)
    }

    @Test("goes through while the automatic dialler pauses")
    func whilePaused() throws {
        let manager = TestManager { $0.outbound.target = 1 }
        manager.source.append(contentsOf: (0..<40).map { peer($0) })
        manager.run(for: .zero)
        while let id = manager.dialing.first { manager.fail(id) }
        #expect(manager.trace.last == "paused after 25 for 5 s")
        try manager.connect(remote)
        #expect(manager.dials.count == 26)
    }
}
