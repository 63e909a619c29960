import Addressing
import Glibc
import LinuxIO
import Testing

/// The running daemon at the end of its descriptors, which is nobody's fault but its own.
@Suite("Without a descriptor left")
struct AbuseDescriptorTests {
    @Test("of 64, the daemon sheds 200 peers, rests, blames nobody and recovers by itself")
    func burst() throws {
        let named = try LoopbackListener(Loopback.address(110))
        var daemon = try DaemonProcess(
            """
            outbound.target = 0
            outbound.retry = "300ms"
            limits.connections = 400
            persistent.peers = ["\(named.remote)"]
            persistent.retry = "300ms"
            persistent.stable-after = "1s"
            [[listen]]
            address = "\(Loopback.host(111)):0"
            """
        )
        let persistent = try named.accept()
        try daemon.waitForLine("Connected to \(named.remote)")
        let connected = ContinuousClock.now
        let open = try daemon.openDescriptors()
        let free = (0..<64).count { !open.contains($0) }
        try daemon.limitDescriptors(to: 64)
        let peers = try (0..<200).map { _ in try LoopbackPeer(to: daemon.listening[0]) }
        // They come in their order.
        #expect(peers[free...].count { $0.ending() == .reset } == 200 - free)
        try daemon.waitForStatus(" \(free) inbound")

        let share = try daemon.processorShare(over: .seconds(3))
        print("after 200 connects with \(free) descriptors: \(share * 100) % of a processor")
        #expect(share < 0.01)
        #expect(peers[..<free].areHeld && persistent.isHeld)
        #expect(daemon.count("<4>Out of descriptors or memory") == 1)

        // Lost when it has been stable, the persistent peer is redialled at once, and nothing is
        // left to redial it with.
        #expect(ContinuousClock.now - connected > .seconds(1))
        try daemon.limitDescriptors(to: 3)
        persistent.close()
        try daemon.waitForLine(
            "Cannot dial \(named.remote): too many open files (EMFILE); trying again every 300 ms"
        )
        #expect(!named.isCalled)
        expectNoBlame(daemon, of: named.remote)

        try daemon.limitDescriptors(to: 64)
        let again = try named.accept()
        try daemon.waitForLine("Connected to \(named.remote)")
        for peer in peers[..<10] { peer.close() }
        try daemon.waitForStatus(" \(free - 10) inbound")
        let late = try (0..<10).map { _ in try LoopbackPeer(to: daemon.listening[0]) }
        try daemon.waitForStatus(" \(free) inbound")
        #expect(late.areHeld && again.isHeld)
        #expect(daemon.count("<4>Out of descriptors or memory") == 1)
        expectNoBlame(daemon, of: named.remote)
    }

    private func expectNoBlame(_ daemon: borrowing DaemonProcess, of remote: PeerAddress) {
        #expect(daemon.count("Retrying connection to \(remote)") == 0)
    }

    @Test("even for the reserve, peers wait in the kernel while the daemon rests")
    func waiting() throws {
        var daemon = try DaemonProcess(
            """
            outbound.target = 0
            limits.connections = 400
            [[listen]]
            address = "\(Loopback.host(112)):0"
            """
        )
        try daemon.waitForStatus(" 0 inbound")
        try daemon.limitDescriptors(to: 3)
        let peers = try (0..<200).map { _ in try LoopbackPeer(to: daemon.listening[0]) }
        try daemon.waitForLine("<4>Out of descriptors or memory")
        let share = try daemon.processorShare(over: .seconds(3))
        print("with 200 peers waiting for a descriptor: \(share * 100) % of a processor")
        #expect(share < 0.01)
        #expect(peers.areHeld)

        try daemon.limitDescriptors(to: 1000)
        try daemon.waitForStatus(" 200 inbound")
        #expect(peers.areHeld)
        #expect(daemon.count("<4>Out of descriptors or memory") == 1)
    }
}
