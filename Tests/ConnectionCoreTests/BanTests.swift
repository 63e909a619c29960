import Addressing
import ConnectionCore
import Facts
import Testing
import Timing

@Suite("A ban")
struct BanTests {
    @Test("by an operator closes what it covers and refuses what comes")
    func closing() throws {
        let manager = TestManager()
        let inside = try manager.admit("203.0.113.7:1")
        let outside = try manager.admit("203.0.114.7:1")
        manager.forgetTrace()
        let outcome = try manager.ban("203.0.113.0/24", for: .seconds(60))
        #expect(outcome.closed == 1)
        #expect(outcome.spared == [])
        #expect(
            manager.trace == [
                "banned 203.0.113.0/24, closed 1",
                "ended \(inside): banned(203.0.113.0/24) after 0 s", "close \(inside)",
            ]
        )
        #expect(manager.connections.map(\.id) == [outside])
        let until = manager.now.wall + .seconds(60)
        guard case .ended(_, let ending, _, _) = manager.reports.last else {
            Issue.record("\(manager.reports)")
            return
        }
        #expect(ending == .banned(prefix("203.0.113.0/24"), until: until))
        #expect(throws: Refusal.banned(prefix("203.0.113.0/24"), until: until)) {
            try manager.admit("203.0.113.8:1")
        }
        #expect(throws: Refusal.banned(prefix("203.0.113.0/24"), until: until)) {
            try manager.connect("203.0.113.8:1")
        }
    }

    @Test("spares whitelisted, manual and persistent peers, and names them")
    func spared() throws {
        let manager = TestManager {
            $0.limits.whitelist = [prefix("203.0.113.1")]
            $0.outbound.target = 1
        }
        let whitelisted = try manager.admit("203.0.113.1:1")
        let manual = try manager.connect("203.0.113.2:1")
        manager.succeed(manual)
        let waiting = try manager.addPersistent("203.0.113.3:1")
        manager.fail(waiting)
        let dialing = try manager.connect("203.0.113.4:1")
        try manager.admit("203.0.113.5:1")
        let outcome = try manager.ban("203.0.113.0/24")
        #expect(outcome.closed == 1)
        #expect(outcome.spared == [whitelisted, manual, waiting, dialing])
        #expect(manager.table.count == 4)
    }

    @Test("ends with its duration, to the microsecond")
    func duration() throws {
        let manager = TestManager()
        try manager.ban("203.0.113.0/24", for: .seconds(60))
        manager.run(for: .seconds(60) - .microseconds(1))
        #expect(refusal { try manager.admit("203.0.113.7:1") } != nil)
        manager.run(for: .microseconds(1))
        try manager.admit("203.0.113.7:1")
        #expect(manager.core.bans.inForce(at: manager.now) == [])
    }

    @Test("without a duration has no end until it is lifted")
    func lifted() throws {
        let manager = TestManager()
        try manager.ban("203.0.113.0/24")
        manager.run(for: .seconds(1_000_000_000))
        #expect(refusal { try manager.admit("203.0.113.7:1") } != nil)
        #expect(throws: Refusal.notFound) { try unban("203.0.113.7", at: manager) }
        try unban("203.0.113.0/24", at: manager)
        try manager.admit("203.0.113.7:1")
        #expect(throws: Refusal.notFound) { try unban("203.0.113.0/24", at: manager) }
    }

    private func unban(_ text: String, at manager: TestManager) throws(Refusal) {
        try manager.command { core, _, actions throws(Refusal) in
            try core.unban(prefix(text), &actions)
        }
    }

    @Test(
        "covers the addresses of its prefix only",
        arguments: [
            ("203.0.113.7", "203.0.113.7", true), ("203.0.113.7", "203.0.113.8", false),
            ("203.0.0.0/16", "203.0.255.255", true), ("203.0.0.0/16", "203.1.0.0", false),
            ("0.0.0.0/0", "203.0.113.7", true), ("0.0.0.0/0", "2001:db8::1", false),
            ("2001:db8::/32", "2001:db8:ffff::1", true), ("2001:db8::/32", "2001:db9::", false),
            ("::/0", "2001:db8::1", true), ("::/0", "203.0.113.7", false),
            ("::/64", "203.0.113.7", false), ("::ffff:203.0.113.0/120", "203.0.113.7", true),
        ]
    )
    func coverage(banned: String, host: String, isCovered: Bool) throws {
        let manager = TestManager()
        try manager.ban(banned)
        let remote = "\(PeerAddress(ip(host), port: 1))"
        #expect((refusal { try manager.admit(remote) } != nil) == isCovered)
    }

    @Test(
        "of a peer that misbehaved covers its host",
        arguments: [
            ("203.0.113.7:1", "203.0.113.7/32"), ("[::ffff:203.0.113.7]:1", "203.0.113.7/32"),
            ("[2001:db8:1:2:3::4]:1", "2001:db8:1:2::/64"),
            ("[2002:cb00:7107:1::4]:1", "203.0.113.7/32"),
            ("[64:ff9b::203.0.113.7]:1", "203.0.113.7/32"),
            ("[2001:0:4136:e378:8000:63bf:3fff:fdd2]:1", "192.0.2.45/32"),
        ]
    )
    func automatic(remote: String, covered: String) throws {
        let manager = TestManager()
        let id = try manager.admit(remote)
        try manager.banMisbehaving(id)
        let bans = manager.core.bans.inForce(at: manager.now)
        #expect(bans.map(\.prefix) == [prefix(covered)])
        #expect(bans.map(\.origin) == [.automatic])
        #expect(manager.table.count == 0)
        #expect(refusal { try manager.admit(remote) } != nil)
    }

    @Test(
        "never comes automatically for whitelisted peers, those behind a proxy and on the machine"
    )
    func neverAutomatic() throws {
        let manager = TestManager { $0.limits.whitelist = [prefix("203.0.113.7")] }
        try manager.banMisbehaving(try manager.admit("203.0.113.7:1"))
        try manager.banMisbehaving(try manager.admit("127.0.0.1:1", network: .onion))
        try manager.banMisbehaving(try manager.admit("[::1]:1", trustsLoopback: false))
        try manager.banMisbehaving(try manager.admit("127.0.0.1:2"))
        #expect(manager.core.bans.count == 0)
    }

    @Test("that came automatically doesn't keep a whitelisted neighbour out, an operator's does")
    func whitelistedNeighbour() throws {
        let manager = TestManager { $0.limits.whitelist = [prefix("2001:db8::1")] }
        try manager.banMisbehaving(try manager.admit("[2001:db8::2]:1"))
        #expect(refusal { try manager.admit("[2001:db8::3]:1") } != nil)
        let id = try manager.admit("[2001:db8::1]:1")
        #expect(manager.table[id]?.isWhitelisted == true)
        // The automatic one, which is wider, must not hide it.
        try manager.ban("2001:db8::1")
        #expect(throws: Refusal.banned(prefix("2001:db8::1"), until: nil)) {
            try manager.admit("[2001:db8::1]:2")
        }
    }

    @Test("that came automatically doesn't replace an operator's")
    func operatorStays() throws {
        let manager = TestManager()
        let id = try manager.admit("203.0.113.7:1")
        let ban = Ban(prefix: prefix("203.0.113.7"), until: nil, origin: .operator)
        // Made by a call it would have closed the connection.
        _ = refusal {
            try manager.command { core, now, _ throws(Refusal) in
                core.restoreBans([ban], at: now)
            }
        }
        manager.forgetTrace()
        try manager.banMisbehaving(id, for: .seconds(1))
        #expect(manager.core.bans.inForce(at: manager.now) == [ban])
        guard case .banned(ban, closed: 1) = manager.reports.first else {
            Issue.record("\(manager.reports)")
            return
        }
    }

    @Test("makes room for another automatic one at 10,000: the soonest to end goes")
    func automaticBound() throws {
        let manager = TestManager { $0.inbound.floodThreshold = 1_000_000 }
        manager.checksEachStep = false
        try manager.ban("198.51.100.0/24", for: .seconds(1))
        for number in 0..<10_000 {
            let id = try manager.admit("\(peer(number))")
            // The one that ends soonest lies somewhere in the middle.
            let duration = number == 4_321 ? 100 : 1_000 + number
            try manager.banMisbehaving(id, for: .seconds(duration))
        }
        #expect(manager.core.bans.count == 10_001)
        #expect(refusal { try manager.admit("\(peer(4_321))") } != nil)
        try manager.banMisbehaving(try manager.admit("\(peer(10_000))"))
        #expect(manager.core.bans.count == 10_001)
        try manager.admit("\(peer(4_321))")
        #expect(refusal { try manager.admit("\(peer(0))") } != nil)
        #expect(refusal { try manager.admit("198.51.100.7:1") } != nil)
        manager.check()
    }

    @Test(
        "of a peer that misbehaved keeps its host out by whatever way it comes back",
        arguments: [
            "203.0.113.7:1", "[2002:cb00:7107:1::4]:1", "[64:ff9b::203.0.113.7]:1",
            "[2001:0:4136:e378:8000:63bf:34ff:8ef8]:1",
        ]
    )
    func otherWays(remote: String) throws {
        let ways = [
            "203.0.113.7:2", "[2002:cb00:7107:ffff::1]:2", "[64:ff9b::cb00:7107]:2",
            "[2001:0:1:2:3:4:34ff:8ef8]:2",
        ]
        let manager = TestManager {
            $0.limits.perHost = 10
            $0.inbound.burst = 10
        }
        let others = try ways.map { try manager.admit($0) }
        try manager.banMisbehaving(try manager.admit(remote))
        for (way, id) in zip(ways, others) {
            #expect(manager.table[id] == nil)
            #expect(refusal { try manager.admit(way) } != nil)
        }
        try manager.admit("203.0.113.8:1")
        try manager.admit("[2002:cb00:7108::1]:1")
    }

    @Test("by an operator that is refused for want of room leaves an automatic one as it is")
    func refusedWhenFull() throws {
        let manager = TestManager()
        manager.checksEachStep = false
        try manager.banMisbehaving(try manager.admit("203.0.113.7:1"))
        for number in 0..<BanList.maxOperator { try manager.ban("\(peer(number).host)") }
        let before = manager.core.bans.inForce(at: manager.now)
        manager.forgetTrace()
        #expect(throws: Refusal.tooManyBans(limit: BanList.maxOperator)) {
            try manager.ban("203.0.113.7")
        }
        #expect(manager.core.bans.inForce(at: manager.now) == before)
        #expect(manager.trace == [])
        #expect(refusal { try manager.admit("203.0.113.7:1") } != nil)
        // That of the same prefix makes room by itself.
        try manager.ban("\(peer(0).host)")
        manager.check()
    }

    @Test("by an operator is never evicted: the 10,001st is refused")
    func operatorBound() throws {
        let manager = TestManager()
        manager.checksEachStep = false
        for number in 0..<10_000 {
            try manager.ban("\(peer(number).host)", for: .seconds(1_000))
        }
        #expect(throws: Refusal.tooManyBans(limit: 10_000)) { try manager.ban("203.0.113.7") }
        try manager.banMisbehaving(try manager.admit("198.51.100.7:1"), for: .seconds(1))
        #expect(manager.core.bans.count == 10_001)
        manager.run(for: .seconds(1_000))
        // What has ended makes room.
        try manager.ban("203.0.113.7")
        #expect(manager.core.bans.count == 1)
        manager.check()
    }
}
