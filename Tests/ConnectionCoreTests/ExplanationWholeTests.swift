import Addressing
import ConnectionCore
import Facts
import Testing
import Timing

/// What holds of an explanation as a whole; each rule is in `ExplanationTests`.
@Suite("An explanation")
struct ExplanationWholeTests {
    private static let remote = "203.0.113.7:9108"

    @Test("names all that stands in the way, in the order of the ways and of their rules")
    func order() throws {
        let manager = TestManager()
        try manager.admit(Self.remote)
        try manager.ban("203.0.0.0/16")
        try manager.admit("\(peer(1))")
        try manager.setNetworkActive(false)
        let explanation = manager.explain(Self.remote)
        let ban = Rule.banned(prefix("203.0.0.0/16"), until: nil)
        let expected: [(Way, Rule)] = [
            (.inbound, .networkInactive), (.inbound, ban),
            (.outbound, .networkInactive), (.outbound, .targetHeld(limit: 0, count: 0)),
            (.outbound, .unknownAddress), (.outbound, ban),
            (.manual, .networkInactive), (.manual, ban),
        ]
        #expect(explanation.findings.map(\.way) == expected.map(\.0))
        #expect(explanation.findings.map(\.rule) == expected.map(\.1))
        #expect(explanation.refusal(of: .manual) == .networkInactive)
        #expect(explanation.refusal(of: .persistent) == nil)
    }

    @Test("of a peer that was picked says first what the dialler finds first")
    func picked() throws {
        let manager = TestManager { $0.outbound.target = 2 }
        manager.source.append(address(Self.remote))
        manager.run(for: .zero)
        let id = try #require(manager.dialing.first)
        manager.succeed(id)
        let rules = manager.explain(Self.remote).findings.filter { $0.way == .outbound }
        let until = manager.now.wall + .seconds(60)
        #expect(
            rules.map(\.rule)
                == [.duplicate(id), .attemptedJustNow(until: until), .group(limit: 1, count: 1)]
        )
        let shortage = try #require(manager.core.shortage)
        #expect(shortage.shortage.exclusions == [.init(.duplicate, addresses: 1)])
    }

    @Test("takes no token and counts no attempt, however often it is asked for")
    func harmless() throws {
        let manager = TestManager { $0.inbound.floodThreshold = 2 }
        for _ in 0..<1_000 { #expect(manager.explain(Self.remote).refusal(of: .inbound) == nil) }
        for port in 1...2 { try manager.admit("203.0.113.7:\(port)") }
    }

    @Test("of a rate limit says to the tick when the source may come again")
    func rateLimited() throws {
        let manager = TestManager()
        for port in 1...3 { try manager.admit("203.0.113.7:\(port)") }
        guard case .rateLimited(let until?) = manager.explain(Self.remote).refusal(of: .inbound)
        else {
            Issue.record("\(manager.explain(Self.remote))")
            return
        }
        let wait = until - manager.now.wall
        manager.run(for: wait - .microseconds(1))
        #expect(refusal { try manager.admit(Self.remote) } == .rateLimited)
        manager.run(for: .microseconds(1))
        try manager.admit(Self.remote)
    }

    @Test("of a peer from loopback depends on the listener that it comes to")
    func loopback() throws {
        let manager = TestManager()
        for port in 1...3 {
            try manager.admit("127.0.0.1:\(port)", trustsLoopback: false)
        }
        let distrusted = manager.explain("127.0.0.1:9", trustingLoopback: false)
        guard case .rateLimited = distrusted.refusal(of: .inbound) else {
            Issue.record("\(distrusted)")
            return
        }
        #expect(manager.explain("127.0.0.1:9").refusal(of: .inbound) == nil)
    }

    @Test("without a listener that it could come to is closed for who comes")
    func noListener() throws {
        let manager = TestManager()
        #expect(manager.explain(Self.remote, listeners: []).refusal(of: .inbound) == .noListener)
        #expect(manager.explain("127.0.0.1", listeners: []).refusal(of: .inbound) == .noListener)
        // It says besides what would hold if there were one.
        try manager.ban("203.0.113.0/24")
        let rules = manager.explain(Self.remote, listeners: []).findings.filter {
            $0.way == .inbound
        }
        #expect(rules.map(\.rule).dropFirst() == [.banned(prefix("203.0.113.0/24"), until: nil)])

        let four = Explanation.Listener(local: PeerAddress(IPAddress(v4: 0), port: 9108))
        let six = Explanation.Listener(
            local: PeerAddress(try #require(IPAddress("::")), port: 9108)
        )
        func isOpen(_ text: String, _ listeners: [Explanation.Listener]) -> Bool {
            manager.explain(text, listeners: listeners).refusal(of: .inbound) == nil
        }
        #expect(isOpen("198.51.100.4", [four]) && isOpen("198.51.100.4", [six, four]))
        #expect(!isOpen("198.51.100.4", [six]))
        #expect(isOpen("2001:db8::7", [six]) && !isOpen("2001:db8::7", [four]))
        #expect(isOpen("2001:db8::7", [.any()]) && isOpen("198.51.100.4", [.any()]))
    }

    @Test("asks an onion listener by its own rules")
    func onion() throws {
        let manager = TestManager {
            $0.limits.perHost = 2
            $0.inbound.burst = 100
        }
        func inbound(_ text: String, _ listeners: Explanation.Listener...) -> [Rule] {
            manager.explain(text, listeners: listeners).findings.filter { $0.way == .inbound }
                .map(\.rule)
        }
        let onion = Explanation.Listener.any(network: .onion, trustsLoopback: false)
        // Loopback isn't trusted there, so that no rule lets it in.
        #expect(inbound("127.0.0.1", .any()) == [.trustedLoopback])
        #expect(inbound("127.0.0.1", onion) == [])
        #expect(inbound("127.0.0.1", onion, .any()) == [])
        // What is whitelisted can't be told there; elsewhere peers come to the other listener.
        manager.reload { $0.limits.whitelist = [prefix("198.51.100.0/24")] }
        #expect(inbound("198.51.100.4", onion) == [])
        #expect(
            inbound("198.51.100.4", onion, .any())
                == [.whitelist(prefix("198.51.100.0/24"))]
        )
    }

    @Test("names the connections of an address, or of all ports of one, at most 64")
    func connections() throws {
        let manager = TestManager { $0.limits.perHost = 0 }
        let named = try manager.addPersistent("a.example:9108")
        manager.resolve(named, to: [Self.remote])
        manager.fail(named)
        #expect(manager.explain(Self.remote).connections == [named])
        #expect(manager.explain("a.example:9108").connections == [named])
        let inbound = try manager.admit("203.0.113.7:1")
        #expect(manager.explain("203.0.113.7:1").connections == [inbound])
        manager.reload { $0.inbound.burst = 100 }
        for port in 2...70 { try manager.admit("127.0.0.1:\(port)") }
        #expect(manager.explain("127.0.0.1").connections.count == 64)
        #expect(manager.explain("203.0.113.7").connections == [inbound])
    }
}
