import Glibc
import Testing

/// The kernel gives a dial the port that it dials, so that TCP connects the socket to itself. Only
/// with hardly any other port is that sure to happen soon.
@Suite("A dial that reaches itself")
struct ReachedItselfTests {
    private static let ports: ClosedRange<UInt16> = 40_000...40_001

    @Test(
        "ends before the peer protocol begins, and is tried again after the longest wait",
        .enabled(if: Namespace.isAllowed, "only root may make a network namespace here"),
        arguments: ["raw", "regnet"]
    )
    func persistent(network: String) throws {
        var daemon = try DaemonProcess(
            """
            network = "\(network)"
            listen = []
            persistent.peers = ["127.0.0.1:40000"]
            persistent.retry = "100ms"
            persistent.max-retry = "200ms"
            """,
            through: Namespace.withPorts(Self.ports)
        )
        try daemon.waitForLine("connected to ourselves")
        try daemon.waitForLine("Retrying connection to 127.0.0.1:40000")
        daemon.signal(SIGTERM)
        #expect(try daemon.waitForEnd() == .exited(0))
    }
}
