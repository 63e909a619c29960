import ConnectionCore
import Facts
import Testing
import Timing

@Suite("A status")
struct StatusQuestionTests {
    @Test("has the nearest retries first, no more than asked for, and those without a time last")
    func retries() throws {
        let manager = TestManager { $0.persistent.max = 100 }
        for number in 0..<100 { manager.fail(try manager.addPersistent("\(peer(number))")) }
        let retries = manager.core.retries(limit: 64)
        #expect(retries.count == 64)
        let times = retries.compactMap(\.at)
        #expect(times == times.sorted() && times.count == 64)
        #expect(retries.allSatisfy { $0.retries == 1 })
        let all = manager.core.retries(limit: 1_000).compactMap(\.at)
        #expect(Array(all.prefix(64)) == times && all.count == 100)
        try manager.setNetworkActive(false)
        #expect(manager.core.retries(limit: 1_000).allSatisfy { $0.at == nil })
    }

    @Test("has no retry of what is dialled or connected")
    func noRetries() throws {
        let manager = TestManager()
        try manager.addPersistent("\(peer(1))")
        manager.succeed(try manager.addPersistent("\(peer(2))"))
        #expect(manager.core.retries(limit: 64) == [])
    }

    @Test("says how many failed in a row, and until when no attempt starts")
    func pause() {
        let manager = TestManager { $0.outbound.target = 1 }
        manager.source.append(contentsOf: (0..<40).map { peer($0) })
        manager.run(for: .zero)
        for _ in 0..<24 { manager.fail(manager.dialing[0]) }
        #expect(manager.core.outboundFailures == 24)
        #expect(manager.core.outboundPausedUntil(at: manager.now.instant) == nil)
        manager.fail(manager.dialing[0])
        let end = manager.now.instant + .seconds(5)
        #expect(manager.core.outboundFailures == 25)
        #expect(manager.core.outboundPausedUntil(at: manager.now.instant) == end)
        manager.pass(.seconds(5))
        #expect(manager.core.outboundPausedUntil(at: manager.now.instant) == nil)
    }

    @Test("says until when exhausted descriptors keep anything from being dialled")
    func exhausted() throws {
        let manager = TestManager()
        manager.fail(try manager.connect("\(peer(1))"), .resourcesExhausted(errno: 24))
        let end = manager.now.instant + .seconds(5)
        #expect(manager.core.outboundPausedUntil(at: manager.now.instant) == end)
    }

    @Test("tells whom the configuration named from whom an operator added")
    func origins() throws {
        let manager = TestManager()
        let added = try manager.addPersistent("\(peer(1))")
        manager.reload(persistent: ["\(peer(2))"])
        let peers = manager.core.persistentPeers
        #expect(peers.map(\.origin) == [.runtime, .configuration])
        #expect(peers.map(\.target) == [target("\(peer(1))"), target("\(peer(2))")])
        #expect(peers.first?.id == added)
    }

    @Test("lists connections in pages by their slots, each on one page", arguments: [1, 3, 64])
    func pages(limit: Int) throws {
        let manager = TestManager()
        let ids = try (0..<9).map { try manager.admit("\(peer($0))") }
        manager.lose(ids[4])
        var seen: [ConnectionID] = []
        var next: Int? = 0
        while let slot = next {
            let page = manager.table.page(fromSlot: slot, limit: limit)
            #expect(page.connections.count <= limit)
            seen += page.connections.map(\.id)
            next = page.nextSlot
        }
        #expect(seen == ids.filter { $0 != ids[4] })
    }

    @Test("looks at a bounded number of slots for a page, however few are wanted")
    func boundedPages() throws {
        let manager = TestManager {
            $0.limits.connections = 100_000
            $0.limits.perHost = 0
            $0.inbound.burst = 100_000
            $0.inbound.floodThreshold = 100_000
        }
        manager.checksEachStep = false
        let most = ConnectionTable.slotsPerPage
        for number in 0..<most + 10 {
            try manager.admit("198.51.100.\(number / 60_000):\(1 + number % 60_000)")
        }
        let manual = try manager.connect("\(peer(5))")
        let page = manager.table.page(limit: 64) { $0.kind == .manual }
        #expect(page.connections.isEmpty && page.nextSlot == most)
        let next = manager.table.page(fromSlot: most, limit: 64) { $0.kind == .manual }
        #expect(next.connections.map(\.id) == [manual] && next.nextSlot == nil)
    }

    @Test("lists only what is wanted, with no empty page at the end")
    func selection() throws {
        let manager = TestManager()
        for number in 0..<5 { try manager.admit("\(peer(number))") }
        let manual = try manager.connect("\(peer(5))")
        for number in 6..<9 { try manager.admit("\(peer(number))") }
        let page = manager.table.page(limit: 1) { $0.kind == .manual }
        #expect(page.connections.map(\.id) == [manual])
        #expect(page.nextSlot == nil)
        #expect(manager.table.page(fromSlot: 100, limit: 1).connections.isEmpty)
    }
}
