import Addressing
import ConnectionCore
import Facts
import Testing
import Timing

@Suite("A region without a route")
struct RegionRestTests {
    /// Of 200 public IPv6 addresses, each of a group of its own.
    private static func distant(_ number: Int) -> PeerAddress {
        PeerAddress(
            IPAddress(high: 0x2a00_0000_0000_0000 | UInt64(number) << 32, low: 1),
            port: 9108
        )
    }

    private func manager(
        target: Int,
        _ change: (inout Policy) -> Void = { _ in }
    ) -> TestManager {
        TestManager {
            $0.outbound.target = target
            change(&$0)
        }
    }

    /// Answers each dial as a machine does that has routes for IPv4 only, until none is left.
    private func answer(
        _ manager: TestManager,
        hasRoute: (PeerAddress) -> Bool = { $0.ip?.v4 != nil }
    ) {
        while let id = manager.dialing.first(where: { manager.table[$0]?.remote != nil }),
            let remote = manager.table[id]?.remote
        {
            if hasRoute(remote) { manager.succeed(id) } else { manager.fail(id, .noRoute) }
        }
    }

    private func rests(_ manager: TestManager, _ address: PeerAddress) -> Duration? {
        for finding in manager.explain("\(address)").findings where finding.way == .outbound {
            if case .noRoute(let until) = finding.rule { return until - manager.now.wall }
        }
        return nil
    }

    @Test("keeps nobody else from being dialled: 200 addresses don't hide 3")
    func others() {
        let manager = manager(target: 3)
        manager.source.append(contentsOf: (0..<200).map(Self.distant))
        manager.source.append(contentsOf: (0..<3).map { peer($0) })
        manager.run(for: .zero)
        answer(manager)
        #expect(manager.table.census.limited.outbound == 3)
        #expect(manager.dials.count == 3 + 3)
        #expect(manager.core.outboundFailures == 0)
        manager.run(for: .seconds(10))
        #expect(manager.table.census.ready.outbound == 3)
    }

    @Test("is tried by one probe after 5 s, and each that fails doubles that, to 60 s")
    func doubling() {
        let manager = manager(target: 8)
        manager.source.append(contentsOf: (0..<200).map(Self.distant))
        manager.run(for: .zero)
        answer(manager)
        #expect(manager.dials.count == 8)
        for wait in [5, 10, 20, 40, 60, 60, 60] {
            let before = manager.dials.count
            manager.run(for: .seconds(wait) - .tick)
            #expect(manager.dials.count == before)
            manager.run(for: .tick)
            #expect(manager.dials.count == before + 1)
            answer(manager)
        }
        #expect(manager.core.outboundFailures == 0)
        #expect(!manager.trace.contains { $0.hasPrefix("paused") })
        // Said once, with their number.
        #expect(manager.trace.count { $0 == "nobody for 1: 200 noRoute" } == 1)
        #expect(manager.trace.count { $0.hasPrefix("nobody") } == 1)
    }

    @Test(
        "is dialled as before as soon as something of it has an answer, whatever it is",
        arguments: [nil, DialFailure.refused, .unreachable, .timedOut(after: .seconds(30))]
    )
    func back(failure: DialFailure?) {
        let manager = manager(target: 8)
        manager.source.append(contentsOf: (0..<200).map(Self.distant))
        manager.run(for: .zero)
        answer(manager)
        manager.run(for: .seconds(5))
        let probe = manager.dialing[0]
        if let failure { manager.fail(probe, failure) } else { manager.succeed(probe) }
        #expect(manager.dialing.count == (failure == nil ? 7 : 8))
        #expect(rests(manager, Self.distant(0)) == nil)
    }

    @Test("whose probe isn't answered within a second has a route, and is dialled as before")
    func silence() {
        let manager = manager(target: 8)
        manager.source.append(contentsOf: (0..<200).map(Self.distant))
        manager.run(for: .zero)
        answer(manager)
        manager.run(for: .seconds(5))
        #expect(manager.dialing.count == 1)
        manager.run(for: .seconds(1) - .tick)
        #expect(manager.dialing.count == 1)
        manager.run(for: .tick)
        #expect(manager.dialing.count == 8)
        #expect(rests(manager, Self.distant(0)) == nil)
    }

    @Test("that lets its probe vanish doesn't keep a living address from being tried for long")
    func blackHole() {
        let manager = manager(target: 2)
        manager.source.append(contentsOf: (0..<20).map(Self.distant))
        manager.run(for: .zero)
        answer(manager)
        manager.run(for: .seconds(5))
        let probe = manager.dialing[0]
        manager.run(for: .seconds(1))
        // The other one answers.
        #expect(manager.dialing.count == 2)
        for id in manager.dialing where id != probe { manager.succeed(id) }
        manager.run(for: .seconds(10))
        #expect(manager.table.census.ready.outbound == 1)
    }

    @Test("may have one when our addresses have changed")
    func otherAddresses() {
        let manager = manager(target: 8)
        manager.source.append(contentsOf: (0..<200).map(Self.distant))
        manager.run(for: .zero)
        answer(manager)
        manager.run(for: .seconds(5))
        answer(manager)
        #expect(manager.dialing.isEmpty)
        manager.tell(.localAddressesChanged)
        #expect(manager.dialing.count == 8)
    }

    @Test("is a family's public addresses, and a block of others")
    func regions() throws {
        let manager = manager(target: 0)
        for (dialled, rest, goOn) in [
            (
                "8.8.8.8:1", ["1.1.1.1:1", "172.15.0.1:1"],
                ["127.0.0.1:1", "10.0.0.1:1", "[2a00::1]:1"]
            ),
            ("[2a00::1]:2", ["[2600::1]:1", "[2002:808:808::1]:1"], ["[::1]:1", "[fc00::1]:1"]),
            ("10.1.2.3:1", ["10.200.0.1:1"], ["127.0.0.1:1", "192.168.0.1:1", "172.16.0.1:1"]),
            ("[fd12::1]:1", ["[fc00::1]:2"], ["[::1]:1", "[2001:db8::1]:1"]),
        ] {
            let manager = manager
            manager.fail(try manager.connect(dialled), .noRoute)
            for text in rest { #expect(rests(manager, address(text)) == .seconds(5), "\(text)") }
            for text in goOn { #expect(rests(manager, address(text)) == nil, "\(text)") }
            try manager.setNetworkActive(false)
            try manager.setNetworkActive(true)
            for text in rest { #expect(rests(manager, address(text)) == nil, "\(text)") }
        }
    }

    @Test("doesn't hold back a persistent peer of it, which goes on at its own pace and ends it")
    func persistent() throws {
        let manager = manager(target: 1)
        manager.source.append(Self.distant(0))
        let id = try manager.addPersistent("[2a01:1::1]:9108")
        manager.run(for: .zero)
        answer(manager)
        for _ in 0..<20 {
            manager.run(for: .seconds(5))
            #expect(manager.dialing.contains(id))
            answer(manager)
        }
        // The rest is that of the dialler's own probes, however often the peer is tried.
        let rest = try #require(rests(manager, Self.distant(0)))
        #expect(rest <= .seconds(60))
        manager.run(for: .seconds(5))
        manager.succeed(id)
        #expect(rests(manager, Self.distant(0)) == nil)
    }

    @Test("tries a name's other addresses, and counts nothing against any")
    func names() throws {
        let manager = manager(target: 0)
        let id = try manager.connect("a.example:9108")
        manager.resolve(id, to: ["[2a00::7]:9108", "203.0.113.7:9108"])
        manager.fail(id, .noRoute)
        manager.succeed(id)
        #expect(manager.source.told.isEmpty)
        #expect(rests(manager, Self.distant(0)) == .seconds(5))
    }
}
