import Addressing
import ConnectionCore
import Facts
import Testing
import Timing

@Suite("A link-local peer")
struct ZoneTests {
    @Test(
        "is covered by bans of its link and of all links",
        arguments: [
            ("fe80::%eth0/64", true), ("fe80::1%eth0/128", true), ("fe80::%eth0/32", true),
            ("fe80::/64", true), ("fe80::/10", true), ("fe80::/20", true), ("fe80::1/128", true),
            ("::/0", true), ("fe80::%eth1/64", false), ("fe80::1%eth1/128", false),
            ("fe80::2/128", false), ("fe80:0:0:1::/64", false),
        ]
    )
    func bans(text: String, isCovered: Bool) throws {
        let manager = TestManager()
        try manager.admit("[fe80::1%eth0]:1")
        let outcome = try manager.ban(text)
        #expect(outcome.closed == (isCovered ? 1 : 0))
        if isCovered {
            #expect(throws: Refusal.banned(prefix(text), until: nil)) {
                try manager.admit("[fe80::1%eth0]:2")
            }
        } else {
            try manager.admit("[fe80::1%eth0]:2")
        }
    }

    @Test("is whitelisted with its link or with all of them")
    func whitelist() throws {
        for (text, slots) in [("fe80::%eth0/64", 1), ("fe80::/64", 2), ("fe80::%eth2/64", 0)] {
            let manager = TestManager { $0.limits.whitelist = [prefix(text)] }
            try manager.admit("[fe80::1%eth0]:1")
            try manager.admit("[fe80::1%eth1]:1")
            #expect(manager.connections.count { $0.isWhitelisted } == slots, "\(text)")
        }
    }

    @Test("is another peer and another host on each link")
    func links() throws {
        let manager = TestManager { $0.limits.perHost = 1 }
        let first = try manager.connect("[fe80::1%eth0]:1")
        manager.succeed(first)
        #expect(throws: Refusal.self) { try manager.connect("[fe80::1%eth0]:1") }
        #expect(throws: Refusal.self) { try manager.admit("[fe80::9%eth0]:2") }
        let second = try manager.connect("[fe80::1%eth1]:1")
        manager.succeed(second)
        #expect(manager.connections.map(\.id) == [first, second])
    }

    @Test("can be dialled on a link, and not on any")
    func dialable() throws {
        #expect(ConnectionCore.isDialable(try PeerAddress(parsing: "[fe80::1%eth0]:1")))
        #expect(!ConnectionCore.isDialable(try PeerAddress(parsing: "[fe80::1]:1")))
        #expect(!ConnectionCore.isDialable(try PeerAddress(parsing: "[febf::1]:1")))
    }

    @Test("has its link's way out of the machine, so that one that is gone rests alone")
    func regions() throws {
        func region(_ text: String) throws -> Region { Region(try PeerAddress(parsing: text)) }
        #expect(try region("[fe80::1%eth0]:1") == region("[fe80::2%eth0]:2"))
        #expect(try region("[fe80::1%eth0]:1") != region("[fe80::1%eth1]:1"))
        #expect(try region("[fe80::1%eth0]:1") != region("[fe80::1]:1"))
    }

    @Test("whose interface is missing is tried again at its own pace, and nobody is blamed")
    func missing() throws {
        let manager = TestManager()
        let id = try manager.addPersistent("[fe80::1%eth0]:1")
        let failure = DialFailure.noLocalEnd(.interface(try Zone(named: "eth0")))
        #expect(failure.blamesNobody)
        for _ in 0..<20 {
            manager.fail(id, failure)
            manager.run(for: .seconds(5))
            #expect(manager.dialing == [id])
        }
    }
}
