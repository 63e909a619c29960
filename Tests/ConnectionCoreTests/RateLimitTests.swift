import Addressing
import ConnectionCore
import Facts
import Testing
import Timing

@Suite("The rate limit of inbound peers")
struct RateLimitTests {
    /// Peers that come and are refused for want of slots have passed the rate limit all the same,
    /// so only this rule's word is looked at.
    private func isLimited(_ remote: String, _ manager: TestManager) -> Bool {
        refusal { try manager.admit(remote) } == .rateLimited
    }

    /// Tokens come so slowly that none does while a test runs.
    private func dryManager(_ change: (inout Policy) -> Void = { _ in }) -> TestManager {
        TestManager {
            $0.inbound.rate = 1e-9
            $0.inbound.floodThreshold = 1_000_000
            $0.limits.perHost = 0
            change(&$0)
        }
    }

    @Test("lets 3 connections of a source pass at once, and one more every 5 s")
    func burst() throws {
        let manager = TestManager()
        for port in 1...3 { try manager.admit("198.51.100.7:\(port)") }
        #expect(throws: Refusal.rateLimited) { try manager.admit("198.51.100.7:4") }
        try manager.admit("198.51.100.8:4")
        manager.run(for: .seconds(5) - .milliseconds(1))
        #expect(throws: Refusal.rateLimited) { try manager.admit("198.51.100.7:4") }
        manager.run(for: .milliseconds(1))
        try manager.admit("198.51.100.7:4")
        #expect(throws: Refusal.rateLimited) { try manager.admit("198.51.100.7:5") }
    }

    /// Both are asked at one moment, whatever has come before: a flood that begins, one that ends,
    /// sources that were forgotten.
    @Test("decides as it was explained a moment before", arguments: UInt64(1)...20)
    func outlook(seed: UInt64) throws {
        var random = SeededRandom(seed: seed)
        let manager = TestManager {
            $0.inbound.rate = 0.05
            $0.inbound.burst = 2
            // With a burst of each of the 12 sources it is passed, and in a quiet minute it isn't.
            $0.inbound.floodThreshold = 5
            $0.limits.perHost = 0
            $0.limits.connections = 10_000
        }
        manager.checksEachStep = false
        var isBusy = true
        var ofFlood = 0
        for port in UInt16(1)...400 {
            let last = random.number(below: 4)
            let remote = PeerAddress(
                ip("198.51.\(random.number(below: 3)).\(last)"),
                port: port
            )
            let arrival = Arrival(remote: remote, local: address("192.0.2.1:9108"))
            let rules = manager.core.rules(admitting: arrival, at: manager.now)
            let isExplained = rules.contains {
                if case .rateLimited = $0 { true } else { false }
            }
            let isFlood = rules.contains {
                if case .flooded = $0 { true } else { false }
            }
            if isFlood { ofFlood += 1 }
            #expect(isLimited("\(remote)", manager) == isExplained, "seed \(seed), \(port)")
            if random.number(below: 40) == 0 { isBusy.toggle() }
            let pauses: [Duration] =
                isBusy ? [.zero, .milliseconds(100), .seconds(2)] : [.seconds(3), .seconds(40)]
            manager.run(for: pauses[random.number(below: pauses.count)])
            if random.number(below: 100) == 0 { manager.run(for: .seconds(1_300)) }
        }
        #expect((1..<400).contains(ofFlood), "\(ofFlood) came in a flood")
    }

    @Test(
        "takes addresses of one host for one source",
        arguments: [
            ("198.51.100.7", "198.51.100.7", true),
            ("198.51.100.7", "::ffff:198.51.100.7", true),
            ("198.51.100.7", "198.51.100.8", false),
            ("2001:db8:1:2::1", "2001:db8:1:2:ffff::1", true),
            ("2001:db8:1:2::1", "2001:db8:1:3::1", false),
        ]
    )
    func source(first: String, second: String, isSame: Bool) throws {
        let manager = TestManager()
        for port in 1...3 { try manager.admit("\(PeerAddress(ip(first), port: UInt16(port)))") }
        #expect(isLimited("\(PeerAddress(ip(second), port: 9))", manager) == isSame)
    }

    @Test("takes all peers behind a proxy for one source")
    func proxied() throws {
        let manager = TestManager()
        for port in 1...3 { try manager.admit("127.0.0.1:\(port)", network: .onion) }
        #expect(throws: Refusal.rateLimited) { try manager.admit("127.0.0.1:4", network: .onion) }
        try manager.admit("127.0.0.1:5")
    }

    @Test(
        "takes an IPv4 /24 and an IPv6 /56 for one source while a flood is on",
        arguments: [
            (["198.51.100.1", "198.51.100.2", "198.51.100.3"], "198.51.100.255", true),
            (["198.51.100.1", "198.51.100.2", "198.51.100.3"], "198.51.101.1", false),
            (
                ["2001:db8:0:100::1", "2001:db8:0:1ff::1", "2001:db8:0:101::1"],
                "2001:db8:0:180::1", true
            ),
            (
                ["2001:db8:0:100::1", "2001:db8:0:1ff::1", "2001:db8:0:101::1"],
                "2001:db8:0:200::1", false
            ),
        ]
    )
    func coarse(members: [String], other: String, isSame: Bool) throws {
        let manager = dryManager { $0.inbound.floodThreshold = 1 }
        startFlood(manager)
        for member in members {
            #expect(!isLimited("\(PeerAddress(ip(member), port: 1))", manager))
        }
        #expect(isLimited("\(PeerAddress(ip(other), port: 1))", manager) == isSame)
    }

    @Test(
        "begins a flood with the lowest level of a coarse source's members",
        arguments: [["198.51.100.1", "198.51.100.2"], ["198.51.100.2", "198.51.100.1"]]
    )
    func merging(order: [String]) throws {
        let manager = dryManager { $0.inbound.floodThreshold = 4 }
        // The first uses all of its tokens, the second one of three.
        for host in order {
            for port in 1...(host == "198.51.100.1" ? 3 : 1) {
                #expect(!isLimited("\(host):\(port)", manager))
            }
        }
        startFlood(manager)
        #expect(isLimited("198.51.100.3:1", manager))
        #expect(!isLimited("198.51.101.3:1", manager))
    }

    @Test("goes on after a flood from what the coarse source had left")
    func splitting() throws {
        let manager = dryManager { $0.inbound.floodThreshold = 1 }
        startFlood(manager)
        for port in 1...3 { #expect(!isLimited("198.51.100.\(port):1", manager)) }
        #expect(isLimited("198.51.100.4:1", manager))
        manager.run(for: .seconds(61))
        // The flood is over: known and unknown members have what the coarse bucket has.
        #expect(isLimited("198.51.100.1:2", manager))
        #expect(isLimited("198.51.100.9:1", manager))
        #expect(!isLimited("198.51.101.9:1", manager))
    }

    @Test("refills nobody through one flood after another")
    func floodAfterFlood() throws {
        let manager = dryManager { $0.inbound.floodThreshold = 1 }
        for port in 1...2 { #expect(!isLimited("198.51.100.7:\(port)", manager)) }
        startFlood(manager)
        #expect(!isLimited("198.51.100.8:1", manager))
        for flood in 1...3 {
            manager.run(for: .seconds(61))
            #expect(isLimited("198.51.100.7:3", manager))
            startFlood(manager, from: 10 * flood)
            #expect(isLimited("198.51.100.8:3", manager))
        }
    }

    @Test("remembers 10,000 sources, and forgets the one that was used longest ago")
    func bound() {
        for (others, isRemembered) in [(9_999, true), (10_000, false)] {
            let manager = dryManager()
            manager.checksEachStep = false
            for port in 1...3 { #expect(!isLimited("198.51.100.7:\(port)", manager)) }
            for number in 0..<others { _ = isLimited("\(peer(number))", manager) }
            manager.check()
            #expect(isLimited("198.51.100.7:4", manager) == isRemembered)
        }
    }

    @Test("remembers what was used lately, even if it was refused")
    func leastRecentlyUsed() {
        let manager = dryManager()
        manager.checksEachStep = false
        for port in 1...3 { #expect(!isLimited("198.51.100.7:\(port)", manager)) }
        for number in 0..<6_000 { _ = isLimited("\(peer(number))", manager) }
        #expect(isLimited("198.51.100.7:4", manager))
        for number in 6_000..<12_000 { _ = isLimited("\(peer(number))", manager) }
        #expect(isLimited("198.51.100.7:5", manager))
        manager.check()
    }

    @Test("remembers a coarse source for as long as its latest member")
    func leastRecentlyUsedOfMerged() {
        let manager = dryManager { $0.inbound.floodThreshold = 9_000 }
        manager.checksEachStep = false
        // The oldest of all is a member; the one whose tokens are gone is among the latest.
        #expect(!isLimited("198.51.100.1:1", manager))
        for number in 0..<8_996 { _ = isLimited("\(peer(number))", manager) }
        manager.run(for: .seconds(1))
        for port in 1...3 { #expect(!isLimited("198.51.100.2:\(port)", manager)) }
        for number in 9_000..<10_500 { _ = isLimited("\(peer(number))", manager) }
        #expect(isLimited("198.51.100.3:1", manager))
        manager.check()
    }

    @Test("forgets a source that was not used for 20 min")
    func life() {
        for (pause, isRemembered) in [
            (Duration.seconds(1_200) - .tick, true), (.seconds(1_200), false),
        ] {
            let manager = dryManager()
            for port in 1...3 { #expect(!isLimited("198.51.100.7:\(port)", manager)) }
            manager.run(for: pause)
            #expect(isLimited("198.51.100.7:4", manager) == isRemembered)
        }
    }

    /// Lets strangers come until the attempts within a minute are above the threshold.
    private func startFlood(_ manager: TestManager, from first: Int = 0) {
        let threshold = manager.core.policy.inbound.floodThreshold
        for number in first...(first + threshold) { _ = isLimited("\(peer(number))", manager) }
    }
}
