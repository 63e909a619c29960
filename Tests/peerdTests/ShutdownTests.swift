import Addressing
import Glibc
import Testing

/// What signals do to the running daemon.
@Suite("A signal")
struct ShutdownTests {
    @Test("to end closes a hundred connections with a goodbye each, at once and with status 0")
    func terminate() throws {
        let outside = try LoopbackListener(Loopback.address(80))
        var daemon = try DaemonProcess(
            """
            outbound.target = 0
            persistent.peers = ["\(outside.remote)"]
            [[listen]]
            address = "\(Loopback.host(81)):0"
            """
        )
        let persistent = try outside.accept()
        let peers = try (0..<100).map { _ in try LoopbackPeer(to: daemon.listening[0]) }
        try daemon.waitForStatus("100 inbound, 0/1 persistent")
        let before = try daemon.processorTime()
        daemon.signal(SIGTERM)
        #expect(try daemon.waitForEnd() == .exited(0))
        // A second of work, which is also what passes where nobody else wants the processors.
        let work = try daemon.processorTime() - before
        #expect(work < .seconds(1), "took \(work)")
        #expect(daemon.count("<6>Shutting down with 101 connections") == 1)
        #expect(daemon.count("Retrying") == 0)
        let goodbyes = peers.count { $0.ending() == .goodbye }
        #expect(goodbyes == 100)
        #expect(persistent.ending() == .goodbye)
    }

    @Test("from the keyboard ends it just the same")
    func interrupt() throws {
        var daemon = try DaemonProcess(
            """
            outbound.target = 0
            log.level = "debug"
            [[listen]]
            address = "\(Loopback.host(82)):0"
            """
        )
        let peer = try LoopbackPeer(to: daemon.listening[0])
        let address = try peer.address()
        try daemon.waitForLine("Accepted connection from \(address)")
        daemon.signal(SIGINT)
        #expect(try daemon.waitForEnd() == .exited(0))
        #expect(
            daemon.count("<7>Disconnected from \(address) (id: 1, type: inbound): shutting down")
                == 1
        )
        #expect(peer.ending() == .goodbye)
    }

    @Test("to end cancels a dial that is under way and forgets a peer that is waited for")
    func cancels() throws {
        let silent = try LoopbackListener(Loopback.address(83), backlog: 0)
        let waiting = try LoopbackPeer(to: silent.remote)
        let closed = try LoopbackListener(Loopback.address(84), backlog: nil)
        var daemon = try DaemonProcess(
            """
            outbound.target = 0
            persistent.peers = ["\(silent.remote)", "\(closed.remote)"]
            persistent.retry = "1h"
            persistent.max-retry = "1h"
            """
        )
        try daemon.waitForLine("Retrying connection to \(closed.remote)")
        daemon.signal(SIGTERM)
        #expect(try daemon.waitForEnd() == .exited(0))
        #expect(
            daemon.count("Failed to connect to \(silent.remote): cancelled by the shutdown") == 1
        )
        #expect(waiting.isHeld)
    }

    @Test("to read the configuration again is followed, and what stays the same stays")
    func hangUp() throws {
        var daemon = try DaemonProcess("outbound.target = 0")
        daemon.signal(SIGHUP)
        try daemon.waitForLine("<6>The new configuration is in force")
        #expect(try daemon.status().hasPrefix("<6>Status: 0/0 outbound, 0 inbound; 0 addresses"))
    }

    @Test("of a pipe that nobody reads any more doesn't end it")
    func brokenPipe() throws {
        var daemon = try DaemonProcess("outbound.target = 0")
        daemon.closeErrors()
        daemon.signal(SIGUSR1)
        daemon.signal(SIGTERM)
        #expect(try daemon.waitForEnd() == .exited(0))
    }
}
