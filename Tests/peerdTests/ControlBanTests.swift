import Addressing
import Control
import Facts
import Glibc
import Testing
import Timing

/// Bans, and the history of what ended, over the control socket of the running daemon.
@Suite("A ban over the control socket")
struct ControlBanTests {
    @Test(
        "closes what it covers but for the peers of operators, and keeps it out until it is lifted"
    )
    func covers() throws {
        let listener = try LoopbackListener(Loopback.address(185))
        let hole = try BlackHole(Loopback.address(186))
        let daemon = try DaemonProcess(
            """
            outbound.target = 0
            limits.whitelist = ["\(Loopback.host(187))"]
            [[listen]]
            address = "\(Loopback.host(188)):0"
            """,
            withControl: true
        )
        let client = try daemon.connectControl()
        let manual = try client.ask(Peers.Connect(address: "\(listener.remote)")).connection.id
        let kept = try listener.accept()
        let persistent = try client.ask(Peers.AddPersistent(address: "\(hole.address)")).id
        let white = try LoopbackPeer(to: daemon.listening[0], from: Loopback.address(187))
        let plain = try LoopbackPeer(to: daemon.listening[0], from: Loopback.address(189))
        let rows = try daemon.waitForConnections { $0.count == 4 }
        let whitelisted = try #require(rows.first { $0.whitelisted }).id

        let reply = try client.ask(Peers.Ban(prefix: "127.0.0.0/8", durationUSec: 3_600_000_000))
        #expect(reply.closed == 1)
        #expect(Set(reply.spared) == [manual, persistent, whitelisted])
        #expect(plain.ending() == .goodbye && [kept, white].areHeld)
        let again = try LoopbackPeer(to: daemon.listening[0], from: Loopback.address(189))
        #expect(again.ending() == .reset)
        let refused = #expect(throws: ErrorReply.self) {
            try client.ask(Peers.Connect(address: "\(Loopback.host(189)):9108"))
        }
        guard case .peers(.refused(.banned(let prefix, let until?))) = refused else {
            throw Failure("\(refused as Any)")
        }
        let bans = try client.askAll(Peers.ListBans()).flatMap(\.bans)
        #expect(
            bans.map(\.prefix) == ["127.0.0.0/8"]
                && bans.map(\.untilUnixUSec) == [until.microseconds]
        )
        #expect(prefix.description == "127.0.0.0/8")
        let ended = try client.askAll(Peers.History()).flatMap(\.connections)
        #expect(ended.map(\.cause) == [.ended(.banned(prefix, until: until))])

        try client.ask(Peers.Unban(prefix: "127.0.0.0/8"))
        let welcome = try LoopbackPeer(to: daemon.listening[0], from: Loopback.address(189))
        try daemon.waitForConnections { $0.count == 4 }
        #expect(welcome.isHeld)
        #expect(try client.ask(Peers.Status()).status.refusals[.banned] == 1)
    }

    @Test("cancels a dial, and ends by itself")
    func ends() throws {
        let hole = try BlackHole(Loopback.address(190))
        let daemon = try DaemonProcess("outbound.target = 0", withControl: true)
        let (client, dialing) = (try daemon.connectControl(), try daemon.connectControl())
        let timeout: Int64 = 50_000
        // A manual connection is spared, also while it is dialled.
        try dialing.send(Peers.Connect(address: "\(hole.address)", timeoutUSec: timeout))
        try daemon.waitForConnections { $0.count == 1 }
        let reply = try client.ask(
            Peers.Ban(prefix: Loopback.host(190), durationUSec: 300_000)
        )
        #expect(reply.closed == 0 && reply.spared.count <= 1)
        #expect(throws: ErrorReply.failed(.timedOut(after: .microseconds(timeout)))) {
            try dialing.reply(to: Peers.Connect.self)
        }
        let deadline = ContinuousClock.now + ChildProcess.patience
        while try client.ask(Peers.Status()).status.bans > 0
            || !client.askAll(Peers.ListBans()).flatMap(\.bans).isEmpty
        {
            guard ContinuousClock.now < deadline else { throw Failure("it hasn't ended") }
            _ = poll(nil, 0, 20)
        }
        #expect(throws: ErrorReply.failed(.timedOut(after: .microseconds(1)))) {
            try client.ask(Peers.Connect(address: "\(hole.address)", timeoutUSec: 1))
        }
    }

    @Test("is one of hundreds, which are listed in several replies while some come and go")
    func many() throws {
        let daemon = try DaemonProcess("outbound.target = 0", withControl: true)
        let client = try daemon.connectControl()
        #expect(try client.askAll(Peers.ListBans()) == [Peers.ListBans.Reply(bans: [])])
        let prefixes = (0..<300).map { "10.\($0 / 256).\($0 % 256).0/24" }
        for prefix in prefixes { try client.ask(Peers.Ban(prefix: prefix)) }
        try client.ask(Peers.Ban(prefix: "2001:db8::/32"))
        let replies = try client.askAll(Peers.ListBans())
        #expect(replies.map(\.bans.count) == [64, 64, 64, 64, 45])
        #expect(Set(replies.flatMap(\.bans).map(\.prefix)) == Set(prefixes + ["2001:db8::/32"]))
        #expect(replies.flatMap(\.bans).allSatisfy { $0.untilUnixUSec == nil })
        try client.send(Peers.ListBans())
        for prefix in prefixes[100..<200] {
            try daemon.connectControl().ask(Peers.Unban(prefix: prefix))
        }
        var listed: [String] = []
        while true {
            let (reply, continues) = try client.reply(to: Peers.ListBans.self)
            listed += reply.bans.map(\.prefix)
            guard continues else { break }
        }
        let stayed = Set(prefixes[..<100] + prefixes[200...])
        #expect(listed.count == Set(listed).count)
        #expect(stayed.isSubset(of: listed))
        #expect(try client.ask(Peers.Status()).status.bans == 201)
    }

    @Test("is not shortened by another one unless that is to replace it")
    func shorter() throws {
        let daemon = try DaemonProcess("outbound.target = 0", withControl: true)
        let client = try daemon.connectControl()
        let (prefix, hour) = ("10.7.7.0/24", Int64(3_600_000_000))
        let banned = try Prefix(parsing: prefix)
        func until() throws -> WallTime? {
            let bans = try client.askAll(Peers.ListBans()).flatMap(\.bans)
            #expect(bans.map(\.prefix) == [prefix])
            return bans.first?.untilUnixUSec.map { WallTime(microseconds: $0) }
        }
        try client.ask(Peers.Ban(prefix: prefix, durationUSec: hour))
        let first = try until()
        #expect(throws: ErrorReply.refused(.bannedLonger(banned, until: first))) {
            try client.ask(Peers.Ban(prefix: prefix, durationUSec: hour / 2))
        }
        #expect(try until() == first)
        // As long or longer needs no word.
        try client.ask(Peers.Ban(prefix: prefix, durationUSec: hour * 2))
        try client.ask(Peers.Ban(prefix: prefix))
        #expect(try until() == nil)
        #expect(throws: ErrorReply.refused(.bannedLonger(banned, until: nil))) {
            try client.ask(Peers.Ban(prefix: prefix, durationUSec: hour, replace: false))
        }
        try client.ask(Peers.Ban(prefix: prefix, durationUSec: hour, replace: true))
        #expect(try until() != nil)
    }

    @Test("is one of ten thousand at most")
    func tooMany() throws {
        let daemon = try DaemonProcess("outbound.target = 0", withControl: true)
        let client = try daemon.connectControl()
        try client.ask(Peers.SetLogLevel(level: .error))
        for number in 0..<10_000 {
            let prefix = "10.\(number / 250).\(number % 250).0/24"
            try client.send(Peers.Ban(prefix: prefix), oneway: true)
        }
        #expect(throws: ErrorReply.refused(.tooManyBans(limit: 10_000))) {
            try client.ask(Peers.Ban(prefix: "192.0.2.0/24"))
        }
        // One that is there may be changed.
        try client.ask(
            Peers.Ban(prefix: "10.7.7.0/24", durationUSec: 1_000_000_000, replace: true)
        )
        #expect(try client.askAll(Peers.ListBans()).flatMap(\.bans).count == 10_000)
    }

    @Test("or anything else that ends connections is in the history, the latest first")
    func history() throws {
        let daemon = try DaemonProcess(
            """
            outbound.target = 0
            [[listen]]
            address = "\(Loopback.host(191)):0"
            """,
            withControl: true
        )
        let client = try daemon.connectControl()
        #expect(try client.askAll(Peers.History()) == [Peers.History.Reply(connections: [])])
        var sources: [String] = []
        for _ in 0..<150 {
            let peer = try LoopbackPeer(to: daemon.listening[0])
            sources.append("\(try peer.address())")
            try peer.send(bytes: 7)
            peer.finishSending()
            #expect(peer.ending() == .goodbye)
        }
        let replies = try client.askAll(Peers.History())
        #expect(replies.map(\.connections.count) == [64, 64, 22])
        let rows = replies.flatMap(\.connections)
        #expect(rows.map(\.remote) == sources.reversed())
        #expect(
            rows.allSatisfy { $0.cause == .ended(.closedByPeer) && $0.bytesIn == 7 && !$0.ready }
        )
        #expect(rows.map(\.endedUnixUSec) == rows.map(\.endedUnixUSec).sorted(by: >))
        for limit in [1, 64, 65, 128, 150, 151, 1_000] {
            let some = try client.askAll(Peers.History(limit: limit))
            #expect(some.flatMap(\.connections) == Array(rows.prefix(limit)))
            #expect(some.count == (min(limit, 150) + 63) / 64)
        }
    }

    @Test("isn't needed for a thousand addresses: they are added together or not at all")
    func addresses() throws {
        let daemon = try DaemonProcess(
            """
            outbound.target = 0
            outbound.addresses = ["198.51.100.1:9108"]
            """,
            withControl: true
        )
        let client = try daemon.connectControl()
        func count() throws -> Int { try client.ask(Peers.Status()).status.addresses }
        let many = (0..<1_000).map { "10.1.\($0 / 250).\($0 % 250):9108" }
        for wrong in ["nowhere", "peer.example.org:9108", "10.1.2.3:0", ""] {
            #expect(throws: ErrorReply.self) {
                try client.ask(Peers.AddAddresses(addresses: many[1...] + [wrong]))
            }
            #expect(try count() == 1)
        }
        #expect(throws: ErrorReply.service(.invalidParameter("addresses"))) {
            try client.ask(Peers.AddAddresses(addresses: many + ["10.9.9.9:9108"]))
        }
        let first = try client.ask(Peers.AddAddresses(addresses: many))
        #expect(first == Peers.AddAddresses.Reply(added: 1_000, known: 0))
        let second = try client.ask(
            Peers.AddAddresses(addresses: ["198.51.100.1:9108", many[5], "[2001:db8::7]:9108"])
        )
        #expect(second == Peers.AddAddresses.Reply(added: 1, known: 2))
        #expect(try count() == 1_002)
        // They outlive a reload.
        try client.ask(Peers.Reload())
        #expect(try count() == 1_002)
        for block in 2...100 {
            let more = (0..<1_000).map { "10.\(block).\($0 / 250).\($0 % 250):9108" }
            if block < 100 {
                try client.ask(Peers.AddAddresses(addresses: more))
            } else {
                #expect(throws: ErrorReply.refused(.tooManyAddresses(limit: 100_000))) {
                    try client.ask(Peers.AddAddresses(addresses: more))
                }
            }
        }
        // So many fit.
        let last = (0..<999).map { "10.200.\($0 / 250).\($0 % 250):9108" }
        #expect(try client.ask(Peers.AddAddresses(addresses: last)).added == 999)
        #expect(try count() == 100_001)
    }
}
