import Addressing
import ConnectionCore
import Facts
import Testing
import Timing

@Suite("The admission of inbound peers")
struct AdmissionTests {
    /// Why a peer may be refused, in the order of the checks.
    enum Rule: CaseIterable {
        case shuttingDown, networkInactive, banned, rate, flood, duplicate, perHost, slots

        func names(_ refusal: Refusal) -> Bool {
            switch self {
            case .shuttingDown: refusal == .shuttingDown
            case .networkInactive: refusal == .networkInactive
            case .banned: if case .banned = refusal { true } else { false }
            case .rate: refusal == .rateLimited
            case .flood: refusal.isFlood
            case .duplicate: if case .alreadyConnected = refusal { true } else { false }
            case .perHost: refusal == .tooManyPerHost(limit: 1)
            case .slots: refusal == .tooManyConnections(limit: 1)
            }
        }
    }

    /// Where a peer comes from.
    enum Visitor: CaseIterable {
        case stranger, whitelisted, trustedLoopback, untrustedLoopback, onion

        var exemptions: Set<Rule> {
            switch self {
            case .stranger, .untrustedLoopback, .onion: []
            case .trustedLoopback: [.rate, .flood, .perHost]
            case .whitelisted: [.rate, .flood, .perHost, .slots]
            }
        }

        var host: String {
            switch self {
            case .stranger: "198.51.100.7"
            case .whitelisted: "203.0.113.7"
            case .trustedLoopback, .untrustedLoopback, .onion: "127.0.0.1"
            }
        }

        func arrives(from port: Int, at manager: TestManager) -> Refusal? {
            refusal {
                try manager.admit(
                    "\(host):\(port)",
                    network: self == .onion ? .onion : .ip,
                    trustsLoopback: self != .untrustedLoopback
                )
            }
        }
    }

    @Test(
        "exempts trusted loopback from 2, 3 and 5 and whitelisted peers from 2, 3, 5 and 6 only",
        arguments: Visitor.allCases,
        Rule.allCases
    )
    func exemptions(visitor: Visitor, rule: Rule) throws {
        // Only the flood's rule is a matter of chance, which 30 seeds settle.
        var wasRefused = false
        for seed in UInt64(1)...(rule == .flood ? 30 : 1) {
            let found = try refused(visitor, by: rule, seed)
            if let found {
                #expect(rule.names(found), "\(found)")
                wasRefused = true
            }
        }
        #expect(wasRefused == !visitor.exemptions.contains(rule))
    }

    /// Breaks one rule and lets a visitor come.
    private func refused(_ visitor: Visitor, by rule: Rule, _ seed: UInt64) throws -> Refusal? {
        let manager = TestManager(seed: seed) {
            $0.limits.whitelist = [prefix("203.0.113.0/24")]
            if rule == .rate { $0.inbound.burst = 1 }
            if rule == .flood { $0.inbound.floodThreshold = 1 }
            if rule == .perHost { $0.limits.perHost = 1 }
            // The only slot is reserved.
            if rule == .slots { $0.limits.connections = 1 }
        }
        switch rule {
        case .shuttingDown: manager.shutDown()
        case .networkInactive: try manager.setNetworkActive(false)
        case .banned: try manager.ban(visitor.host)
        case .flood:
            for number in 0..<5 { _ = refusal { try manager.admit("\(peer(number))") } }
        case .rate, .perHost: #expect(visitor.arrives(from: 1, at: manager) == nil)
        case .duplicate: #expect(visitor.arrives(from: 2, at: manager) == nil)
        case .slots: break
        }
        return visitor.arrives(from: 2, at: manager)
    }

    @Test(
        "names the first rule that a peer breaks, in the order of the checks",
        arguments: Rule.allCases
    )
    func order(first: Rule) throws {
        // A flood drops by chance: some seed must let its rule speak, and no seed a later one.
        let seeds = UInt64(1)...(first == .flood ? 30 : 1)
        let found = try seeds.map { try firstBroken(from: first, seed: $0) }
        if first == .flood {
            #expect(found.contains { $0?.isFlood == true })
        } else {
            #expect(found.allSatisfy { $0.map(first.names) ?? false }, "\(found)")
        }
    }

    /// Breaks a rule and all that are checked after it.
    private func firstBroken(from first: Rule, seed: UInt64) throws -> Refusal? {
        let index = Rule.allCases.firstIndex(of: first) ?? 0
        let broken = Set(Rule.allCases[index...])
        let manager = TestManager(seed: seed) {
            // One manual connection, and none beside it.
            $0.limits.connections = 1
            $0.limits.reservedManual = 1
            if broken.contains(.perHost) { $0.limits.perHost = 1 }
            if broken.contains(.rate) { $0.inbound.burst = 1 }
            $0.inbound.floodThreshold = broken.contains(.flood) ? 1 : 300
        }
        // Manual, so that a ban spares it.
        let known = broken.contains(.perHost) ? "198.51.100.7:1" : "198.51.100.8:1"
        manager.succeed(try manager.connect(known))
        if broken.contains(.rate) {
            _ = refusal { try manager.admit("198.51.100.7:9") }
        }
        if broken.contains(.flood) {
            for number in 0..<5 { _ = refusal { try manager.admit("\(peer(number))") } }
        }
        if broken.contains(.banned) { try manager.ban("198.51.100.0/24") }
        if broken.contains(.networkInactive) { try manager.setNetworkActive(false) }
        if broken.contains(.shuttingDown) { manager.shutDown() }
        let port = broken.contains(.duplicate) ? 1 : 2
        return refusal { try manager.admit("198.51.100.7:\(port)") }
    }

    @Test("refuses a second connection from the same host and port, through any listener")
    func duplicate() throws {
        let manager = TestManager()
        let id = try manager.admit("198.51.100.7:40000", local: "192.0.2.1:9108")
        for listener in ["192.0.2.1:9108", "192.0.2.1:9109", "[2001:db8::1]:9108"] {
            #expect(throws: Refusal.alreadyConnected(id)) {
                try manager.admit("198.51.100.7:40000", local: listener)
            }
            manager.run(for: .seconds(5))
        }
        try manager.admit("198.51.100.7:40001", local: "192.0.2.1:9109")
        manager.lose(id)
        manager.run(for: .seconds(60))
        try manager.admit("198.51.100.7:40000", local: "192.0.2.1:9109")
    }

    @Test("refuses an inbound peer whose address is being dialled or waits for a retry")
    func duplicateOfPending() throws {
        let manager = TestManager()
        let dialing = try manager.connect("198.51.100.7:9108")
        #expect(throws: Refusal.alreadyPending(dialing)) {
            try manager.admit("198.51.100.7:9108")
        }
        let waiting = try manager.addPersistent("198.51.100.8:9108")
        manager.fail(waiting)
        #expect(throws: Refusal.alreadyPending(waiting)) {
            try manager.admit("198.51.100.8:9108")
        }
        try manager.remove(.id(waiting))
        try manager.admit("198.51.100.8:9108")
    }

    @Test("takes an IPv4-mapped address for the IPv4 address")
    func mapped() throws {
        let manager = TestManager {
            $0.limits.whitelist = [prefix("203.0.113.0/24")]
            $0.limits.perHost = 2
        }
        let id = try manager.admit("198.51.100.7:1")
        #expect(throws: Refusal.alreadyConnected(id)) {
            try manager.admit("[::ffff:198.51.100.7]:1")
        }
        try manager.admit("[::ffff:198.51.100.7]:2")
        manager.run(for: .seconds(60))
        #expect(throws: Refusal.tooManyPerHost(limit: 2)) { try manager.admit("198.51.100.7:3") }

        let listed = try manager.admit("[::ffff:203.0.113.7]:1")
        #expect(manager.table[listed]?.isWhitelisted == true)
        #expect(manager.table[listed]?.remote == address("203.0.113.7:1"))

        try manager.ban("192.0.2.0/24")
        #expect(throws: Refusal.banned(prefix("192.0.2.0/24"), until: nil)) {
            try manager.admit("[::ffff:192.0.2.9]:1")
        }
        #expect(try manager.disconnect(.host(ip("::ffff:198.51.100.7"))) == 2)
    }

    @Test(
        "matches the whitelist by prefix",
        arguments: [
            ("203.0.113.0/24", "203.0.113.255", true),
            ("203.0.113.0/24", "203.0.114.0", false),
            ("203.0.113.7", "203.0.113.7", true),
            ("203.0.113.7", "203.0.113.8", false),
            ("::ffff:203.0.113.0/120", "203.0.113.9", true),
            ("203.0.113.0/24", "::ffff:203.0.113.9", true),
            ("2001:db8::/32", "2001:db8:ffff::1", true),
            ("2001:db8::/32", "2001:db9::1", false),
            ("::/0", "2001:db8::1", true),
            ("::/0", "203.0.113.7", false),
            ("0.0.0.0/0", "2001:db8::1", false),
        ]
    )
    func whitelist(list: String, host: String, isListed: Bool) throws {
        let manager = TestManager { $0.limits.whitelist = [prefix(list)] }
        let remote = PeerAddress(ip(host), port: 1)
        let id = try manager.admit("\(remote)")
        #expect(manager.table[id]?.isWhitelisted == isListed)
        #expect(manager.table.census.whitelisted == (isListed ? 1 : 0))
        #expect(manager.table.census.limited.inbound == (isListed ? 0 : 1))
    }

    @Test("knows peers of an onion service and of an untrusted loopback as proxied")
    func proxied() throws {
        let manager = TestManager { $0.limits.whitelist = [prefix("127.0.0.0/8")] }
        let onion = try manager.admit("127.0.0.1:1", network: .onion)
        #expect(manager.table[onion]?.traits == .proxied)
        let local = try manager.admit("127.0.0.1:2")
        #expect(manager.table[local]?.traits == .whitelisted)
        let stranger = try manager.admit("198.51.100.7:1", trustsLoopback: false)
        #expect(manager.table[stranger]?.traits == [])
        let plain = TestManager()
        let untrusted = try plain.admit("[::1]:2", trustsLoopback: false)
        #expect(plain.table[untrusted]?.traits == .proxied)
    }

    @Test("keeps kind, addresses and time of an admitted peer, and says so once")
    func admitted() throws {
        let manager = TestManager()
        let id = try manager.admit("198.51.100.7:40000", local: "192.0.2.1:9108")
        let connection = try #require(manager.table[id])
        #expect(id.number == 1)
        #expect(connection.kind == .inbound)
        #expect(connection.remote == address("198.51.100.7:40000"))
        #expect(connection.local == address("192.0.2.1:9108"))
        #expect(connection.establishedSince == manager.now.instant)
        #expect(manager.trace == ["accepted 1"])
    }
}
