import Addressing
import ConnectionCore
import Facts
import Testing
import Timing

@Suite("A disconnect by an operator")
struct DisconnectTests {
    private let remote = "203.0.113.7:9108"

    @Test("closes an established connection, once")
    func established() throws {
        let manager = TestManager()
        let id = try manager.admit(remote)
        manager.run(for: .seconds(120))
        manager.forgetTrace()
        #expect(try manager.disconnect(.id(id)) == 1)
        #expect(manager.trace == ["ended 1: byOperator after 2 min", "close 1"])
        #expect(throws: Refusal.notFound) { try manager.disconnect(.id(id)) }
        manager.tell(.closed(id, .closedByPeer))
        #expect(manager.trace.count == 2)
        #expect(manager.table.count == 0)
    }

    @Test("cancels a dial")
    func dialing() throws {
        let manager = TestManager()
        let id = try manager.connect(remote)
        try manager.disconnect(.address(remote))
        #expect(
            manager.trace.suffix(2) == [
                "failed \(id): cancelled(by: Facts.Canceller.operator)", "close \(id)",
            ]
        )
        #expect(manager.table.count == 0)
        try manager.connect(remote)
    }

    @Test("cancels the resolving of a name")
    func resolving() throws {
        let manager = TestManager()
        let id = try manager.connect("seed.example.org:9108")
        let attempt = try #require(manager.attempt(of: id))
        try manager.disconnect(.address("seed.example.org:9108"))
        manager.tell(.resolved(attempt, [address(remote)]))
        #expect(manager.dials.isEmpty)
        #expect(manager.table.count == 0)
    }

    @Test("lets a persistent peer wait for its next retry, from whatever it was doing")
    func persistent() throws {
        let manager = TestManager()
        let id = try manager.addPersistent(remote)
        try manager.disconnect(.id(id))
        #expect(manager.trace.last == "retrying 1, retries 1")
        #expect(manager.table[id]?.isWaiting == true)

        manager.forgetTrace()
        let phase = manager.table[id]?.phase
        #expect(try manager.disconnect(.id(id)) == 1)
        #expect(manager.trace == [])
        #expect(manager.table[id]?.phase == phase)

        manager.run(for: .seconds(5))
        manager.succeed(id)
        try manager.disconnect(.id(id))
        #expect(manager.trace.last == "retrying 1, retries 2")
        manager.run(for: .seconds(10))
        #expect(manager.dialing == [id])
    }

    @Test(
        "finds nothing where nothing is",
        arguments: [
            Selector.number(99), .number(0), .number(.max), .address("198.51.100.1:1"),
            .address("seed.example.org:1"), .host(ip("198.51.100.1")), .host(ip("2001:db8::1")),
        ]
    )
    func unknown(selector: Selector) throws {
        let manager = TestManager()
        try manager.admit(remote)
        #expect(throws: Refusal.notFound) { try manager.disconnect(selector) }
        #expect(throws: Refusal.notFound) { try manager.remove(selector) }
        #expect(manager.table.count == 1)
    }

    @Test("by a bare address ends every connection of it: inbound, outbound, manual, persistent")
    func bareAddress() throws {
        let manager = TestManager {
            $0.outbound.target = 1
            $0.limits.perHost = 0
        }
        let inbound = try manager.admit("16.0.0.1:40000")
        manager.source.append(peer(0))
        manager.run(for: .seconds(5))
        let outbound = try #require(manager.dialing.first)
        manager.succeed(outbound)
        manager.source.removeAll()
        manager.succeed(try manager.connect("16.0.0.1:1"))
        try manager.connect("16.0.0.1:2")
        let persistent = try manager.addPersistent("16.0.0.1:3")
        manager.succeed(persistent)
        let waiting = try manager.addPersistent("16.0.0.1:4")
        manager.fail(waiting)
        let other = try manager.admit("16.0.0.2:40000")

        #expect(try manager.disconnect(.host(ip("16.0.0.1"))) == 6)
        #expect(Set(manager.connections.map(\.id)) == [persistent, waiting, other])
        #expect(manager.table[persistent]?.isWaiting == true)
        #expect(manager.table[inbound] == nil)
    }

    @Test("by a bare IPv6 address ends that address only, not its /64")
    func bareIPv6() throws {
        let manager = TestManager()
        try manager.admit("[2001:db8::1]:1")
        try manager.admit("[2001:db8::2]:1")
        #expect(try manager.disconnect(.host(ip("2001:db8::1"))) == 1)
        #expect(manager.connections.map(\.remote) == [address("[2001:db8::2]:1")])
    }

    @Test("of an outbound peer is followed by a dial to another one")
    func outbound() throws {
        let manager = TestManager { $0.outbound.target = 1 }
        manager.source.append(contentsOf: [peer(0), peer(1)])
        manager.run(for: .zero)
        manager.succeed(manager.dialing[0])
        try manager.disconnect(.address("\(peer(0))"))
        #expect(manager.dials.map(\.address) == [peer(0), peer(1)])
        #expect(manager.source.told == [.attempted(peer(0)), .attempted(peer(1))])
    }
}

@Suite("The removal of a persistent peer")
struct RemovalTests {
    private let remote = "203.0.113.7:9108"

    @Test(
        "ends it for good in every phase, and frees its id and address in the same step",
        arguments: ["dialing", "established", "waiting", "waiting for the network"],
        [true, false]
    )
    func phases(phase: String, byID: Bool) throws {
        let manager = TestManager()
        let id = try manager.addPersistent(remote)
        let attempt = try #require(manager.attempt(of: id))
        switch phase {
        case "established": manager.succeed(id)
        case "waiting": manager.fail(id)
        case "waiting for the network": try manager.setNetworkActive(false)
        default: break
        }
        manager.forgetTrace()
        #expect(try manager.remove(byID ? .id(id) : .address(remote)) == 1)
        #expect(manager.trace.first == "removed 1")
        #expect(manager.table.count == 0)
        #expect(throws: Refusal.notFound) { try manager.remove(.id(id)) }
        if !manager.core.isNetworkActive { try manager.setNetworkActive(true) }

        let again = try manager.connect(remote)
        #expect(again.number == 2)
        manager.tell(.dialSucceeded(attempt, local: address("192.0.2.1:50000")))
        #expect(manager.dialing == [again])
        manager.fail(again)
        manager.run(for: .seconds(10_000))
        #expect(manager.table.count == 0)
        #expect(manager.dials.count == 1)
    }

    @Test("removes one that is being resolved")
    func resolving() throws {
        let manager = TestManager()
        let id = try manager.addPersistent("seed.example.org:9108")
        let attempt = try #require(manager.attempt(of: id))
        try manager.remove(.address("seed.example.org:9108"))
        manager.tell(.resolved(attempt, [address(remote)]))
        #expect(manager.dials.isEmpty)
        try manager.addPersistent("seed.example.org:9108")
    }

    @Test("is refused for what isn't persistent, and closes nothing")
    func notPersistent() throws {
        let manager = TestManager()
        let inbound = try manager.admit(remote)
        let manual = try manager.connect("203.0.113.7:1")
        #expect(throws: Refusal.notPersistent(inbound)) { try manager.remove(.id(inbound)) }
        #expect(throws: Refusal.notPersistent(manual)) { try manager.remove(.id(manual)) }
        #expect(throws: Refusal.notPersistent(inbound)) {
            try manager.remove(.host(ip("203.0.113.7")))
        }
        #expect(manager.table.count == 2)
    }

    @Test("by a bare address removes the persistent ones and leaves the others")
    func bareAddress() throws {
        let manager = TestManager()
        let inbound = try manager.admit("203.0.113.7:40000")
        try manager.addPersistent("203.0.113.7:1")
        manager.succeed(try manager.addPersistent("203.0.113.7:2"))
        #expect(try manager.remove(.host(ip("203.0.113.7"))) == 2)
        #expect(manager.connections.map(\.id) == [inbound])
    }
}
