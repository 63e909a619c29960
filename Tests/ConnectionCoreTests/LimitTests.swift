import Addressing
import ConnectionCore
import Facts
import Testing
import Timing

@Suite("Limits")
struct LimitTests {
    /// Sources may connect as often as they like here: these tests are about other rules.
    private func manager(_ change: (inout Policy) -> Void = { _ in }) -> TestManager {
        TestManager {
            $0.inbound.burst = 1_000
            $0.inbound.floodThreshold = 100_000
            change(&$0)
        }
    }

    @Test("admit 5 connections of a host, and refuse the sixth")
    func perHost() throws {
        let manager = manager()
        var ids: [ConnectionID] = []
        for port in 1...5 { ids.append(try manager.admit("198.51.100.7:\(port)")) }
        #expect(throws: Refusal.tooManyPerHost(limit: 5)) { try manager.admit("198.51.100.7:6") }
        try manager.admit("198.51.100.8:6")
        manager.lose(ids[2])
        try manager.admit("198.51.100.7:6")
        #expect(throws: Refusal.tooManyPerHost(limit: 5)) { try manager.admit("198.51.100.7:7") }
    }

    @Test("take an IPv6 /64 for one host")
    func perHostOfIPv6() throws {
        let manager = manager()
        for last in 1...5 { try manager.admit("[2001:db8:1:2::\(last)]:1") }
        #expect(throws: Refusal.tooManyPerHost(limit: 5)) {
            try manager.admit("[2001:db8:1:2:ffff::6]:1")
        }
        try manager.admit("[2001:db8:1:3::1]:1")
    }

    @Test("of 0 connections a host are none")
    func unlimitedPerHost() throws {
        let manager = manager { $0.limits.perHost = 0 }
        for port in 1...50 { try manager.admit("198.51.100.7:\(port)") }
        try manager.connect("198.51.100.7:9108")
    }

    @Test("count what is dialled and established to a host, and not what waits")
    func perHostOfAllKinds() throws {
        let manager = manager { $0.limits.perHost = 3 }
        try manager.connect("198.51.100.7:1")
        manager.succeed(try manager.connect("198.51.100.7:2"))
        let persistent = try manager.addPersistent("198.51.100.7:3")
        #expect(throws: Refusal.tooManyPerHost(limit: 3)) { try manager.admit("198.51.100.7:4") }
        #expect(throws: Refusal.tooManyPerHost(limit: 3)) { try manager.connect("198.51.100.7:4") }
        manager.fail(persistent)
        try manager.admit("198.51.100.7:4")
    }

    @Test("of a host don't hinder the persistent peer that the operator named")
    func persistentIsExempt() throws {
        let manager = manager()
        for port in 1...5 { try manager.admit("198.51.100.7:\(port)") }
        let id = try manager.addPersistent("198.51.100.7:9108")
        manager.succeed(id)
        manager.lose(id)
        manager.run(for: .seconds(5))
        #expect(manager.dialing == [id])
    }

    @Test("let the last of all slots be taken, and no further one, whatever the kind")
    func total() throws {
        let manager = manager {
            $0.limits.connections = 20
            $0.limits.reservedManual = 4
            $0.outbound.target = 3
        }
        manager.source.append(contentsOf: (100..<103).map { peer($0) })
        manager.run(for: .zero)
        for id in manager.dialing { manager.succeed(id) }
        // 20 less 3 outbound, 4 manual and 1 feeler.
        for number in 0..<12 { try manager.admit("\(peer(number))") }
        #expect(throws: Refusal.tooManyConnections(limit: 20)) { try manager.admit("\(peer(12))") }
        for number in 20..<24 { try manager.connect("\(peer(number))") }
        #expect(throws: Refusal.tooManyConnections(limit: 20)) {
            try manager.connect("\(peer(24))")
        }
        let used = manager.table.census.limited
        #expect(used == PerKind(inbound: 12, outbound: 3, manual: 4, feeler: 0))
    }

    @Test("keep the outbound peers' slots from inbound ones, even while one is lost")
    func outboundIsReserved() throws {
        let manager = manager { $0.outbound.target = 8 }
        manager.source.append(contentsOf: (1_000..<1_008).map { peer($0) })
        manager.run(for: .zero)
        for id in manager.dialing { manager.succeed(id) }
        for number in 0..<108 { try manager.admit("\(peer(number))") }
        #expect(throws: Refusal.tooManyConnections(limit: 125)) {
            try manager.admit("\(peer(200))")
        }
        manager.source.append(peer(2_000))
        let lost = try #require(manager.connections.first { $0.kind == .outbound })
        manager.lose(lost.id)
        #expect(throws: Refusal.tooManyConnections(limit: 125)) {
            try manager.admit("\(peer(201))")
        }
        #expect(manager.dialing.count == 1)
    }

    @Test("don't count persistent connections among all")
    func persistentBesideTotal() throws {
        let manager = manager {
            $0.limits.connections = 3
            $0.limits.reservedManual = 0
        }
        for number in 0..<8 { manager.succeed(try manager.addPersistent("\(peer(100 + number))")) }
        for number in 0..<2 { try manager.admit("\(peer(number))") }
        #expect(throws: Refusal.tooManyConnections(limit: 3)) { try manager.admit("\(peer(3))") }
        #expect(manager.table.census.persistent == 8)
        #expect(manager.table.count == 10)
    }

    @Test("admit 32 whitelisted peers beside all others, and refuse the 33rd")
    func whitelisted() throws {
        let manager = manager {
            $0.limits.connections = 2
            $0.limits.reservedManual = 0
            $0.limits.whitelist = [prefix("203.0.113.0/24")]
        }
        try manager.admit("198.51.100.7:1")
        #expect(throws: Refusal.tooManyConnections(limit: 2)) {
            try manager.admit("198.51.100.8:1")
        }
        var last: ConnectionID?
        for number in 1...32 { last = try manager.admit("203.0.113.7:\(number)") }
        #expect(throws: Refusal.tooManyWhitelisted(limit: 32)) {
            try manager.admit("203.0.113.8:1")
        }
        manager.lose(try #require(last))
        try manager.admit("203.0.113.8:1")
    }

    @Test("keep 8 persistent peers, and refuse the ninth")
    func persistent() throws {
        let manager = manager()
        for number in 0..<8 { try manager.addPersistent("\(peer(number))") }
        #expect(throws: Refusal.tooManyPersistent(limit: 8)) {
            try manager.addPersistent("\(peer(8))")
        }
        #expect(throws: Refusal.tooManyPersistent(limit: 8)) {
            try manager.addPersistent("seed.example.org:9108")
        }
        try manager.remove(.address("\(peer(3))"))
        try manager.addPersistent("\(peer(8))")
    }

    @Test("keep 5 persistent peers of a host, and refuse the sixth")
    func persistentPerHost() throws {
        let manager = manager()
        for port in 1...5 { try manager.addPersistent("198.51.100.7:\(port)") }
        #expect(throws: Refusal.tooManyPersistentPerHost(limit: 5)) {
            try manager.addPersistent("198.51.100.7:6")
        }
        try manager.addPersistent("198.51.100.8:6")
        // They count while they wait as well.
        for id in manager.dialing { manager.fail(id) }
        #expect(throws: Refusal.tooManyPersistentPerHost(limit: 5)) {
            try manager.addPersistent("198.51.100.7:6")
        }
    }
}
