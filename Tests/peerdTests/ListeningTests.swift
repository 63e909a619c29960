import Addressing
import ConfigurationFixtures
import Glibc
import Testing

/// Where the running daemon listens.
@Suite("A listener")
struct ListeningTests {
    @Test("of IPv6 takes IPv6 peers", .enabled(if: hasIPv6, "this machine has no ::1"))
    func ipv6() throws {
        var daemon = try DaemonProcess(
            """
            outbound.target = 0
            log.level = "debug"
            [[listen]]
            address = "[::1]:0"
            """
        )
        let peer = try LoopbackPeer(to: daemon.listening[0])
        try daemon.waitForLine("Accepted connection from [::1]:\(peer.address().port) ")
        #expect(peer.isHeld)
    }

    @Test(
        "that is killed is made anew with one warning, as soon as its place is free",
        .enabled(if: getuid() == 0, "killing sockets needs root")
    )
    func killed() throws {
        var daemon = try DaemonProcess(
            """
            outbound.target = 0
            log.level = "debug"
            [[listen]]
            address = "\(Loopback.host(212)):0"
            """
        )
        let address = daemon.listening[0]
        for isTaken in [false, true] {
            try daemon.stop()
            var ss = try ChildProcess(
                "/usr/bin/ss",
                ["--kill", "--listening", "--tcp", "src", "\(address)"]
            )
            try #require(try ss.waitForEnd() == .exited(0))
            var other = isTaken ? try LoopbackListener(address) : nil
            daemon.signal(SIGCONT)
            let warning = try daemon.waitForLine("<4>Somebody has killed the listening socket at")
            #expect(warning.hasSuffix(": it was made anew") != isTaken)
            if isTaken {
                other = nil
                try daemon.waitForLine("<6>Listening on \(address)")
            }
            #expect(other == nil)
            let peer = try LoopbackPeer(to: address)
            try daemon.waitForLine("Accepted connection from \(try peer.address()) ")
            #expect(peer.isHeld)
        }
        #expect(daemon.count("<4>") == 2)
    }

    @Test(
        "on every IPv4 address goes together with one on every IPv6 address, on one port",
        .enabled(if: hasIPv6, "this machine has no ::1")
    )
    func bothFamilies() throws {
        var daemon = try Self.daemonOnBothFamilies()
        let port = daemon.listening[0].port
        let addresses = ["127.0.0.1", "[::1]"].compactMap { PeerAddress("\($0):\(port)") }
        let peers = try addresses.map { try LoopbackPeer(to: $0) }
        for peer in peers {
            try daemon.waitForLine("Accepted connection from \(peer.address()) ")
        }
        try daemon.waitForStatus("2 inbound")
        #expect(peers.areHeld)
    }

    /// On a port that is free in both families.
    private static func daemonOnBothFamilies() throws -> DaemonProcess {
        // Somebody else may take it first.
        for _ in 0..<20 {
            guard let any = PeerAddress("[::1]:0") else { break }
            let port = try LoopbackListener(any).remote.port
            do {
                return try DaemonProcess(
                    """
                    outbound.target = 0
                    log.level = "debug"
                    [[listen]]
                    address = "0.0.0.0:\(port)"
                    [[listen]]
                    address = "[::]:\(port)"
                    """
                )
            } catch let failure as Failure
                where failure.description.firstRange(of: "EADDRINUSE") != nil
            {
                continue
            }
        }
        throw Failure("no port that is free in both families")
    }

    @Test("whose address no interface has yet is a warning, and the others work")
    func addressMissing() throws {
        var daemon = try DaemonProcess(
            """
            outbound.target = 0
            [[listen]]
            address = "203.0.113.1:0"
            [[listen]]
            address = "\(Loopback.host(30)):0"
            """
        )
        #expect(daemon.count("<4>No interface has \(daemon.listening[0]) yet") == 1)
        let peer = try LoopbackPeer(to: daemon.listening[1])
        try daemon.waitForStatus("1 inbound")
        #expect(peer.isHeld)
    }

    @Test("that another daemon has ends the second one with status 71 and the reason")
    func taken() throws {
        var first = try DaemonProcess(
            """
            outbound.target = 0
            [[listen]]
            address = "\(Loopback.host(31)):0"
            """
        )
        let address = first.listening[0]
        let directory = try ConfigurationDirectory()
        let file = try directory.write(
            """
            outbound.target = 0
            [[listen]]
            address = "\(address)"
            """
        )
        let (ending, _, errors) = try PeerdExecutable.run("--config", file)
        #expect(ending == .exited(71))
        #expect(
            errors == [
                "<3>cannot listen on \(address): bind: address already in use (EADDRINUSE); "
                    + "is another peerd running?"
            ]
        )
        let peer = try LoopbackPeer(to: address)
        try first.waitForStatus("1 inbound")
        #expect(peer.isHeld)
    }

    @Test("can be bound again at once after a restart, with the predecessor's connections dying")
    func restarted() throws {
        let address: PeerAddress
        let peers: [LoopbackPeer]
        do {
            var first = try DaemonProcess(
                """
                outbound.target = 0
                [[listen]]
                address = "\(Loopback.host(32)):0"
                """
            )
            let listener = first.listening[0]
            address = listener
            peers = try (0..<3).map { _ in try LoopbackPeer(to: listener) }
            try first.waitForStatus("3 inbound")
            first.signal(SIGTERM)
            #expect(try first.waitForEnd() == .exited(0))
        }
        // FIN_WAIT: the peers haven't closed their ends.
        let states = try SystemFile.tcpStates(at: address)
        #expect(states.count == 3 && Set(states).isSubset(of: [4, 5]), "\(states)")
        var second = try DaemonProcess(
            """
            outbound.target = 0
            [[listen]]
            address = "\(address)"
            """
        )
        let peer = try LoopbackPeer(to: address)
        try second.waitForStatus("1 inbound")
        #expect(peer.isHeld)
        for peer in peers { #expect(peer.ending() == .goodbye) }
    }

    private static let hasIPv6 =
        PeerAddress("[::1]:0").flatMap { try? LoopbackListener($0) } != nil
}
