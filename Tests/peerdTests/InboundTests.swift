import Addressing
import Glibc
import Testing

/// Peers that come to the running daemon, over real sockets.
@Suite("An inbound peer")
struct InboundTests {
    @Test("is accepted and held")
    func held() throws {
        var daemon = try DaemonProcess(
            """
            outbound.target = 0
            log.level = "debug"
            [[listen]]
            address = "\(Loopback.host(10)):0"
            """
        )
        let peer = try LoopbackPeer(to: daemon.listening[0])
        let address = try peer.address()
        try daemon.waitForLine("<7>Accepted connection from \(address) (id: 1, type: inbound)")
        try daemon.waitForStatus("0/0 outbound, 1 inbound; 0 addresses")
        // As the protocol has it, without one a connection that has lasted 10 s is good.
        try daemon.waitForLine("<7>Peer \(address) is ready (id: 1, type: inbound)")
        #expect(peer.isHeld)
    }

    @Test("may send as much as it likes and is never made to wait")
    func discarded() throws {
        var daemon = try DaemonProcess(
            """
            outbound.target = 0
            [[listen]]
            address = "\(Loopback.host(11)):0"
            """
        )
        let peer = try LoopbackPeer(to: daemon.listening[0])
        let other = try LoopbackPeer(to: daemon.listening[0])
        // More than the buffers of both ends can ever hold.
        try peer.send(bytes: 64 << 20)
        try other.send(bytes: 1 << 20)
        try daemon.waitForStatus("2 inbound")
        #expect(peer.isHeld)
        #expect(other.isHeld)
    }

    enum Goodbye: CaseIterable {
        case close, reset, halfClose

        func say(_ peer: LoopbackPeer) {
            switch self {
            case .close: peer.close()
            case .reset: peer.hangUp()
            case .halfClose: peer.finishSending()
            }
        }

        var reason: String {
            switch self {
            case .close, .halfClose: "closed by peer"
            case .reset: "connection reset by peer (ECONNRESET)"
            }
        }
    }

    @Test("that leaves is noticed at once", arguments: Goodbye.allCases)
    func leaves(_ goodbye: Goodbye) throws {
        var daemon = try DaemonProcess(
            """
            outbound.target = 0
            log.level = "debug"
            [[listen]]
            address = "\(Loopback.host(12)):0"
            """
        )
        let peer = try LoopbackPeer(to: daemon.listening[0])
        let address = try peer.address()
        try daemon.waitForLine("Accepted connection from \(address)")
        goodbye.say(peer)
        let line = try daemon.waitForLine("Disconnected from \(address) (id: 1, type: inbound): ")
        #expect(line.firstRange(of: "): \(goodbye.reason) after ") != nil, "\(line)")
        try daemon.waitForStatus("0 inbound")
        if goodbye == .halfClose { #expect(peer.ending() == .goodbye) }
    }

    @Test("that leaves behind data still unread is noticed too")
    func leavesData() throws {
        var daemon = try DaemonProcess(
            """
            outbound.target = 0
            log.level = "debug"
            [[listen]]
            address = "\(Loopback.host(13)):0"
            """
        )
        let peer = try LoopbackPeer(to: daemon.listening[0])
        try peer.send(bytes: 1 << 20)
        peer.close()
        try daemon.waitForLine("closed by peer after ")
    }

    @Test("of loopback is trusted: neither rate nor host is limited")
    func trusted() throws {
        var daemon = try DaemonProcess(
            """
            outbound.target = 0
            limits.per-host = 2
            inbound.burst = 1
            inbound.flood-threshold = 1
            [[listen]]
            address = "\(Loopback.host(14)):0"
            """
        )
        let peers = try (0..<20).map { _ in try LoopbackPeer(to: daemon.listening[0]) }
        try daemon.waitForStatus("20 inbound")
        #expect(peers.areHeld)
    }

    @Test("that comes too often is refused with a reset, and nothing of it stays in the kernel")
    func rateLimited() throws {
        var daemon = try DaemonProcess(
            """
            outbound.target = 0
            [[listen]]
            address = "\(Loopback.host(15)):0"
            trusted-loopback = false
            rate = 0.001
            burst = 2
            """
        )
        let listener = daemon.listening[0]
        let held = try (0..<2).map { _ in try LoopbackPeer(to: listener) }
        try daemon.waitForStatus("2 inbound")
        let refused = try LoopbackPeer(to: listener)
        let address = try refused.address()
        #expect(refused.ending() == .reset)
        try daemon.waitForLine("<6>Dropped connection from \(address): rate limited")
        try SystemFile.waitUntilOnlyEstablished(2, at: listener)
        #expect(held.areHeld)
        // All of loopback may be one proxy, or one user of the machine.
        #expect(try LoopbackPeer(to: listener, from: Loopback.address(16)).ending() == .reset)
    }

    @Test("is refused when its host has enough connections, and let in when one of them has ended")
    func perHost() throws {
        var daemon = try DaemonProcess(
            """
            outbound.target = 0
            limits.per-host = 2
            inbound.burst = 100
            [[listen]]
            address = "0.0.0.0:0"
            """
        )
        let listener = daemon.listening[0]
        let held = try (0..<2).map { _ in try LoopbackPeer(to: listener) }
        try daemon.waitForStatus("2 inbound")
        let refused = try LoopbackPeer(to: listener)
        #expect(refused.ending() == .reset)
        try daemon.waitForLine("limits.per-host (2) reached")
        held[0].close()
        try daemon.waitForStatus("1 inbound")
        let late = try LoopbackPeer(to: listener)
        try daemon.waitForStatus("2 inbound")
        #expect(late.isHeld && held[1].isHeld)
    }

    @Test("is shed at the limit, with the reserved slots kept free, and few refusals are logged")
    func limit() throws {
        // 30 in all, 8 of them kept for outbound, 8 for manual ones and 1 for a feeler.
        var daemon = try DaemonProcess(
            """
            limits.connections = 30
            outbound.addresses = ["\(Loopback.host(19)):1"]
            outbound.retry = "1h"
            [[listen]]
            address = "\(Loopback.host(18)):0"
            """
        )
        let listener = daemon.listening[0]
        let held = try (0..<13).map { _ in try LoopbackPeer(to: listener) }
        try daemon.waitForStatus("13 inbound")
        for _ in 0..<10 {
            #expect(try LoopbackPeer(to: listener).ending() == .reset)
        }
        try daemon.waitForStatus("13 inbound")
        #expect(held.areHeld)
        #expect(daemon.count("limits.connections (30) reached") == 4)
        #expect(daemon.count("Dropped connections are not logged for 1 min, only counted") == 1)
        try SystemFile.waitUntilOnlyEstablished(13, at: listener)
    }

    @Test("of the whitelist skips the limits, but for its own")
    func whitelisted() throws {
        var daemon = try DaemonProcess(
            """
            outbound.target = 0
            limits.connections = 10
            limits.per-host = 1
            limits.whitelist = ["\(Loopback.host(21))"]
            limits.whitelisted = 5
            inbound.burst = 1
            [[listen]]
            address = "\(Loopback.host(20)):0"
            trusted-loopback = false
            """
        )
        let listener = daemon.listening[0]
        let source = try Loopback.address(21)
        let held = try (0..<5).map { _ in try LoopbackPeer(to: listener, from: source) }
        try daemon.waitForStatus("5 inbound")
        #expect(try LoopbackPeer(to: listener, from: source).ending() == .reset)
        try daemon.waitForLine("limits.whitelisted (5) reached")
        let stranger = try LoopbackPeer(to: listener)
        try daemon.waitForStatus("6 inbound")
        #expect(try LoopbackPeer(to: listener).ending() == .reset)
        #expect(stranger.isHeld && held.areHeld)
    }

    @Test("can't be there twice, from one address and port to two listeners")
    func duplicate() throws {
        var daemon = try DaemonProcess(
            """
            outbound.target = 0
            [[listen]]
            address = "\(Loopback.host(22)):0"
            [[listen]]
            address = "\(Loopback.host(23)):0"
            """
        )
        let first = try LoopbackPeer(to: daemon.listening[0], from: Loopback.address(24))
        let address = try first.address()
        try daemon.waitForStatus("1 inbound")
        let second = try LoopbackPeer(to: daemon.listening[1], from: address)
        #expect(second.ending() == .reset)
        try daemon.waitForLine("Dropped connection from \(address): already connected (id: 1)")
        #expect(first.isHeld)
    }
}
