import Addressing
import ConfigurationFixtures
import Glibc
import Testing

/// A long list of addresses none of which is any good: the running daemon must neither storm nor
/// grow. The numbers are the dialler's: 25 failures in a row are made up for at once, and after
/// that one attempt starts in five seconds.
@Suite("A list of 100,000 addresses")
struct AbuseAddressListTests {
    private static let target = 8
    private static let free = 25

    @Test("that all refuse starts 25 attempts at once, then one in five seconds")
    func refusing() throws {
        // Taken, so that nobody listens there, on any address of the machine.
        let closed = try LoopbackListener(anywhere(), backlog: nil)
        let addresses = Self.list(network: 127, port: closed.remote.port)
        var daemon = try Self.start(addresses)
        try daemon.waitForLine("Max failed connection attempts reached [25]")
        try expectCalm(&daemon, failure: "connection refused")
    }

    @Test("that all never answer holds one attempt for each slot, then starts one in five seconds")
    func blackHoles() throws {
        let listener = try LoopbackListener(anywhere(), backlog: 0)
        // The queue is full with it, so whoever comes next isn't answered, at any address.
        let waiting = try LoopbackPeer(
            to: PeerAddress(host: Loopback.address(117).host, port: listener.remote.port)
        )
        let addresses = Self.list(network: 127, port: listener.remote.port)
        var daemon = try Self.start(addresses, "outbound.dial-timeout = \"1s\"")
        try daemon.waitForStatus("0/8 outbound (8 dialing)")
        try daemon.waitForLine("Max failed connection attempts reached [25]")
        try expectCalm(&daemon, failure: "timed out after 1 s")
        #expect(waiting.isHeld)
    }

    @Test(
        "that no route leads to starts one attempt for each slot, then one in five seconds at most",
        .enabled(if: Namespace.isAllowed, "only root may make a network namespace here")
    )
    func noRoute() throws {
        let addresses = Self.list(network: 10, port: 9108)
        var daemon = try Self.start(addresses, through: Namespace.withoutNetwork)
        try daemon.waitForLine("addresses: 100,000 without a route from here")
        #expect(daemon.count("Nobody to dial for \(Self.target) missing outbound connections") == 1)
        #expect(daemon.count("Attempting to connect to ") == Self.target)
        try expectCalm(&daemon, failure: "no route from here", times: Self.target)
        #expect(daemon.count("Max failed connection attempts reached") == 0)
        #expect(daemon.count("Nobody to dial") == 1)
    }

    /// Every address of the machine, at a port that the kernel chooses.
    private func anywhere() throws -> PeerAddress {
        guard let address = PeerAddress("0.0.0.0:0") else { throw Failure("0.0.0.0:0") }
        return address
    }

    /// 100,000 of an IPv4 /8, in 250 network groups: enough that a group is never the obstacle.
    private static func list(network: Int, port: UInt16) -> [String] {
        (0..<100_000).map { index in
            "\(network).\(index % 250).\(index / 250 % 250).\(index / 62_500 + 1):\(port)"
        }
    }

    private static func start(
        _ addresses: [String],
        _ more: String = "",
        through wrapper: [String] = []
    ) throws -> DaemonProcess {
        let directory = try ConfigurationDirectory()
        let file = try directory.write(addresses.joined(separator: "\n"), to: "addresses")
        return try DaemonProcess(
            """
            outbound.target = \(target)
            outbound.addresses-file = "\(file)"
            log.level = "debug"
            \(more)
            """,
            through: wrapper
        )
    }

    /// To be called when so many attempts have failed in a row.
    private func expectCalm(
        _ daemon: inout DaemonProcess,
        failure: String,
        times: Int = free
    ) throws {
        let attempt = "Attempting to connect to "
        // The slots that were being dialled just then are part of the burst.
        let burst = daemon.count(attempt)
        #expect(burst <= Self.free + Self.target - 1)
        let descriptors = try daemon.openDescriptors().count
        let start = ContinuousClock.now
        let share = try daemon.processorShare(over: .seconds(11))
        let more = try daemon.openDescriptors().count - descriptors
        let status = try daemon.status()
        let attempts = daemon.count(attempt) - burst
        let elapsed = ContinuousClock.now - start
        print("\(failure): \(burst) attempts, then \(attempts) in \(elapsed), \(share * 100) %")
        #expect(attempts >= 1)
        #expect(Double(attempts) <= elapsed / .seconds(5) + 1)
        #expect(more <= Self.target)
        #expect(share < 0.01)
        #expect(daemon.count("): \(failure)") + daemon.count(": \(failure) (") >= times)
        #expect(status.firstRange(of: "; 100,000 addresses") != nil, "\(status)")
        #expect(daemon.count("<4>") == 0)
    }
}
