import Addressing
import ConnectionCore
import Facts
import Testing
import Timing

@Suite("A flood of inbound peers")
struct FloodTests {
    /// What seeds are tried to see what chance may do. A rule that drops with a chance of at least
    /// 0.2 shows itself in 40 of them but once in 7,500 choices of seeds, and the seeds are fixed.
    private let seeds = UInt64(1)...40

    /// The manager after so many attempts of strangers, which may be dropped or have no slot.
    private func manager(
        seed: UInt64,
        after attempts: Int,
        _ change: (inout Policy) -> Void = { _ in }
    ) -> TestManager {
        let manager = TestManager(seed: seed, change)
        manager.checksEachStep = false
        for number in 0..<attempts { _ = refusal { try manager.admit("\(peer(number))") } }
        return manager
    }

    /// With what chance the next stranger is dropped; nil if it is in no seed.
    private func chance(
        after attempts: Int,
        pause: Duration = .zero,
        of remote: String = "198.51.100.7:9108",
        _ change: (inout Policy) -> Void = { _ in }
    ) -> Double? {
        for seed in seeds {
            let manager = manager(seed: seed, after: attempts, change)
            manager.run(for: pause)
            if case .flooded(let chance) = refusal({ try manager.admit(remote) }) { return chance }
        }
        return nil
    }

    @Test("is not yet one at 300 attempts in a minute")
    func below() {
        #expect(chance(after: 299) == nil)
    }

    @Test(
        "drops by the curve from 0.2 at 301 attempts to 0.85 at 1,200, and never more",
        arguments: [
            (301, 0.200_008_8), (390, 0.265), (600, 0.576_315_8), (750, 0.710_714_3),
            (1_199, 0.849_868_5), (1_200, 0.85), (1_201, 0.85), (2_000, 0.85),
        ]
    )
    func curve(attempts: Int, expected: Double) throws {
        let found = try #require(chance(after: attempts - 1))
        #expect(abs(found - expected) < 1e-6, "\(found)")
    }

    @Test("drops about as many as the curve says")
    func frequency() {
        let manager = manager(seed: 7, after: 1_200)
        let dropped = (2_000..<4_000).count { number in
            refusal { try manager.admit("\(peer(number))") }?.isFlood == true
        }
        #expect((1_650...1_750).contains(dropped), "\(dropped) of 2,000")
    }

    @Test("has a window of 60 s")
    func window() {
        #expect(chance(after: 300, pause: .seconds(60) - .tick) != nil)
        #expect(chance(after: 300, pause: .seconds(60)) == nil)
    }

    @Test("counts what was dropped, and not what the rate limit held back")
    func counting() {
        // 50 attempts of one host, 3 of which pass its limit, and one more that makes 300 in all.
        for seed in seeds {
            let manager = manager(seed: seed, after: 296)
            for port in 1...50 { _ = refusal { try manager.admit("198.51.100.7:\(port)") } }
            #expect(manager.core.refusals[.rateLimited] == 47)
            #expect(refusal { try manager.admit("198.51.100.8:1") }?.isFlood != true)
        }
    }

    @Test("has a threshold that can be set, whose fourfold is the curve's end")
    func threshold() throws {
        #expect(chance(after: 2) { $0.inbound.floodThreshold = 3 } == nil)
        let first = try #require(chance(after: 3) { $0.inbound.floodThreshold = 3 })
        #expect(abs(first - 0.278_571_4) < 1e-6)
        let last = try #require(chance(after: 11) { $0.inbound.floodThreshold = 3 })
        #expect(abs(last - 0.85) < 1e-9)
    }

    // MARK: Known hosts

    private let known = "198.51.100.7"

    /// Whether a host is let in at the worst of a flood, some time after what `prepare` did.
    private func isKnown(
        after pause: Duration,
        _ prepare: (TestManager) throws -> Void
    ) rethrows -> Bool {
        for seed in seeds {
            let manager = manager(seed: seed, after: 0) {
                $0.inbound.floodThreshold = 1
                $0.limits.whitelist = [prefix("16.0.0.0/4")]
                $0.limits.whitelisted = 2_000
            }
            try prepare(manager)
            manager.run(for: pause)
            for number in 1...8 { _ = refusal { try manager.admit("203.0.\(number).1:1") } }
            if refusal({ try manager.admit("\(known):2") })?.isFlood == true { return false }
        }
        return true
    }

    /// Is connected for so long from `known`.
    private func visit(_ manager: TestManager, for duration: Duration) throws {
        let id = try manager.admit("\(known):1")
        manager.run(for: duration)
        manager.lose(id)
    }

    @Test("spares the hosts that were ready, and no others")
    func sparing() throws {
        let isSpared = try isKnown(after: .seconds(60)) { try visit($0, for: .seconds(10)) }
        #expect(isSpared)
        let isEarly = try isKnown(after: .seconds(60)) { try visit($0, for: .seconds(10) - .tick) }
        #expect(!isEarly)
    }

    @Test("spares a host for 24 h after it was ready")
    func sparingLife() throws {
        let day = Duration.seconds(24 * 60 * 60)
        let within = try isKnown(after: day - .tick) { try visit($0, for: .seconds(10)) }
        #expect(within)
        let past = try isKnown(after: day) { try visit($0, for: .seconds(10)) }
        #expect(!past)
    }

    @Test("spares a host that was connected for days when it comes back")
    func sparingLongConnected() throws {
        let isSpared = try isKnown(after: .seconds(60)) {
            try visit($0, for: .seconds(3 * 24 * 60 * 60))
        }
        #expect(isSpared)
    }

    @Test("spares the last 1,000 hosts that were ready")
    func sparingBound() throws {
        for (others, isRemembered) in [(999, true), (1_000, false)] {
            let isSpared = try isKnown(after: .seconds(60)) { manager in
                try visit(manager, for: .seconds(10))
                for number in 0..<others { try manager.admit("\(peer(number))") }
                manager.run(for: .seconds(10))
            }
            #expect(isSpared == isRemembered)
        }
    }

    @Test("spares nobody because of a peer that came through a proxy")
    func sparingNoProxy() throws {
        var wasDropped = false
        for seed in seeds {
            let manager = manager(seed: seed, after: 0) { $0.inbound.floodThreshold = 1 }
            try manager.admit("127.0.0.1:1", network: .onion)
            manager.run(for: .seconds(61))
            for number in 1...8 { _ = refusal { try manager.admit("203.0.\(number).1:1") } }
            let answer = refusal { try manager.admit("127.0.0.1:2", network: .onion) }
            if answer?.isFlood == true { wasDropped = true }
        }
        #expect(wasDropped)
    }
}
