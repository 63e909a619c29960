import Addressing
import ConnectionCore
import Facts
import Testing
import Timing

/// How long bans hold, and which of several it is that holds.
@Suite("A ban's term")
struct BanTermTests {
    @Test(
        "is as long as was asked for, whatever the calendar's clock is set to",
        arguments: [.seconds(1_800_000_000), .seconds(-1_800_000_000), .seconds(2)] as [Duration]
    )
    func clock(shift: Duration) throws {
        let manager = TestManager()
        try manager.ban("203.0.113.7", for: .seconds(3_600))
        manager.run(for: .seconds(600))
        manager.setClock(by: shift)
        let until = manager.now.wall + .seconds(3_000)
        #expect(
            refusal { try manager.admit("203.0.113.7:1") }
                == .banned(prefix("203.0.113.7"), until: until)
        )
        #expect(manager.core.bans.inForce(at: manager.now).map(\.until) == [until])
        manager.run(for: .seconds(3_000) - .microseconds(1))
        #expect(refusal { try manager.admit("203.0.113.7:1") } != nil)
        manager.run(for: .microseconds(1))
        try manager.admit("203.0.113.7:1")
    }

    /// Nothing but the calendar tells when a ban of an earlier process ends.
    @Test("is the calendar's if it is of an earlier process")
    func restored() throws {
        let manager = TestManager()
        let until = manager.now.wall + .seconds(3_600)
        let old = Ban(prefix: prefix("203.0.113.7"), until: until, origin: .operator)
        _ = refusal {
            try manager.command { core, now, _ throws(Refusal) in
                core.restoreBans([old], at: now)
            }
        }
        manager.setClock(by: .seconds(3_000))
        #expect(manager.core.bans.inForce(at: manager.now) == [old])
        manager.run(for: .seconds(600))
        try manager.admit("203.0.113.7:1")
    }

    @Test("is told as the longest of all bans that cover an address")
    func longest() throws {
        let manager = TestManager()
        try manager.ban("203.0.0.0/16", for: .seconds(60))
        try manager.ban("203.0.113.0/24", for: .seconds(600))
        try manager.ban("203.0.113.7", for: .seconds(10), replacing: true)
        let longest = Rule.banned(prefix("203.0.113.0/24"), until: manager.now.wall + .seconds(600))
        let findings = manager.explain("203.0.113.7:1").findings
        #expect(findings.filter { $0.way == .inbound }.map(\.rule).contains(longest))
        try manager.ban("203.0.0.0/16")
        #expect(
            refusal { try manager.connect("203.0.113.7:1") }
                == .banned(prefix("203.0.0.0/16"), until: nil)
        )
        // Of several for ever it is the widest.
        try manager.ban("203.0.113.7")
        #expect(
            refusal { try manager.connect("203.0.113.7:1") }
                == .banned(prefix("203.0.0.0/16"), until: nil)
        )
    }

    @Test("isn't shortened by accident, by nobody")
    func shorter() throws {
        let manager = TestManager()
        try manager.ban("203.0.113.7", for: .seconds(600))
        let until = manager.now.wall + .seconds(600)
        manager.forgetTrace()
        #expect(
            refusal { try manager.ban("203.0.113.7", for: .seconds(60)) }
                == .bannedLonger(prefix("203.0.113.7"), until: until)
        )
        #expect(manager.trace == [])
        #expect(manager.core.bans.inForce(at: manager.now).map(\.until) == [until])
        manager.run(for: .seconds(540))
        // By now it is no shorter.
        try manager.ban("203.0.113.7", for: .seconds(60))
        try manager.ban("203.0.113.7", for: .seconds(1), replacing: true)
        manager.run(for: .seconds(1))
        try manager.admit("203.0.113.7:1")
    }

    @Test(
        "isn't made for a shorter time than a wider one has, unless it is to stand beside it",
        arguments: [
            ("203.0.113.0/24", "203.0.113.7"), ("203.0.113.0/24", "203.0.113.128/25"),
            ("203.0.113.0/24", "2002:cb00:7107::/48"), ("0.0.0.0/0", "64:ff9b::cb00:7107"),
            ("::/0", "2001:db8::/32"), ("2001:db8::/32", "2001:db8:1::/48"),
        ]
    )
    func underWider(wide: String, narrow: String) throws {
        let manager = TestManager()
        try manager.ban(wide, for: .seconds(600))
        let until = manager.now.wall + .seconds(600)
        manager.forgetTrace()
        #expect(
            refusal { try manager.ban(narrow, for: .seconds(60)) }
                == .bannedLonger(prefix(wide), until: until)
        )
        #expect(manager.trace == [])
        #expect(manager.core.bans.inForce(at: manager.now).map(\.prefix) == [prefix(wide)])
        // For longer it changes something, and so does what is wider, or elsewhere.
        try manager.ban(narrow, for: .seconds(601))
        try manager.ban(narrow, for: .seconds(60), replacing: true)
        let terms = manager.core.bans.inForce(at: manager.now).map(\.until)
        #expect(Set(terms) == [until, manager.now.wall + .seconds(60)])
        manager.check()
    }

    @Test(
        "is made for a shorter time than one that doesn't cover all of it",
        arguments: [
            ("203.0.113.7", "203.0.113.0/24"), ("203.0.112.0/24", "203.0.113.7"),
            ("::/0", "203.0.113.7"), ("0.0.0.0/0", "2001:db8::/32"),
            ("203.0.113.0/24", "2002:cb00::/32"), ("0.0.0.0/0", "2000::/3"),
        ]
    )
    func besideOthers(known: String, new: String) throws {
        let manager = TestManager()
        try manager.ban(known)
        try manager.ban(new, for: .seconds(60))
        #expect(manager.core.bans.inForce(at: manager.now).count == 2)
    }

    @Test("that has ended leaves nothing that depends on the calendar's clock")
    func noneTimed() throws {
        let manager = TestManager()
        try manager.ban("203.0.113.7")
        #expect(!manager.core.bans.hasTimed(at: manager.now))
        try manager.ban("203.0.113.8", for: .seconds(60))
        try manager.ban("203.0.113.9", for: .seconds(30))
        #expect(manager.core.bans.hasTimed(at: manager.now))
        #expect(manager.core.bans.countInForce(at: manager.now) == 3)
        manager.run(for: .seconds(60) - .tick)
        #expect(manager.core.bans.hasTimed(at: manager.now))
        #expect(manager.core.bans.countInForce(at: manager.now) == 2)
        manager.run(for: .tick)
        #expect(!manager.core.bans.hasTimed(at: manager.now))
        #expect(manager.core.bans.countInForce(at: manager.now) == 1)
        // Nobody has come across them.
        #expect(manager.core.bans.count == 3)
    }

    @Test(
        "covers an IPv4 host in a tunnel as well, and what is connected there",
        arguments: [
            "[2002:cb00:7107:1::4]:1", "[64:ff9b::203.0.113.7]:1",
            "[2001:0:4136:e378:8000:63bf:34ff:8ef8]:1",
        ]
    )
    func tunnels(remote: String) throws {
        for banned in ["203.0.113.7", "203.0.113.0/24", "0.0.0.0/0"] {
            let manager = TestManager()
            let id = try manager.admit(remote)
            #expect(try manager.ban(banned).closed == 1)
            #expect(manager.table[id] == nil)
            #expect(
                refusal { try manager.admit(remote) } == .banned(prefix(banned), until: nil)
            )
            #expect(refusal { try manager.connect(remote) } != nil)
        }
        let manager = TestManager()
        try manager.ban("203.0.113.8")
        try manager.ban("198.51.100.0/24")
        try manager.admit(remote)
    }

    @Test("is reported for four who misbehave at once, then silently kept, then counted")
    func quieting() throws {
        let manager = TestManager()
        func misbehave(_ number: Int) throws {
            let id = try manager.admit("\(peer(number))")
            manager.forgetTrace()
            try manager.banMisbehaving(id, for: .seconds(3_600))
        }
        for number in 0..<4 {
            try misbehave(number)
            #expect(manager.trace.first == "banned \(peer(number).host)/32, closed 1")
        }
        try misbehave(4)
        #expect(manager.trace.prefix(2) == ["bans silent for 1 min", "keep \(peer(4).host)/32"])
        for number in 5..<30 {
            try misbehave(number)
            #expect(manager.trace.first == "keep \(peer(number).host)/32")
        }
        #expect(manager.core.bans.count == 30)
        // An operator is told of his own.
        manager.forgetTrace()
        try manager.ban("203.0.113.7")
        #expect(manager.trace == ["banned 203.0.113.7/32, closed 0"])
        manager.run(for: .seconds(60))
        #expect(manager.trace.last == "bans suppressed 26 in 1 min")
        try misbehave(30)
        #expect(manager.trace.first == "banned \(peer(30).host)/32, closed 1")
    }

    @Test("that came automatically ends early where neighbours have most of them")
    func crowded() throws {
        let most = BanList.maxAutomatic
        let manager = TestManager { $0.inbound.floodThreshold = 1_000_000 }
        manager.checksEachStep = false
        func misbehave(_ remote: PeerAddress, for seconds: Int) throws {
            try manager.banMisbehaving(try manager.admit("\(remote)"), for: .seconds(seconds))
        }
        // Twenty others, who end first, and then one who has an IPv6 /48 of his own.
        for number in 0..<20 { try misbehave(peer(number), for: 100 + number) }
        func neighbour(_ number: Int) -> PeerAddress {
            PeerAddress(
                IPAddress(high: 0x2a00_0db8_0001_0000 + UInt64(number), low: 1),
                port: 1
            )
        }
        for number in 0..<most + 500 { try misbehave(neighbour(number), for: 10_000 + number) }
        #expect(manager.core.bans.count == most)
        for number in 0..<20 { #expect(refusal { try manager.admit("\(peer(number))") } != nil) }
        try manager.admit("\(neighbour(0))")
        #expect(refusal { try manager.admit("\(neighbour(most + 499))") } != nil)
        manager.check()
    }

    /// Whoever can bring one about can bring about many.
    @Test("that came automatically costs little more when there are ten thousand")
    func costAtLimit() throws {
        let most = BanList.maxAutomatic
        let manager = TestManager { $0.inbound.floodThreshold = 1_000_000 }
        manager.checksEachStep = false
        func misbehave(_ numbers: Range<Int>) throws {
            for number in numbers {
                let id = try manager.admit("\(peer(number))")
                try manager.banMisbehaving(id, for: .seconds(1_000 + number))
            }
        }
        let few = try processorTime { try misbehave(0..<500) }
        try misbehave(500..<most)
        let many = try processorTime { try misbehave(most..<most + 500) }
        #expect(manager.core.bans.count == most)
        // A look at all of them for each would take a hundred times as long.
        #expect(many < few * 10)
        manager.check()
    }
}
