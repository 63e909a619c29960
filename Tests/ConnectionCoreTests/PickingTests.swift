import Addressing
import ConnectionCore
import Testing
import Timing

@Suite("The pick of an outbound address")
struct PickingTests {
    private let wanted = peer(1)

    private func manager(_ change: (inout Policy) -> Void = { _ in }) -> TestManager {
        TestManager {
            $0.outbound.target = 1
            change(&$0)
        }
    }

    /// How many picks it takes until something is dialled, at this very moment.
    private func picksUntilDialed(_ manager: TestManager) -> Int? {
        manager.run(for: .zero)
        return manager.dials.isEmpty ? nil : manager.source.picks
    }

    @Test("tries 100 times for a slot, then counts a failure and begins anew")
    func tries() {
        for (unsuitable, picks) in [(99, 100), (100, 101)] {
            let manager = manager { $0.outbound.defaultPort = 9108 }
            // A wrong port ceases to matter at the 51st pick, so these are unsuitable at any.
            for _ in 0..<unsuitable { manager.source.append(address("0.0.0.0:9108")) }
            manager.source.append(wanted)
            #expect(picksUntilDialed(manager) == picks)
            // 24 more failures make 25 if the first pick's hundred was one.
            for _ in 0..<23 { failAtOnce(manager) }
            #expect(!manager.trace.contains("paused after 25 for 5 s"))
            failAtOnce(manager)
            #expect(manager.trace.contains("paused after 25 for 5 s") == (unsuitable == 100))
        }
    }

    /// Fails what is dialled and offers nothing but fresh addresses.
    private func failAtOnce(_ manager: TestManager) {
        manager.source.removeAll()
        manager.source.append(peer(2 + manager.dials.count))
        for id in manager.dialing { manager.fail(id) }
    }

    @Test("never takes what was attempted within 60 s")
    func justNow() {
        for (age, isTaken) in [(Duration.seconds(60) - .tick, false), (.seconds(60), true)] {
            let manager = manager()
            manager.source.append(wanted, lastAttempt: manager.now.instant - age)
            #expect((picksUntilDialed(manager) != nil) == isTaken)
        }
    }

    @Test("skips what was attempted within 10 min for the first 30 tries")
    func recently() {
        for (age, picks) in [(Duration.seconds(600) - .tick, 31), (.seconds(600), 1)] {
            let manager = manager()
            manager.source.append(wanted, lastAttempt: manager.now.instant - age)
            #expect(picksUntilDialed(manager) == picks)
        }
    }

    @Test("skips other ports than the network's for the first 50 tries")
    func defaultPort() {
        for (port, picks) in [(UInt16(9_108), 1), (9_109, 51)] {
            let manager = manager { $0.outbound.defaultPort = 9_108 }
            manager.source.append(peer(1, port: port))
            #expect(picksUntilDialed(manager) == picks)
        }
        let manager = manager()
        manager.source.append(peer(1, port: 9_109))
        #expect(picksUntilDialed(manager) == 1)
    }

    @Test("begins the tries anew for each slot")
    func eachSlot() {
        let manager = manager {
            $0.outbound.defaultPort = 9_108
            $0.outbound.target = 2
        }
        for number in 0..<2 { manager.source.append(peer(number, port: 1)) }
        #expect(picksUntilDialed(manager) == 102)
        #expect(manager.dials.count == 2)
    }

    @Test("counts a hit of the per-host limit as a failure, without a further try")
    func perHost() throws {
        let manager = manager {
            $0.limits.perHost = 1
            $0.outbound.maxPerGroup = 0
        }
        try manager.admit("198.51.100.7:40000")
        // Nothing was known so far, so that there is one attempt every 5 s.
        manager.forgetTrace()
        manager.source.removeAll()
        manager.source.append(address("198.51.100.7:9108"))
        manager.source.append(wanted)
        manager.run(for: .seconds(5))
        #expect(manager.source.picks == 1)
        #expect(manager.dials.isEmpty)
        manager.run(for: .seconds(5))
        #expect(manager.source.picks == 2)
        #expect(manager.dials.map(\.address) == [wanted])
    }

    @Test("counts as a failure if nothing is known")
    func nothing() {
        let manager = manager()
        manager.run(for: .zero)
        #expect(manager.source.picks == 25)
        #expect(manager.trace == ["paused after 25 for 5 s"])
        manager.run(for: .seconds(60))
        #expect(manager.source.picks == 25 + 12)
        #expect(manager.trace.count == 1)
    }
}
