import Addressing
import ConfigurationFixtures
import Glibc
import LinuxIO
import Testing

/// The running daemon and its descriptors.
@Suite("The daemon's descriptors")
struct DescriptorTests {
    @Test("are back after a thousand connections, and so are the entries")
    func thousand() throws {
        // This process holds the other ends.
        _ = try DescriptorLimit.raise()
        var daemon = try DaemonProcess(
            """
            outbound.target = 0
            limits.connections = 1100
            [[listen]]
            address = "\(Loopback.host(90)):0"
            """
        )
        try daemon.waitForStatus(" 0 inbound")
        let before = try daemon.openDescriptors().count
        for _ in 0..<2 {
            let peers = try (0..<1000).map { _ in try LoopbackPeer(to: daemon.listening[0]) }
            try daemon.waitForStatus(" 1000 inbound")
            #expect(try daemon.openDescriptors().count == before + 1000)
            #expect(peers.areHeld)
            for (index, peer) in peers.enumerated() {
                if index.isMultiple(of: 2) { peer.close() } else { peer.hangUp() }
            }
            try daemon.waitForStatus(" 0 inbound")
            #expect(try daemon.openDescriptors().count == before)
        }
    }

    @Test("must suffice for the configured limits, or it doesn't start and says the numbers")
    func budget() throws {
        let directory = try ConfigurationDirectory()
        let file = try directory.write("outbound.target = 0")
        let (ending, _, errors) = try PeerdExecutable.run(
            "--config",
            file,
            through: ["/bin/sh", "-c", "ulimit -n 200 && exec \"$@\"", "sh"]
        )
        #expect(ending == .exited(78))
        #expect(
            errors == [
                "<3>limits.connections (125) + persistent.max (8) + limits.whitelisted (32) "
                    + "+ 64 for clients + 160 for the daemon itself need 389 descriptors, and the "
                    + "hard limit is 200: lower them, or raise LimitNOFILE= (ulimit -Hn)"
            ]
        )
    }

    @Test("may just suffice, and the soft limit is no obstacle")
    func exactBudget() throws {
        var daemon = try DaemonProcess(
            "outbound.target = 0",
            through: ["/bin/sh", "-c", "ulimit -Sn 20 && ulimit -Hn 389 && exec \"$@\"", "sh"]
        )
        try daemon.waitForStatus(" 0 inbound")
    }

    @Test("running out makes it shed with one warning and little work, until some come free")
    func runningOut() throws {
        var daemon = try DaemonProcess(
            """
            outbound.target = 0
            limits.connections = 400
            [[listen]]
            address = "\(Loopback.host(91)):0"
            """
        )
        let listener = daemon.listening[0]
        try daemon.waitForStatus(" 0 inbound")
        try daemon.limitDescriptors(toFree: 20)
        let peers = try (0..<200).map { _ in try LoopbackPeer(to: listener) }
        // They come in their order.
        let resets = peers[20...].count { $0.ending() == .reset }
        #expect(resets == 180)
        try daemon.waitForStatus(" 20 inbound")
        try expectIdle(&daemon)
        #expect(peers[..<20].areHeld)
        #expect(daemon.count("<4>Out of descriptors or memory") == 1)

        for peer in peers[..<5] { peer.close() }
        try daemon.waitForStatus(" 15 inbound")
        let late = try (0..<5).map { _ in try LoopbackPeer(to: listener) }
        try daemon.waitForStatus(" 20 inbound")
        #expect(late.areHeld)
    }

    @Test("running out so far that the reserve doesn't help leaves peers waiting, with little work")
    func reserveGone() throws {
        var daemon = try DaemonProcess(
            """
            outbound.target = 0
            [[listen]]
            address = "\(Loopback.host(92)):0"
            """
        )
        try daemon.waitForStatus(" 0 inbound")
        try daemon.limitDescriptors(to: 3)
        let peers = try (0..<10).map { _ in try LoopbackPeer(to: daemon.listening[0]) }
        try daemon.waitForLine("<4>Out of descriptors or memory")
        try expectIdle(&daemon)
        #expect(peers.areHeld)
        #expect(try daemon.status().firstRange(of: " 0 inbound") != nil)

        try daemon.limitDescriptors(to: 1000)
        try daemon.waitForStatus(" 10 inbound")
        #expect(peers.areHeld)
        #expect(daemon.count("Out of descriptors or memory") == 1)
    }

    @Test("running out is no fault of a persistent peer: its backoff doesn't grow")
    func persistentPeer() throws {
        let closed = try LoopbackListener(Loopback.address(93), backlog: nil)
        let remote = closed.remote
        var daemon = try DaemonProcess(
            """
            log.level = "debug"
            outbound.target = 0
            outbound.retry = "100ms"
            persistent.peers = ["\(remote)"]
            persistent.retry = "100ms"
            persistent.max-retry = "200ms"
            """
        )
        try daemon.limitDescriptors(to: 3)
        let failure = "Failed to connect to \(remote): too many open files (EMFILE)"
        try daemon.waitForLine(failure)
        try daemon.waitForLine(
            "<6>Cannot dial \(remote): too many open files (EMFILE); trying again every 100 ms"
        )
        // It may have been refused before there were too few.
        let retries = daemon.count("Retrying connection to \(remote)")
        for _ in 0..<3 { try daemon.waitForLine(failure) }
        #expect(daemon.count("Cannot dial \(remote)") == 1)
        #expect(daemon.count("Retrying connection to \(remote)") == retries)
        #expect(daemon.count("<4>Out of descriptors or memory") == 1)

        closed.close()
        let open = try LoopbackListener(remote)
        try daemon.limitDescriptors(to: 1000)
        let peer = try open.accept()
        try daemon.waitForLine("Connected to \(remote) (id: 1, type: persistent)")
        #expect(peer.isHeld)
    }

    /// A loop that spins would have had the processor for most of the time.
    private func expectIdle(_ daemon: inout DaemonProcess) throws {
        let before = try daemon.processorTime()
        let start = ContinuousClock.now
        sleep(2)
        let busy = try daemon.processorTime() - before
        let share = busy / (ContinuousClock.now - start)
        #expect(share < 0.1, "busy for \(busy)")
    }
}
