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

    @Test("tries 100 times for a slot, then looks again after the retry interval")
    func tries() {
        for unsuitable in [99, 100] {
            let manager = manager { $0.outbound.defaultPort = 9108 }
            // A wrong port ceases to matter at the 51st pick, so these are unsuitable at any.
            for _ in 0..<unsuitable { manager.source.append(address("0.0.0.0:9108")) }
            manager.source.append(wanted)
            #expect((picksUntilDialed(manager) == 100) == (unsuitable == 99))
            #expect(manager.source.picks == 100)
            manager.run(for: .seconds(5) - .tick)
            #expect(manager.source.picks == 100)
            manager.run(for: .tick)
            #expect(manager.dials.count == 1)
            #expect(manager.core.outboundFailures == 0)
        }
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

    @Test("passes over an address whose host has as many as may be")
    func perHost() throws {
        let manager = manager {
            $0.limits.perHost = 1
            $0.outbound.maxPerGroup = 0
        }
        try manager.admit("198.51.100.7:40000")
        manager.source.append(address("198.51.100.7:9108"))
        manager.source.append(wanted)
        manager.tell(.addressesAdded)
        #expect(manager.source.picks == 1 + 2)
        #expect(manager.dials.map(\.address) == [wanted])
    }
}
