import Addressing
import Control
import DecredWire
import Facts
import Glibc
import Testing

/// The whole process is stopped for longer than it gives anybody, while peers and kernel go on.
@Suite("A daemon that stood still")
struct StandstillTests {
    @Test("keeps 2,000 peers, whether their messages wait unread or they waited for its pings")
    func peers() throws {
        let (ping, idle) = (4, 8)
        let daemon = try DaemonProcess(
            """
            network = "regnet"
            outbound.target = 0
            limits.connections = 2100
            protocol.ping-interval = "\(ping)s"
            protocol.idle-timeout = "\(idle)s"
            [[listen]]
            address = "\(Loopback.host(192)):0"
            trusted-loopback = true
            """,
            withControl: true
        )
        let client = try daemon.connectControl()
        try client.ask(Peers.SetLogLevel(level: .warning))
        var peers: [LoopbackPeer] = []
        while peers.count < 2_000 {
            for _ in 0..<100 {
                let peer = try LoopbackPeer(to: daemon.listening[0])
                try peer.send(Self.handshake)
                peers.append(peer)
            }
            // Those that are there must not be idle before the others are.
            for peer in peers { try peer.send(Self.ping) }
        }
        let deadline = ContinuousClock.now + ChildProcess.patience
        while try client.ask(Peers.Status()).status.ready.inbound < peers.count {
            guard ContinuousClock.now < deadline else { throw Failure("they aren't ready") }
            for peer in peers { try peer.send(Self.ping) }
        }

        try daemon.stop()
        for peer in peers[..<1_500] { try peer.send(Self.ping) }
        _ = poll(nil, 0, CInt(1000 * (idle + 1)))
        daemon.signal(SIGCONT)
        let status = try client.ask(Peers.Status()).status
        #expect(status.ready.inbound == peers.count)
        let ended = try client.askAll(Peers.History(limit: 1)).flatMap(\.connections)
        #expect(ended.isEmpty)

        // Those that said nothing have the time of a ping, and end when it is over.
        let end = ContinuousClock.now + ChildProcess.patience
        var left = status.ready.inbound
        var nextPing = ContinuousClock.now
        while left > 1_500 {
            guard ContinuousClock.now < end else { throw Failure("\(left) are left") }
            // Seldom: a machine that is busy with them makes every turn a late one, and late turns
            // give everybody more time.
            if ContinuousClock.now >= nextPing {
                for peer in peers[..<1_500] { try peer.send(Self.ping) }
                nextPing = ContinuousClock.now + .seconds(ping / 2)
            }
            _ = poll(nil, 0, 200)
            left = try client.ask(Peers.Status()).status.ready.inbound
        }
        #expect(left == 1_500)
        let lost = try client.askAll(Peers.History(limit: 500)).flatMap(\.connections)
        #expect(lost.count == 500)
    }

    @Test("finds a connection that was made meanwhile, however late it looks")
    func dial() throws {
        let listener = try LoopbackListener(Loopback.address(193), backlog: 0)
        let blocking = try LoopbackPeer(to: listener.remote)
        let daemon = try DaemonProcess(
            """
            outbound.target = 0
            outbound.dial-timeout = "2s"
            """,
            withControl: true
        )
        let client = try daemon.connectControl()
        try client.send(Peers.Connect(address: "\(listener.remote)"))
        try daemon.waitForConnections { $0.contains { $0.phase == .dialing } }
        try daemon.stop()
        // With room in the queue the kernel's next SYN, after a second or three, is answered.
        let first = try listener.accept()
        let second = try listener.accept()
        _ = poll(nil, 0, 2_500)
        daemon.signal(SIGCONT)
        #expect(try client.reply(to: Peers.Connect.self).value.connection.phase == .established)
        withExtendedLifetime((blocking, first, second)) {}
    }

    /// All that a listener wants to hear before it takes a peer for one.
    private static let handshake: [UInt8] = {
        let version = VersionMessage(
            protocolVersion: SessionPolicy.latestVersion,
            services: 0,
            unixSeconds: 0,
            receiver: .none,
            nonce: 7,
            userAgent: "/other/",
            relaysTransactions: false
        )
        var bytes: [UInt8] = []
        Message.version(version).append(to: &bytes, on: .regnet)
        Message.verack.append(to: &bytes, on: .regnet)
        return bytes
    }()

    private static let ping: [UInt8] = {
        var bytes: [UInt8] = []
        Message.ping(nonce: 1).append(to: &bytes, on: .regnet)
        return bytes
    }()
}
