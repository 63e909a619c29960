import ConnectionCore
import Facts
import Testing
import Timing

@Suite("A peer that misbehaves")
struct MisbehaviourTests {
    private func manager() -> TestManager {
        TestManager {
            $0.handshake.isRequired = true
            $0.limits.whitelist = [prefix("198.51.100.0/24")]
        }
    }

    private func end(_ id: ConnectionID, _ fault: SessionFault) -> String {
        "ended \(id): session(Facts.SessionFault.\(fault)) after 0 s"
    }

    @Test(
        "is banned and disconnected, and so are others of its host",
        arguments: [SessionFault.misbehaved, .malformed]
    )
    func banned(fault: SessionFault) throws {
        let manager = manager()
        let id = try manager.admit("203.0.113.7:1")
        let other = try manager.admit("203.0.113.7:2")
        manager.forgetTrace()
        try manager.banMisbehaving(id, fault)
        #expect(
            manager.trace == [
                "banned 203.0.113.7/32, closed 2",
                end(id, fault), "close \(id)",
                "ended \(other): banned(203.0.113.7/32) after 0 s", "close \(other)",
            ]
        )
    }

    @Test(
        "is disconnected, never banned, if it came by a proxy, from the machine or the whitelist",
        arguments: [
            ("127.0.0.1:1", Arrival.Network.onion, true), ("[::1]:1", .ip, false),
            ("127.0.0.1:1", .ip, true), ("[::1]:1", .ip, true),
            ("[::ffff:127.1.2.3]:1", .ip, true), ("198.51.100.7:1", .ip, true),
        ]
    )
    func spared(remote: String, network: Arrival.Network, trustsLoopback: Bool) throws {
        let manager = manager()
        let other = try manager.admit("127.0.0.1:9")
        let id = try manager.admit(remote, network: network, trustsLoopback: trustsLoopback)
        manager.forgetTrace()
        try manager.banMisbehaving(id, .malformed)
        #expect(manager.trace == [end(id, .malformed), "close \(id)"])
        #expect(manager.core.bans.count == 0)
        #expect(manager.table[other] != nil)
    }

    /// As one is that was made when dialled peers were banned too.
    @Test("on the machine itself comes in again though its host was banned automatically")
    func trustedBefore() throws {
        let manager = manager()
        _ = refusal {
            try manager.command { core, now, _ throws(Refusal) in
                let ban = Ban(prefix: prefix("127.0.0.1"), until: nil, origin: .automatic)
                core.restoreBans([ban], at: now)
            }
        }
        #expect(manager.explain("127.0.0.1:1").refusal(of: .inbound) == nil)
        try manager.admit("127.0.0.1:1")
        try manager.ban("127.0.0.1")
        #expect(refusal { try manager.admit("127.0.0.1:1") } != nil)
    }

    /// By a ban that was read late, from a slow disk, say: any other had kept the peer out.
    @Test("whose host is banned for longer already is told of with that ban")
    func bannedLonger() throws {
        let manager = manager()
        let id = try manager.admit("203.0.113.7:1")
        let known = Ban(prefix: prefix("203.0.113.7"), until: nil, origin: .operator)
        try manager.command { core, now, _ throws(Refusal) in
            core.restoreBans([known], at: now)
        }
        manager.forgetTrace()
        try manager.banMisbehaving(id)
        #expect(manager.reports.first == .banned(known, closed: 1))
        #expect(manager.core.bans.count == 1 && manager.table[id] == nil)
    }

    @Test("is disconnected though an operator named it, and nobody is banned")
    func manual() throws {
        let manager = manager()
        let id = try manager.connect("203.0.113.7:1")
        manager.succeed(id)
        let kept = try manager.addPersistent("203.0.113.7:2")
        manager.succeed(kept)
        manager.shakeHands(kept)
        let guest = try manager.admit("203.0.113.7:3")
        manager.forgetTrace()
        try manager.banMisbehaving(id)
        #expect(manager.trace == [end(id, .misbehaved), "close \(id)"])
        #expect(manager.table[kept]?.isReady == true && manager.table[guest] != nil)
        try manager.banMisbehaving(kept)
        #expect(manager.table[kept]?.isWaiting == true)
        #expect(manager.core.bans.count == 0)
        manager.run(for: .seconds(10))
        // It is dialled because it was named, not picked.
        #expect(manager.table[kept]?.isDialing == true)
        try manager.connect("203.0.113.7:1")
    }

    /// Somebody's port 22, say, which whoever knows us has put on a list.
    @Test("when it was dialled bans no host: its address and port alone rest, for the ban's time")
    func dialled() throws {
        let manager = manager()
        manager.source.append(address("203.0.113.7:22"))
        manager.reload { $0.outbound.target = 1 }
        manager.succeed(try #require(manager.dialing.first))
        manager.forgetTrace()
        try manager.banMisbehaving(
            try #require(manager.connections.first?.id),
            .malformed,
            for: .seconds(3_600)
        )
        #expect(manager.core.bans.count == 0)
        let until = manager.now.wall + .seconds(3_600)
        let rules = manager.explain("203.0.113.7:22").findings.filter { $0.way == .outbound }
        #expect(rules.map(\.rule).contains(.misbehaved(until: until)))
        // Nothing that happens elsewhere forgets it.
        manager.tell(.localAddressesChanged)
        try manager.setNetworkActive(false)
        try manager.setNetworkActive(true)
        manager.run(for: .seconds(3_600) - .tick)
        #expect(manager.dials.isEmpty)
        // The host itself may come, be asked for and be picked at another port.
        try manager.admit("203.0.113.7:5")
        try manager.connect("203.0.113.7:23")
        manager.run(for: .seconds(6))
        #expect(manager.dials.map(\.address).contains(address("203.0.113.7:22")) == false)
        try manager.disconnect(.address("203.0.113.7:23"))
        manager.run(for: .seconds(6))
        #expect(manager.dials.map(\.address).contains(address("203.0.113.7:22")))
    }

    @Test("when it was dialled leaves its host to be picked at another port")
    func otherPort() throws {
        let manager = manager()
        manager.source.append(address("203.0.113.7:22"))
        manager.reload { $0.outbound.target = 1 }
        let first = try #require(manager.dialing.first)
        manager.succeed(first)
        manager.source.append(address("203.0.113.7:9108"))
        try manager.banMisbehaving(first, .malformed)
        manager.run(for: .seconds(6))
        let next = try #require(manager.dialing.first)
        #expect(manager.table[next]?.remote == address("203.0.113.7:9108"))
    }

    @Test("is remembered with the last 1,000 that were dialled")
    func bound() throws {
        let manager = manager()
        manager.checksEachStep = false
        func misbehave(_ number: Int) throws {
            let id = try manager.connect("\(peer(number))")
            manager.succeed(id)
            try manager.banMisbehaving(id, for: .seconds(3_600))
        }
        func rests(_ number: Int) -> Bool {
            manager.explain("\(peer(number))").findings.contains {
                if case .misbehaved = $0.rule { true } else { false }
            }
        }
        for number in 0..<1_000 { try misbehave(number) }
        #expect(rests(0) && rests(999))
        try misbehave(1_000)
        #expect(!rests(0) && rests(1) && rests(1_000))
        manager.check()
    }

    @Test("before it is ready has failed, for its address and for the dialler")
    func blamed() throws {
        let manager = manager()
        manager.source.append(address("203.0.113.7:1"))
        manager.reload { $0.outbound.target = 1 }
        let id = try #require(manager.dialing.first)
        manager.succeed(id)
        try manager.banMisbehaving(id, .malformed)
        #expect(manager.source.told.contains(.failed(address("203.0.113.7:1"))))
        #expect(manager.core.outboundFailures > 0)
    }

    @Test("is nobody who has no connected socket", arguments: ["waiting", "dialing", "gone"])
    func notConnected(phase: String) throws {
        let manager = manager()
        let id = try manager.addPersistent("203.0.113.7:1")
        if phase != "dialing" { manager.fail(id) }
        if phase == "gone" { try manager.remove(.id(id)) }
        manager.forgetTrace()
        #expect(throws: Refusal.notFound) { try manager.banMisbehaving(id) }
        #expect(manager.trace == [])
        #expect(manager.core.bans.count == 0)
    }
}
