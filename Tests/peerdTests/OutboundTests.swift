import Addressing
import Glibc
import Testing

/// Peers that the running daemon dials by itself, over real sockets.
@Suite("An outbound peer")
struct OutboundTests {
    /// Ten seconds until they count as held are part of it: this test takes a while.
    @Test("is dialled for each slot of the target, and one that is lost is replaced at once")
    func target() throws {
        let listeners = try (0..<12).map { try LoopbackListener(Loopback.address(40 + $0)) }
        let addresses = listeners.map { "\"\($0.remote)\"" }.joined(separator: ", ")
        var daemon = try DaemonProcess("outbound.addresses = [\(addresses)]")
        var held: [Int: LoopbackPeer] = [:]
        for _ in 0..<8 {
            let (peer, index) = try LoopbackListener.accept(from: listeners)
            #expect(held.updateValue(peer, forKey: index) == nil)
        }
        try daemon.waitForStatus("8/8 outbound, 0 inbound; 12 addresses")
        #expect(listeners.allSatisfy { !$0.isCalled })
        #expect(held.values.areHeld)

        let (lost, peer) = try #require(held.first)
        held[lost] = nil
        peer.close()
        let (successor, replacement) = try LoopbackListener.accept(from: listeners)
        #expect(replacement != lost && held[replacement] == nil)
        let remote = listeners[lost].remote
        let line = try daemon.waitForLine("<6>Disconnected from \(remote) (id: ")
        #expect(line.firstRange(of: "type: outbound): closed by peer after ") != nil, "\(line)")
        try daemon.waitForLine("<6>Connected to \(listeners[replacement].remote) (id: ")
        try daemon.waitForStatus("7/8 outbound (1 connected)")
        #expect(listeners.allSatisfy { !$0.isCalled })
        #expect(successor.isHeld)
    }

    @Test("that refuses is passed over for the next one")
    func refused() throws {
        let closed = try LoopbackListener(Loopback.address(54), backlog: nil)
        let open = try LoopbackListener(Loopback.address(55))
        var daemon = try DaemonProcess(
            """
            log.level = "debug"
            outbound.target = 2
            outbound.addresses = ["\(closed.remote)", "\(open.remote)"]
            """
        )
        let peer = try open.accept()
        try daemon.waitForStatus("0/2 outbound (1 connected)")
        #expect(
            daemon.count("<7>Failed to connect to \(closed.remote): connection refused (id: ") == 1
        )
        #expect(peer.isHeld)
    }

    @Test("that doesn't answer is given up after the dial timeout")
    func timedOut() throws {
        let listener = try LoopbackListener(Loopback.address(56), backlog: 0)
        // The queue is full with it, so whoever comes next isn't answered.
        let waiting = try LoopbackPeer(to: listener.remote)
        var daemon = try DaemonProcess(
            """
            log.level = "debug"
            outbound.target = 1
            outbound.addresses = ["\(listener.remote)"]
            outbound.dial-timeout = "1s"
            """
        )
        try daemon.waitForStatus("0/1 outbound (1 dialing)")
        try daemon.waitForLine(
            "Failed to connect to \(listener.remote): timed out after 1 s (id: 1, type: outbound)"
        )
        try daemon.waitForStatus("0/1 outbound, 0 inbound")
        #expect(waiting.isHeld)
    }

    @Test("gets the one source address that is configured for its family")
    func bound() throws {
        let listener = try LoopbackListener(Loopback.address(57))
        let daemon = try DaemonProcess(
            """
            log.level = "debug"
            outbound.target = 1
            outbound.addresses = ["\(listener.remote)"]
            outbound.bind = ["\(Loopback.host(58))"]
            """
        )
        let peer = try listener.accept()
        #expect(try peer.source().host == Loopback.address(58).host)
        #expect(daemon.count("Failed") == 0)
    }

    @Test("is not blamed when we have no address to dial from: its backoff doesn't grow")
    func noSource() throws {
        let listener = try LoopbackListener(Loopback.address(59))
        var daemon = try DaemonProcess(
            """
            log.level = "debug"
            outbound.target = 0
            outbound.bind = ["203.0.113.2"]
            persistent.peers = ["\(listener.remote)"]
            persistent.retry = "200ms"
            """
        )
        for _ in 0..<3 {
            try daemon.waitForLine(
                "Failed to connect to \(listener.remote): "
                    + "no interface has 203.0.113.2, which outbound.bind names"
            )
        }
        // Said once, however often it is tried.
        #expect(daemon.count("; trying again every 200 ms, without a line each time (id: 1)") == 1)
        #expect(daemon.count("Retrying") == 0)
        #expect(!listener.isCalled)
    }

    @Test(
        "is not blamed when there is no route to it",
        .enabled(if: Namespace.isAllowed, "only root may make a network namespace here")
    )
    func noRoute() throws {
        var daemon = try DaemonProcess(
            """
            log.level = "debug"
            outbound.target = 1
            outbound.addresses = ["198.51.100.3:9108"]
            persistent.peers = ["203.0.113.1:9108", "[2001:db8::1]:9108"]
            persistent.retry = "200ms"
            """,
            through: Namespace.withoutNetwork
        )
        try daemon.waitForLine("Failed to connect to 203.0.113.1:9108: no route from here (id: 1")
        try daemon.waitForLine(
            "Cannot dial 203.0.113.1:9108: no route from here; trying again every"
        )
        for _ in 0..<4 { try daemon.waitForLine("Failed to connect to 203.0.113.1:9108: no route") }
        #expect(daemon.count("Cannot dial 203.0.113.1:9108") == 1)
        // Without IPv6 the kernel misses a source address before it misses a route.
        let failed = "Failed to connect to [2001:db8::1]:9108: "
        #expect(
            daemon.count(failed + "no address here to reach it from")
                + daemon.count(failed + "no route from here") > 1
        )
        #expect(daemon.count("Failed to connect to 198.51.100.3:9108: no route from here") == 1)
    }

    @Test("whose dial succeeds after it was cancelled is no connection")
    func cancelled() throws {
        let listener = try LoopbackListener(Loopback.address(60), backlog: 0)
        let waiting = try LoopbackPeer(to: listener.remote)
        var daemon = try DaemonProcess(
            """
            log.level = "debug"
            outbound.target = 1
            outbound.addresses = ["\(listener.remote)"]
            """
        )
        try daemon.waitForStatus("0/1 outbound (1 dialing)")
        // The kernel goes on dialling for the stopped daemon. So when this goes on, one turn finds
        // both the signal, which came first, and the success.
        try daemon.stop()
        daemon.signal(SIGTERM)
        let first = try listener.accept()
        let dialled = try listener.accept()
        daemon.signal(SIGCONT)
        #expect(try daemon.waitForEnd() == .exited(0))
        #expect(
            daemon.count(
                "Failed to connect to \(listener.remote): cancelled by the shutdown (id: 1"
            ) == 1
        )
        #expect(daemon.count("Connected to") == 0)
        #expect(dialled.ending() == .goodbye)
        #expect(first.isHeld && waiting.isHeld)
    }
}

/// What needs a part of the machine for itself.
enum Namespace {
    private static let unshare = "/usr/bin/unshare"

    /// A command that starts another one with nothing but a loopback interface that is down.
    static let withoutNetwork = [unshare, "--net", "--"]

    /// A command that starts another one with nothing but a loopback interface, on which the kernel
    /// has no other port to give than these.
    static func withPorts(_ ports: ClosedRange<UInt16>) -> [String] {
        let range = "\(ports.lowerBound) \(ports.upperBound)"
        let script = """
            ip link set lo up && echo "$0" >/proc/sys/net/ipv4/ip_local_port_range && exec "$@"
            """
        return [unshare, "--net", "--", "/bin/sh", "-c", script, range]
    }

    /// As without network, with a file of ours in the place of /etc/hosts.
    static func withHosts(_ file: String) -> [String] {
        let script = "mount --bind \"$0\" /etc/hosts && exec \"$@\""
        return [unshare, "--mount", "--", "/bin/sh", "-c", script, file]
    }

    /// With files of ours in the places of those that say how names are resolved.
    static func withNames(hosts: String, resolver: String, services: String) -> [String] {
        let script = """
            mount --bind "$0" /etc/hosts && mount --bind "$1" /etc/resolv.conf &&
            mount --bind "$2" /etc/nsswitch.conf && shift 2 && exec "$@"
            """
        return [unshare, "--mount", "--", "/bin/sh", "-c", script, hosts, resolver, services]
    }

    /// Whether we may, tried on a program that does nothing.
    static let isAllowed: Bool = {
        let arguments = ["--net", "--mount", "--", "/bin/true"]
        guard var process = try? ChildProcess(unshare, arguments) else { return false }
        return (try? process.waitForEnd()) == .exited(0)
    }()
}
