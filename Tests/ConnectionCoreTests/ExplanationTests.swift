import Addressing
import ConnectionCore
import Facts
import Testing
import Timing

@Suite("An explanation, by way and rule")
struct ExplanationTests {
    /// Everything that the rules say of one way, in their order.
    struct Case: CustomTestStringConvertible, Sendable {
        let testDescription: String
        let way: Way
        var peer = "203.0.113.7:9108"
        let expected: [Rule]
        let setUp: @Sendable (TestManager) throws -> Void

        init(
            _ description: String,
            _ way: Way,
            of peer: String = "203.0.113.7:9108",
            is expected: [Rule],
            after setUp: @escaping @Sendable (TestManager) throws -> Void = { _ in }
        ) {
            testDescription = "\(way), \(description)"
            self.way = way
            self.peer = peer
            self.expected = expected
            self.setUp = setUp
        }
    }

    private static let remote = "203.0.113.7:9108"
    /// At four times the threshold, where the curve ends.
    private static let mostChance = 0.2 + (1 + 0.1) * (0.85 - 0.2) * 1 * 1 / (0.1 + 1 * 1)
    /// When the first step of a test happens.
    private static let start = TestManager().now.wall

    /// The id of the first connection of a manager.
    private static let first: ConnectionID = {
        let manager = TestManager()
        do throws(Refusal) {
            return try manager.connect(remote)
        } catch {
            preconditionFailure("\(error)")
        }
    }()

    private func check(_ example: Case, _ manager: TestManager) throws {
        try example.setUp(manager)
        let findings = manager.explain(example.peer).findings.filter { $0.way == example.way }
        #expect(findings.map(\.rule) == example.expected)
    }

    @Test(
        "of a peer that comes to us names each rule of admission",
        arguments: [
            Case("in peace", .inbound, is: []),
            Case("of a bare address in peace", .inbound, of: "203.0.113.7", is: []),
            Case("while the network is inactive", .inbound, is: [.networkInactive]) {
                try $0.setNetworkActive(false)
            },
            Case("when the daemon ends", .inbound, is: [.shuttingDown]) { $0.shutDown() },
            Case(
                "banned for a minute",
                .inbound,
                is: [.banned(prefix("203.0.113.0/24"), until: start + .seconds(60))]
            ) { try $0.ban("203.0.113.0/24", for: .seconds(60)) },
            Case("banned for ever", .inbound, is: [.banned(prefix("203.0.113.7"), until: nil)]) {
                try $0.ban("203.0.113.7")
            },
            Case(
                "too often",
                .inbound,
                is: [.rateLimited(until: start + .seconds(5))]
            ) { manager in
                for port in 1...3 { manager.lose(try manager.admit("203.0.113.7:\(port)")) }
            },
            Case(
                "connected already",
                .inbound,
                is: [.duplicate(first)]
            ) { try $0.admit(remote) },
            Case("being dialled", .inbound, is: [.duplicate(first)]) { try $0.connect(remote) },
            Case(
                "one of a full host",
                .inbound,
                is: [.tooManyPerHost(limit: 2, count: 2)]
            ) { manager in
                manager.reload { $0.limits.perHost = 2 }
                for port in 1...2 { try manager.admit("203.0.113.7:\(port)") }
            },
            Case(
                "without a slot",
                .inbound,
                is: [.tooManyConnections(limit: 2, count: 2)]
            ) { manager in
                // 8 are reserved for manual connections and one for a feeler.
                manager.reload { $0.limits.connections = 11 }
                for number in 1...2 { try manager.admit("\(peer(number))") }
            },
            Case(
                "whitelisted",
                .inbound,
                is: [.whitelist(prefix("203.0.113.0/24"))]
            ) { $0.reload { $0.limits.whitelist = [prefix("203.0.113.0/24")] } },
            Case(
                "without a slot of the whitelisted",
                .inbound,
                is: [
                    .whitelist(prefix("203.0.113.0/24")), .tooManyWhitelisted(limit: 1, count: 1),
                ]
            ) { manager in
                manager.reload {
                    $0.limits.whitelist = [prefix("203.0.113.0/24")]
                    $0.limits.whitelisted = 1
                }
                try manager.admit("203.0.113.1:1")
            },
            Case("from the machine", .inbound, of: "127.0.0.1:5000", is: [.trustedLoopback]),
            Case(
                "in a flood",
                .inbound,
                is: [.flooded(limit: 1, count: 5, chance: mostChance)]
            ) { manager in
                for number in 1...4 { try manager.admit("\(peer(number))") }
                manager.reload { $0.inbound.floodThreshold = 1 }
            },
            Case("known, in a flood", .inbound, is: [.knownHost]) { manager in
                let id = try manager.connect(remote)
                manager.succeed(id)
                manager.run(for: .seconds(10))
                try manager.disconnect(.id(id))
                manager.reload { $0.inbound.floodThreshold = 0 }
            },
            Case("given by name", .inbound, of: "a.example:9108", is: [.unsupportedAddress]),
        ]
    )
    func inbound(_ example: Case) throws {
        try check(example, TestManager())
    }

    @Test(
        "of a peer to be picked names each rule of the automatic dialler",
        arguments: [
            Case("in peace", .outbound, is: []),
            Case("of a bare address in peace", .outbound, of: "203.0.113.7", is: []),
            Case(
                "while the network is inactive",
                .outbound,
                is: [.networkInactive]
            ) { try $0.setNetworkActive(false) },
            Case(
                "with the target held",
                .outbound,
                is: [.targetHeld(limit: 1, count: 1)]
            ) { manager in
                manager.source.append(peer(1))
                manager.reload { $0.outbound.target = 1 }
                manager.succeed(manager.dialing[0])
            },
            Case(
                "without a slot",
                .outbound,
                is: [.tooManyConnections(limit: 0, count: 0)]
            ) { manager in
                // A slot that somebody took before there was a target stays taken, and the other
                // one is the feeler's.
                manager.reload {
                    $0.limits.reservedManual = 0
                    $0.limits.connections = 2
                }
                try manager.admit("\(peer(1))")
            },
            Case(
                "after 25 failures",
                .outbound,
                is: [.paused(limit: 25, count: 25, until: start + .seconds(5))]
            ) { manager in
                manager.source.append(contentsOf: (1...25).map { peer($0) })
                manager.reload { $0.outbound.target = 1 }
                while let id = manager.dialing.first { manager.fail(id) }
            },
            Case(
                "without a route",
                .outbound,
                is: [.noRoute(until: start + .seconds(5))]
            ) { $0.fail(try $0.connect("203.0.113.9:9108"), .noRoute) },
            Case(
                "without a route, and bare",
                .outbound,
                of: "203.0.113.7",
                is: [.noRoute(until: start + .seconds(5))]
            ) { $0.fail(try $0.connect("203.0.113.9:9108"), .noRoute) },
            Case(
                "without descriptors",
                .outbound,
                is: [.resourcesExhausted(until: start + .seconds(5))]
            ) { manager in
                let id = try manager.connect("\(peer(1))")
                manager.fail(id, .resourcesExhausted(errno: 24))
            },
            Case("unknown", .outbound, of: "203.0.113.8:9108", is: [.unknownAddress]),
            Case("given by name", .outbound, of: "a.example:9108", is: [.unknownAddress]),
            Case(
                "undialable",
                .outbound,
                of: "224.0.0.1:9108",
                is: [.unknownAddress, .unsupportedAddress]
            ),
            Case("undialable and bare", .outbound, of: "0.0.0.0", is: [.unsupportedAddress]),
            Case(
                "with another port",
                .outbound,
                is: [.otherPort]
            ) { $0.reload { $0.outbound.defaultPort = 19_108 } },
            Case(
                "banned",
                .outbound,
                is: [.banned(prefix("203.0.113.7"), until: nil)]
            ) { try $0.ban("203.0.113.7") },
            Case(
                "connected to us",
                .outbound,
                is: [.duplicate(first)]
            ) { try $0.admit(remote) },
            Case(
                "kept by an operator",
                .outbound,
                is: [.operatorsPeer(first), .group(limit: 1, count: 1)]
            ) { try $0.addPersistent(remote) },
            Case(
                "kept by its name, and waiting",
                .outbound,
                is: [.operatorsPeer(first), .group(limit: 1, count: 1)]
            ) { manager in
                let id = try manager.addPersistent("a.example:9108")
                manager.resolve(id, to: [remote])
                manager.fail(id)
            },
            Case(
                "of a full host",
                .outbound,
                is: [.tooManyPerHost(limit: 2, count: 2)]
            ) { manager in
                manager.reload { $0.limits.perHost = 2 }
                for port in 1...2 { try manager.admit("203.0.113.7:\(port)") }
            },
        ]
    )
    func outbound(_ example: Case) throws {
        let manager = TestManager()
        try example.setUp(manager)
        #expect(outboundRules(of: example.peer, manager) == example.expected)
    }

    /// What would be said if one connection were to be held and the peer had just been listed:
    /// before it is dialled for that.
    private func outboundRules(
        of peer: String,
        lastAttempt: Instant? = nil,
        _ manager: TestManager
    ) -> [Rule] {
        var (core, policy) = (manager.core, manager.core.policy)
        policy.outbound.target = 1
        var actions = Actions()
        #expect(core.reload(policy, configured: [], at: manager.now, &actions).isEmpty)
        var source = ListedAddresses()
        source.append(address(Self.remote), lastAttempt: lastAttempt)
        let topic = IPAddress(peer).map { Explanation.Topic.host($0) } ?? .target(target(peer))
        return core.explain(topic, listeners: [], at: manager.now, asking: source).findings
            .filter { $0.way == .outbound }.map(\.rule)
    }

    @Test(
        "of an attempt that was made lately says when it may be made again",
        arguments: [
            (Duration.seconds(0), Rule.attemptedJustNow(until: start + .seconds(60))),
            (.seconds(59), .attemptedJustNow(until: start + .seconds(1))),
            (.seconds(60), .attemptedRecently(until: start + .seconds(540))),
            (.seconds(599), .attemptedRecently(until: start + .seconds(1))),
        ]
    )
    func attempted(since: Duration, expected: Rule) {
        let manager = TestManager()
        let lastAttempt = manager.now.instant - since
        let rules = outboundRules(of: Self.remote, lastAttempt: lastAttempt, manager)
        #expect(rules == [expected])
        #expect(expected.refuses == (since < .seconds(60)))
    }

    @Test(
        "of what operators may ask for names each rule that would refuse it",
        arguments: [
            Case("in peace", .manual, is: []),
            Case("in peace", .persistent, is: []),
            Case("of a name", .manual, of: "a.example:9108", is: []),
            Case("undialable", .manual, of: "224.0.0.1:1", is: [.unsupportedAddress]),
            Case("undialable", .persistent, of: "224.0.0.1", is: [.unsupportedAddress]),
            Case("while the network is inactive", .manual, is: [.networkInactive]) {
                try $0.setNetworkActive(false)
            },
            Case("while the network is inactive", .persistent, is: []) {
                try $0.setNetworkActive(false)
            },
            Case("when the daemon ends", .persistent, is: [.shuttingDown]) { $0.shutDown() },
            Case("banned", .manual, is: [.banned(prefix("203.0.113.7"), until: nil)]) {
                try $0.ban("203.0.113.7")
            },
            Case("banned", .persistent, is: []) { try $0.ban("203.0.113.7") },
            Case("persistent already", .manual, is: [.duplicate(first)]) {
                try $0.addPersistent(remote)
            },
            Case("persistent already", .persistent, is: [.duplicate(first)]) {
                try $0.addPersistent(remote)
            },
            Case("to be adopted", .persistent, is: []) { manager in
                manager.succeed(try manager.connect(remote))
            },
            Case("being dialled", .persistent, is: [.duplicate(first)]) {
                try $0.connect(remote)
            },
            Case("connected to us", .persistent, is: [.duplicate(first)]) {
                try $0.admit(remote)
            },
            Case("one of a full host", .manual, is: [.tooManyPerHost(limit: 2, count: 2)]) {
                manager in
                manager.reload { $0.limits.perHost = 2 }
                for port in 1...2 { try manager.admit("203.0.113.7:\(port)") }
            },
            Case("without a slot", .manual, is: [.tooManyConnections(limit: 1, count: 1)]) {
                manager in
                manager.reload { $0.limits.connections = 1 }
                try manager.connect("\(peer(1))")
            },
            Case(
                "one too many",
                .persistent,
                is: [.tooManyPersistent(limit: 1, count: 1)]
            ) { manager in
                manager.reload { $0.persistent.max = 1 }
                try manager.addPersistent("\(peer(1))")
            },
            Case(
                "too many of its host",
                .persistent,
                is: [.tooManyPersistentPerHost(limit: 1, count: 1)]
            ) { manager in
                manager.reload { $0.limits.perHost = 1 }
                try manager.addPersistent("203.0.113.7:1")
            },
        ]
    )
    func operators(_ example: Case) throws {
        try check(example, TestManager())
    }
}
