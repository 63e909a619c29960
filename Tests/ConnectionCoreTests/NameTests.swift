import Addressing
import ConnectionCore
import Facts
import Testing
import Timing

@Suite("A peer that is given by name")
struct NameTests {
    private let name = "seed.example.org:9108"
    private let first = "203.0.113.1:9108"
    private let second = "203.0.113.2:9108"
    private let third = "203.0.113.3:9108"

    @Test("is resolved, then dialled at the first address")
    func order() throws {
        let manager = TestManager()
        let id = try manager.connect(name)
        #expect(manager.table[id]?.remote == nil)
        manager.resolve(id, to: [first, second])
        #expect(manager.table[id]?.remote == address(first))
        manager.succeed(id)
        #expect(
            manager.trace == [
                "attempting 1", "resolve 1 \(name)", "dial 1 \(first)", "connected 1",
            ]
        )
    }

    @Test("is dialled at one address after the other, in the resolver's order")
    func addresses() throws {
        let manager = TestManager()
        let id = try manager.connect(name)
        manager.resolve(id, to: [third, first, second])
        manager.fail(id, .refused)
        manager.fail(id, .unreachable)
        #expect(manager.dials.map(\.address) == [third, first, second].map(address))
        manager.fail(id, .noRoute)
        #expect(manager.trace.suffix(2) == ["failed 1: noRoute", "close 1"])
        #expect(manager.trace.count { $0.hasPrefix("failed") } == 1)
        #expect(manager.table.count == 0)
    }

    @Test("frees the address that failed for others")
    func freed() throws {
        let manager = TestManager()
        let id = try manager.connect(name)
        manager.resolve(id, to: [first, second])
        #expect(throws: Refusal.alreadyPending(id)) { try manager.admit(first) }
        manager.fail(id)
        try manager.admit(first)
        #expect(throws: Refusal.alreadyPending(id)) { try manager.admit(second) }
    }

    @Test("has 30 s for resolving and the first address together, and 30 s for each further one")
    func timeouts() throws {
        let manager = TestManager()
        let id = try manager.connect(name)
        manager.run(for: .seconds(20))
        manager.resolve(id, to: [first, second])
        manager.run(for: .seconds(10) - .tick)
        #expect(manager.dials.count == 1)
        manager.run(for: .tick)
        #expect(manager.dials.map(\.address) == [first, second].map(address))
        manager.run(for: .seconds(30) - .tick)
        #expect(manager.dialing == [id])
        manager.run(for: .tick)
        #expect(manager.table.count == 0)
    }

    @Test("times out after 30 s without an answer of the resolver, whose late word changes nothing")
    func lateResolver() throws {
        let manager = TestManager()
        let id = try manager.addPersistent(name)
        let attempt = try #require(manager.attempt(of: id))
        manager.run(for: .seconds(30) - .tick)
        #expect(manager.dialing == [id])
        manager.run(for: .tick)
        #expect(manager.trace.contains("failed 1: timedOut(after: 30.0 seconds)"))
        manager.tell(.resolved(attempt, [address(first)]))
        #expect(manager.dials.isEmpty)
        manager.run(for: .seconds(5))
        manager.tell(.resolved(attempt, [address(first)]))
        #expect(manager.dials.isEmpty)
        manager.resolve(id, to: [second])
        manager.tell(.resolved(attempt, [address(first)]))
        #expect(manager.dials.map(\.address) == [address(second)])
    }

    @Test("isn't dialled twice because the resolver answers twice")
    func secondAnswer() throws {
        let manager = TestManager()
        let id = try manager.connect(name)
        let attempt = try #require(manager.attempt(of: id))
        manager.resolve(id, to: [first])
        manager.tell(.resolved(attempt, [address(second)]))
        #expect(manager.dials.map(\.address) == [address(first)])
    }

    @Test("isn't answered by a late end of the dial of its first address")
    func lateDial() throws {
        let manager = TestManager()
        let id = try manager.connect(name)
        manager.resolve(id, to: [first, second])
        let attempt = try #require(manager.attempt(of: id))
        manager.fail(id)
        manager.tell(.dialSucceeded(attempt, local: address("192.0.2.1:50000")))
        manager.tell(.dialFailed(attempt, .refused))
        #expect(manager.dialing == [id])
        #expect(manager.table[id]?.remote == address(second))
    }

    @Test("fails if it doesn't resolve, or to nothing")
    func unresolved() throws {
        let manager = TestManager()
        manager.fail(try manager.connect(name), .unresolved("unknown name"))
        #expect(manager.trace.contains("failed 1: unresolved(\"unknown name\")"))
        manager.resolve(try manager.connect(name), to: [])
        #expect(manager.trace.contains("failed 2: unresolved(\"no address\")"))
        #expect(manager.table.count == 0)
        #expect(manager.source.told == [])
    }

    @Test("isn't dialled at addresses that are connected or being dialled already")
    func connectedAddresses() throws {
        let manager = TestManager()
        manager.succeed(try manager.connect(first))
        try manager.connect(second)
        let id = try manager.connect(name)
        manager.resolve(id, to: [first, second, third])
        #expect(manager.table[id]?.remote == address(third))
    }

    @Test("backs off as alreadyConnected if all of its addresses are connected")
    func allConnected() throws {
        let manager = TestManager()
        try manager.admit(first)
        let other = try manager.admit(second)
        let id = try manager.addPersistent(name)
        manager.resolve(id, to: [first, second])
        #expect(manager.trace.contains("failed \(id): alreadyConnected(\(other))"))
        #expect(manager.trace.last == "retrying \(id), retries 1")
        #expect(manager.table[id]?.isWaiting == true)
    }

    @Test("names the dial that failed as the cause, though its other addresses are connected")
    func causeOfMixed() throws {
        for addresses in [[first, second], [second, first]] {
            let manager = TestManager()
            try manager.admit(second)
            let id = try manager.connect(name)
            manager.resolve(id, to: addresses)
            manager.fail(id, .refused)
            #expect(manager.trace.contains("failed \(id): refused"))
        }
    }

    @Test("tells the address source of every address that failed")
    func told() throws {
        let manager = TestManager()
        let id = try manager.connect(name)
        manager.resolve(id, to: [first, second, third])
        manager.fail(id, .refused)
        manager.fail(id, .noRoute)
        manager.succeed(id)
        manager.run(for: .seconds(10))
        #expect(manager.source.told == [.failed(address(first)), .succeeded(address(third))])
    }

    @Test("isn't dialled at banned addresses and full hosts, unless it is persistent")
    func obstacles() throws {
        for isPersistent in [false, true] {
            let manager = TestManager { $0.limits.perHost = 1 }
            try manager.ban("203.0.113.1")
            try manager.admit("203.0.113.2:1")
            let id = try isPersistent ? manager.addPersistent(name) : manager.connect(name)
            manager.resolve(id, to: [first, second, third])
            let expected = isPersistent ? first : third
            #expect(manager.table[id]?.remote == address(expected))
        }
    }

    @Test("of which every address is banned fails with the last one's ban")
    func banned() throws {
        let manager = TestManager()
        try manager.ban("203.0.113.1")
        try manager.ban("203.0.113.2", for: .seconds(60))
        let id = try manager.connect(name)
        manager.resolve(id, to: [first, second])
        guard case .failed(_, let failure) = manager.reports.last else {
            Issue.record("\(manager.reports)")
            return
        }
        let until = manager.now.wall + .seconds(60)
        #expect(failure == .banned(prefix("203.0.113.2"), until: until))
    }

    @Test("isn't dialled at addresses that no socket reaches")
    func undialable() throws {
        let manager = TestManager()
        let id = try manager.connect(name)
        manager.resolve(id, to: ["0.0.0.0:9108", "224.0.0.1:9108", first])
        #expect(manager.dials.map(\.address) == [address(first)])
        let other = try manager.connect("other.example.org:9108")
        manager.resolve(other, to: ["[::]:9108"])
        #expect(manager.trace.contains("failed \(other): unsupportedAddress"))
    }

    @Test("goes on to its next address after reaching ourselves")
    func selfConnection() throws {
        let manager = TestManager()
        let id = try manager.connect(name)
        manager.resolve(id, to: [first, second])
        manager.succeed(id, local: first)
        #expect(manager.dials.map(\.address) == [first, second].map(address))
    }

    @Test("is resolved anew at each attempt")
    func anew() throws {
        let manager = TestManager()
        let id = try manager.addPersistent(name)
        manager.resolve(id, to: [first])
        manager.succeed(id)
        manager.run(for: .seconds(60))
        manager.lose(id)
        #expect(manager.table[id]?.remote == nil)
        manager.resolve(id, to: [second])
        #expect(manager.dials.map(\.address) == [first, second].map(address))
        manager.fail(id)
        manager.run(for: .seconds(5))
        #expect(manager.trace.count { $0 == "resolve 1 \(name)" } == 3)
    }

    @Test("is in the table once, by its name as well as by its address")
    func duplicates() throws {
        let manager = TestManager()
        let id = try manager.connect(name)
        #expect(throws: Refusal.alreadyPending(id)) { try manager.connect(name) }
        #expect(throws: Refusal.alreadyPending(id)) { try manager.addPersistent(name) }
        manager.resolve(id, to: [first])
        #expect(throws: Refusal.alreadyPending(id)) { try manager.connect(first) }
        manager.succeed(id)
        #expect(throws: Refusal.alreadyConnected(id)) { try manager.connect(name) }
        #expect(throws: Refusal.alreadyConnected(id)) { try manager.connect(first) }
        #expect(try manager.addPersistent(name) == id)
        #expect(throws: Refusal.duplicatePersistent(id)) { try manager.addPersistent(name) }
        #expect(throws: Refusal.duplicatePersistent(id)) { try manager.connect(name) }
        #expect(throws: Refusal.duplicatePersistent(id)) { try manager.addPersistent(first) }
        try manager.addPersistent("SEED.example.org:9109")
    }

    @Test("is one peer with a dot at its end, and resolved as the configuration writes it now")
    func absolute() throws {
        let manager = TestManager()
        let dotted = "seed.example.org.:9108"
        manager.reload(persistent: [name])
        let id = try #require(manager.connections.first?.id)
        #expect(throws: Refusal.duplicatePersistent(id)) { try manager.addPersistent(dotted) }
        manager.resolve(id, to: [first])
        manager.reload(persistent: [dotted])
        #expect(manager.connections.map(\.id) == [id])
        manager.fail(id)
        manager.run(for: .seconds(10))
        #expect(manager.trace.contains("resolve \(id) \(dotted)"))
        try manager.remove(.address(name))
        #expect(manager.table.count == 0)
    }

    @Test("keeps the automatic dialler away from its last address, until it is removed")
    func lastAddress() throws {
        let manager = TestManager { $0.outbound.target = 1 }
        let id = try manager.addPersistent(name)
        manager.resolve(id, to: [first])
        manager.fail(id)
        manager.source.append(address(first))
        manager.run(for: .seconds(30))
        #expect(!manager.connections.contains { $0.kind == .outbound })
        try manager.remove(.address(name))
        manager.run(for: .seconds(5))
        #expect(manager.connections.map(\.kind) == [.outbound])
        #expect(manager.connections.first?.remote == address(first))
    }

    @Test("keeps its last group while it waits or is resolved, until it is removed")
    func lastGroup() throws {
        let manager = TestManager { $0.outbound.target = 1 }
        let id = try manager.addPersistent(name)
        manager.resolve(id, to: ["203.0.113.7:9108"])
        manager.fail(id)
        manager.source.append(address("203.0.200.9:9108"))
        manager.run(for: .seconds(120))
        #expect(!manager.dials.contains { $0.address == address("203.0.200.9:9108") })
        try manager.remove(.id(id))
        manager.run(for: .seconds(60))
        #expect(manager.dials.contains { $0.address == address("203.0.200.9:9108") })
    }

    @Test("is found by its name, its address and its number")
    func found() throws {
        for selector in [
            Selector.address(name), .address(first), .host(ip("203.0.113.1")), .number(1),
        ] {
            let manager = TestManager()
            let id = try manager.connect(name)
            manager.resolve(id, to: [first])
            manager.succeed(id)
            #expect(try manager.disconnect(selector) == 1)
            #expect(manager.table.count == 0)
        }
    }
}
