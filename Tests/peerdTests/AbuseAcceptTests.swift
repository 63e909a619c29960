import Glibc
import Testing

/// The running daemon on a machine that has neither descriptors nor memory for it.
@Suite("While the machine gives no connections")
struct AbuseAcceptTests {
    @Test(
        "a listener is tried ten times a second, until it does and all that waited come in",
        arguments: [ENFILE, ENOMEM, ENOBUFS]
    )
    func exhausted(_ code: CInt) throws {
        let accept = try AbuseFailingAccept()
        var daemon = try DaemonProcess(
            """
            outbound.target = 0
            [[listen]]
            address = "\(Loopback.host(113)):0"
            """,
            through: accept.wrapper
        )
        try daemon.waitForStatus(" 0 inbound")
        try accept.fail(with: code)
        let peers = try (0..<20).map { _ in try LoopbackPeer(to: daemon.listening[0]) }
        try daemon.waitForLine("<4>Out of descriptors or memory")

        let before = try accept.failures()
        let start = ContinuousClock.now
        let share = try daemon.processorShare(over: .seconds(3))
        let tries = try accept.failures() - before
        let possible = (ContinuousClock.now - start) / .milliseconds(100) + 1
        print("errno \(code): \(tries) tries, \(share * 100) % of a processor")
        #expect(share < 0.01)
        // Never more, and fewer only as the machine is busy.
        #expect(Double(tries) <= possible)
        #expect(Double(tries) >= possible / 3)
        #expect(peers.areHeld)

        try accept.fail(with: 0)
        let cleared = ContinuousClock.now
        try daemon.waitForStatus(" 20 inbound")
        #expect(ContinuousClock.now - cleared < .seconds(5))
        #expect(peers.areHeld)
        #expect(daemon.count("<4>Out of descriptors or memory") == 1)
        // It is back for good.
        let late = try LoopbackPeer(to: daemon.listening[0])
        try daemon.waitForStatus(" 21 inbound")
        #expect(late.isHeld)
    }
}
