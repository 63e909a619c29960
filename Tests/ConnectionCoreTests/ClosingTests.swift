import Addressing
import ConnectionCore
import Facts
import Testing
import Timing

@Suite("An established connection")
struct ClosingTests {
    private let remote = "203.0.113.7:9108"

    @Test("is ready after 10 s, and not before")
    func ready() throws {
        let manager = TestManager { $0.outbound.target = 1 }
        manager.source.append(peer(0))
        manager.run(for: .zero)
        manager.succeed(manager.dialing[0])
        let inbound = try manager.admit(remote)
        manager.run(for: .seconds(10) - .tick)
        #expect(manager.table.census.ready == PerKind())
        #expect(manager.source.told == [.attempted(peer(0))])
        manager.run(for: .tick)
        #expect(manager.table.census.ready == PerKind(inbound: 1, outbound: 1))
        #expect(manager.trace.suffix(2) == ["ready 1", "ready \(inbound)"])
        #expect(manager.source.told == [.attempted(peer(0)), .succeeded(peer(0))])
        manager.run(for: .seconds(1_000))
        #expect(manager.trace.count { $0.hasPrefix("ready") } == 2)
    }

    /// Each step checks the invariants, and with them the length of every queue.
    @Test("that ends before it is ready leaves nothing behind, however many do so at once")
    func manyEarly() throws {
        let manager = TestManager()
        let held = try manager.admit(remote)
        for port in 1...1_000 {
            manager.lose(try manager.admit("127.0.0.1:\(port)"))
        }
        #expect(manager.table.count == 1)
        // Those that stay are not forgotten with the others.
        manager.run(for: .seconds(10))
        #expect(manager.trace.last == "ready \(held)")
    }

    @Test("that ends before it is ready is a failure of its address")
    func early() throws {
        for (lasted, isFailure) in [(Duration.seconds(10) - .tick, true), (.seconds(10), false)] {
            let manager = TestManager()
            let id = try manager.connect(remote)
            manager.succeed(id)
            manager.run(for: lasted)
            manager.lose(id)
            let known = address(remote)
            #expect(manager.source.told == [isFailure ? .failed(known) : .succeeded(known)])
        }
    }

    @Test("is ready if it has lasted for 10 s when its end is noticed, though nobody looked before")
    func noticedLate() throws {
        for (lasted, isReady) in [(Duration.seconds(10) - .tick, false), (.seconds(10), true)] {
            let manager = TestManager()
            let id = try manager.connect(remote)
            manager.succeed(id)
            manager.pass(lasted)
            manager.lose(id)
            let known = address(remote)
            #expect(manager.source.told == [isReady ? .succeeded(known) : .failed(known)])
            #expect(manager.trace.contains("ready \(id)") == isReady)
        }
    }

    @Test(
        "that we end early is no failure of its address",
        arguments: ["disconnect", "ban", "network", "shutdown"]
    )
    func earlyByUs(how: String) throws {
        let manager = TestManager { $0.outbound.target = 1 }
        manager.source.append(peer(0))
        manager.run(for: .zero)
        manager.succeed(manager.dialing[0])
        manager.run(for: .seconds(3))
        switch how {
        case "disconnect": try manager.disconnect(.address("\(peer(0))"))
        case "ban": try manager.ban("16.0.0.1")
        case "network": try manager.setNetworkActive(false)
        default: manager.shutDown()
        }
        #expect(manager.table.count == 0)
        #expect(manager.source.told == [.attempted(peer(0))])
    }

    @Test(
        "ends once, with its cause, and leaves nothing behind",
        arguments: [
            (Ending.closedByPeer, "closedByPeer"), (.timedOut, "timedOut"),
            (.io(errno: 104), "io(errno: 104)"),
        ]
    )
    func once(ending: Ending, text: String) throws {
        let manager = TestManager()
        let id = try manager.admit(remote)
        manager.run(for: .seconds(2040))
        manager.forgetTrace()
        manager.lose(id, ending)
        #expect(manager.trace == ["ended 1: \(text) after 34 min", "close 1"])
        manager.tell(.closed(id, ending))
        manager.tell(.closed(id, .closedByPeer))
        #expect(manager.trace.count == 2)
        #expect(manager.table.count == 0)
        #expect(manager.table[id] == nil)
        manager.run(for: .seconds(60))
        try manager.admit(remote)
    }

    @Test("isn't ended by the late end of an earlier one in its slot")
    func reusedSlot() throws {
        let manager = TestManager()
        let first = try manager.admit(remote)
        manager.lose(first)
        let second = try manager.admit(remote)
        #expect(second.slot == first.slot && second != first)
        manager.tell(.closed(first, .closedByPeer))
        #expect(manager.table[second] != nil)
    }

    @Test("gets ready once, though it is the second within the same moment")
    func readyOnce() throws {
        let manager = TestManager { $0.persistent.stableAfter = .zero }
        let id = try manager.addPersistent(remote)
        manager.succeed(id)
        manager.lose(id)
        manager.succeed(id)
        manager.run(for: .seconds(20))
        #expect(manager.trace.count { $0 == "ready 1" } == 1)
    }

    @Test("has an id of its own, from 1 up, and none is used again")
    func ids() throws {
        let manager = TestManager()
        var numbers: [UInt64] = []
        for number in 0..<50 {
            let id = try manager.admit("\(peer(number))")
            numbers.append(id.number)
            if number.isMultiple(of: 2) { manager.lose(id) }
        }
        #expect(numbers == Array(1...50))
        #expect(manager.table.slotCount == 25)
    }
}
