import Addressing
import ConnectionCore
import Facts
import Testing
import Timing

@Suite("The outbound target")
struct OutboundTargetTests {
    /// Many addresses, each in a group of its own.
    private func manager(
        target: Int = 8,
        addresses: Int = 100,
        _ change: (inout Policy) -> Void = { _ in }
    ) -> TestManager {
        let manager = TestManager {
            $0.outbound.target = target
            change(&$0)
        }
        manager.source.append(contentsOf: (0..<addresses).map { peer($0) })
        return manager
    }

    /// Lets every dial of this moment succeed.
    private func succeedAll(_ manager: TestManager) {
        for id in manager.dialing { manager.succeed(id) }
    }

    @Test("is dialled for all at once, and no further")
    func start() {
        let manager = manager()
        manager.run(for: .zero)
        #expect(manager.dials.map(\.address) == (0..<8).map { peer($0) })
        manager.run(for: .seconds(29))
        #expect(manager.dials.count == 8)
    }

    @Test("of more than are dialled in one turn is dialled for turn by turn, without a pause")
    func turns() throws {
        var policy = Policy()
        policy.limits.connections = 1_000
        policy.outbound.target = 2 * Policy.Outbound.mostDialsAtOnce + 1
        var core = ConnectionCore(policy: policy, seed: 1)
        var source = ListedAddresses()
        source.append(contentsOf: (0..<1_000).map { peer($0) })
        let now = Moment(instant: Instant(nanoseconds: 1), wall: WallTime(microseconds: 1))
        for expected in [Policy.Outbound.mostDialsAtOnce, Policy.Outbound.mostDialsAtOnce, 1] {
            var actions = Actions()
            #expect(try #require(core.deadline) <= now.instant)
            core.handle(.deadlineReached, at: now, picking: &source, &actions)
            let dials = actions.pending.count { if case .dial = $0 { true } else { false } }
            #expect(dials == expected)
            core.checkInvariants()
        }
        #expect(try #require(core.deadline) > now.instant)
    }

    @Test("of 0 dials nothing, however long it takes")
    func connectMode() {
        let manager = manager(target: 0)
        manager.run(for: .seconds(100_000))
        #expect(manager.dials.isEmpty)
        #expect(manager.source.picks == 0)
        #expect(manager.core.deadline == nil)
    }

    @Test("is held without a further dial or pick")
    func held() {
        let manager = manager()
        manager.run(for: .zero)
        succeedAll(manager)
        let picks = manager.source.picks
        manager.run(for: .seconds(100_000))
        #expect(manager.dials.count == 8)
        #expect(manager.source.picks == picks)
        #expect(manager.table.census.ready.outbound == 8)
        #expect(manager.core.deadline == nil)
    }

    @Test("is held again after losses: one dial for each, at the moment of the loss")
    func losses() throws {
        let manager = manager()
        manager.run(for: .zero)
        succeedAll(manager)
        manager.run(for: .seconds(600))
        for _ in 0..<20 {
            manager.forgetTrace()
            let lost = try #require(manager.connections.first)
            manager.lose(lost.id)
            #expect(manager.dials.count == 1)
            #expect(manager.dials.first?.at == manager.now.instant)
            succeedAll(manager)
            manager.run(for: .seconds(60))
            #expect(manager.dials.count == 1)
            #expect(manager.table.census.ready.outbound == 8)
        }
    }

    @Test("counts what is being dialled, and shows as held what is ready")
    func counted() {
        let manager = manager()
        manager.run(for: .zero)
        #expect(manager.table.census.limited.outbound == 8)
        #expect(manager.table.census.dialing.outbound == 8)
        succeedAll(manager)
        #expect(manager.table.census.dialing.outbound == 0)
        #expect(manager.table.census.ready.outbound == 0)
        manager.run(for: .seconds(10))
        #expect(manager.table.census.ready.outbound == 8)
    }

    @Test("has one connection a group, and looks further when a group has one")
    func groups() {
        let manager = TestManager { $0.outbound.target = 8 }
        manager.source.append(
            contentsOf: ["198.51.100.1:9108", "198.51.7.7:9108", "203.0.113.1:9108"].map(address)
        )
        manager.run(for: .zero)
        #expect(
            manager.dials.map(\.address) == [
                address("198.51.100.1:9108"), address("203.0.113.1:9108"),
            ]
        )
    }

    @Test(
        "counts manual and persistent connections of a group in every phase, and no inbound ones",
        arguments: ["dialing", "established", "waiting", "inbound"]
    )
    func groupsOfOthers(phase: String) throws {
        let manager = TestManager { $0.outbound.target = 1 }
        let occupant = "198.51.100.1:9108"
        switch phase {
        case "dialing": try manager.connect(occupant)
        case "established": manager.succeed(try manager.connect(occupant))
        case "waiting": manager.fail(try manager.addPersistent(occupant))
        default: try manager.admit(occupant)
        }
        manager.run(for: .seconds(1))
        manager.forgetTrace()
        manager.source.append(address("198.51.200.2:9108"))
        manager.run(for: .seconds(1))
        manager.run(for: .seconds(0.5))
        manager.run(for: .seconds(3.5))
        let isDialed = manager.dials.contains { $0.address == address("198.51.200.2:9108") }
        #expect(isDialed == (phase == "inbound"))
    }

    @Test("admits as many of a group as is set, and any number at 0", arguments: [1, 2, 5, 0])
    func groupLimit(limit: Int) {
        let manager = TestManager {
            $0.outbound.target = 8
            $0.outbound.maxPerGroup = limit
        }
        for host in 1...10 { manager.source.append(address("198.51.100.\(host):9108")) }
        manager.run(for: .zero)
        #expect(manager.dials.count == (limit == 0 ? 8 : limit))
    }

    @Test("leaves the addresses of manual, persistent and inbound peers to them")
    func othersAddresses() throws {
        let manager = TestManager {
            $0.outbound.target = 8
            $0.outbound.maxPerGroup = 0
        }
        try manager.connect("198.51.100.1:9108")
        manager.succeed(try manager.connect("198.51.100.2:9108"))
        manager.fail(try manager.addPersistent("198.51.100.3:9108"))
        try manager.addPersistent("198.51.100.4:9108")
        try manager.admit("198.51.100.5:9108")
        manager.run(for: .seconds(1))
        manager.forgetTrace()
        for host in 1...6 { manager.source.append(address("198.51.100.\(host):9108")) }
        manager.run(for: .seconds(5))
        let automatic = manager.connections.filter { $0.kind == .outbound }
        #expect(automatic.map(\.remote) == [address("198.51.100.6:9108")])
    }

    @Test("is not dialled at what is banned, until the ban ends")
    func banned() throws {
        let manager = TestManager { $0.outbound.target = 1 }
        try manager.ban("16.0.0.0/16", for: .seconds(60))
        manager.source.append(peer(0))
        manager.run(for: .seconds(60) - .tick)
        #expect(manager.dials.isEmpty)
        manager.run(for: .seconds(5))
        #expect(manager.dials.map(\.address) == [peer(0)])
    }

    @Test(
        "is not dialled at what no socket can reach",
        arguments: [
            "0.0.0.0:9108", "[::]:9108", "224.0.0.1:9108", "[ff02::1]:9108",
            "255.255.255.255:9108", "198.51.100.7:0",
        ]
    )
    func undialable(text: String) {
        let manager = TestManager { $0.outbound.target = 1 }
        manager.source.append(address(text))
        manager.run(for: .seconds(60))
        #expect(manager.dials.isEmpty)
    }

    @Test("is not dialled at onion services, which no socket reaches")
    func onion() {
        let manager = TestManager { $0.outbound.target = 1 }
        let key = OnionKey(a: 1, b: 2, c: 3, d: 4)
        manager.source.append(PeerAddress(host: .onion(key), port: 9108))
        manager.run(for: .seconds(60))
        #expect(manager.dials.isEmpty)
    }

    @Test("is bounded by the slots that there are")
    func slots() {
        let manager = manager(target: 8) { $0.limits.connections = 5 }
        manager.run(for: .zero)
        #expect(manager.dials.count == 5)
        succeedAll(manager)
        manager.run(for: .seconds(1_000))
        #expect(manager.dials.count == 5)
    }

    @Test("is held again at once when a peer is adopted as a persistent one")
    func adopted() throws {
        let manager = manager(target: 2)
        manager.run(for: .zero)
        succeedAll(manager)
        try manager.addPersistent("\(peer(0))")
        #expect(manager.dials.count == 3)
        #expect(manager.table.census.limited.outbound == 2)
    }
}
