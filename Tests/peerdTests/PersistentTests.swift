import Addressing
import ConfigurationFixtures
import Glibc
import Testing

/// Peers that the running daemon is told to keep.
@Suite("A persistent peer")
struct PersistentTests {
    @Test("that goes away is dialled again and again, and has its id when it is back")
    func comesBack() throws {
        let listener = try LoopbackListener(Loopback.address(70))
        let remote = listener.remote
        var daemon = try DaemonProcess(
            """
            outbound.target = 0
            persistent.peers = ["\(remote)"]
            persistent.retry = "100ms"
            persistent.max-retry = "300ms"
            """
        )
        #expect(daemon.count("<6>Added persistent connection to \(remote) (id: 1)") == 1)
        let peer = try listener.accept()
        try daemon.waitForLine("<6>Connected to \(remote) (id: 1, type: persistent)")
        try daemon.waitForStatus("0/1 persistent")
        listener.close()
        peer.close()
        try daemon.waitForLine(
            "Disconnected from \(remote) (id: 1, type: persistent): closed by peer"
        )
        for retries in 1...3 {
            let line = try daemon.waitForLine("<6>Retrying connection to \(remote) in ")
            #expect(line.firstRange(of: "(id: 1, retries: \(retries))") != nil, "\(line)")
            try daemon.waitForLine("Failed to connect to \(remote): connection refused (id: 1")
        }
        let again = try LoopbackListener(remote)
        let back = try again.accept()
        try daemon.waitForLine("<6>Connected to \(remote) (id: 1, type: persistent)")
        #expect(back.isHeld)
    }

    @Test("whose connection was stable is dialled again at once")
    func stable() throws {
        let listener = try LoopbackListener(Loopback.address(71))
        let remote = listener.remote
        var daemon = try DaemonProcess(
            """
            outbound.target = 0
            persistent.peers = ["\(remote)"]
            persistent.retry = "1h"
            persistent.max-retry = "1h"
            persistent.stable-after = "1s"
            """
        )
        let peer = try listener.accept()
        try daemon.waitForLine("Connected to \(remote)")
        // Never less than that, so the connection has lasted for as long by the daemon's clock too.
        sleep(2)
        peer.close()
        let back = try listener.accept()
        try daemon.waitForLine("Connected to \(remote) (id: 1, type: persistent)")
        #expect(daemon.count("Retrying") == 0)

        // This one wasn't, so it has to wait.
        back.close()
        try daemon.waitForLine("Retrying connection to \(remote) in ")
        let status = try daemon.status()
        #expect(status.firstRange(of: "0/1 persistent (\(remote) retries in ") != nil, "\(status)")
    }

    @Test("is ready after ten seconds")
    func ready() throws {
        let listener = try LoopbackListener(Loopback.address(72))
        var daemon = try DaemonProcess(
            """
            outbound.target = 0
            persistent.peers = ["\(listener.remote)"]
            """
        )
        let peer = try listener.accept()
        try daemon.waitForStatus("1/1 persistent")
        #expect(peer.isHeld)
    }

    @Test("isn't dialled for the outbound target as well")
    func notTwice() throws {
        let listener = try LoopbackListener(Loopback.address(73))
        var daemon = try DaemonProcess(
            """
            outbound.target = 1
            outbound.addresses = ["\(listener.remote)"]
            persistent.peers = ["\(listener.remote)"]
            """
        )
        let peer = try listener.accept()
        // The dialler has looked at the list and given it up for the next 5 s.
        try daemon.waitForLine(
            "Nobody to dial for 1 missing outbound connection -- 1 address: 1 c"
        )
        try daemon.waitForStatus("0/1 outbound, 0 inbound, 0/1 persistent")
        #expect(daemon.count("Connected to") == 1)
        #expect(!listener.isCalled && peer.isHeld)
    }

    @Test(
        "that comes to us while we wait for it is refused: one address and port is one connection"
    )
    func comesToUs() throws {
        let remote = try LoopbackListener(Loopback.address(74), backlog: nil).remote
        var daemon = try DaemonProcess(
            """
            outbound.target = 0
            persistent.peers = ["\(remote)"]
            persistent.retry = "1h"
            persistent.max-retry = "1h"
            [[listen]]
            address = "\(Loopback.host(75)):0"
            """
        )
        try daemon.waitForLine("Retrying connection to \(remote)")
        let peer = try LoopbackPeer(to: daemon.listening[0], from: remote)
        #expect(peer.ending() == .reset)
        try daemon.waitForLine("Dropped connection from \(remote): already pending (id: 1)")
    }

    /// Where localhost has an IPv6 address as well, one of the two refuses.
    @Test("given by name is reached at the last of its addresses")
    func name() throws {
        let last = try #require(try addressesOfLocalhost().last)
        let listener = try LoopbackListener(PeerAddress(last, port: 0))
        var daemon = try DaemonProcess(
            """
            outbound.target = 0
            persistent.peers = ["localhost:\(listener.remote.port)"]
            """
        )
        let peer = try listener.accept()
        let name = "localhost:\(listener.remote.port)"
        try daemon.waitForLine("Connected to \(name) at \(listener.remote) (id: 1")
        #expect(peer.isHeld)
    }

    /// The resolver puts them into an order of its own; one of the three comes first, and whenever
    /// it is not the one that answers, the daemon has to go on to the next.
    @Test(
        "given by name is reached although other addresses of it refuse",
        .enabled(if: Namespace.isAllowed, "only root may put its own /etc/hosts in place"),
        arguments: UInt8(0)..<3
    )
    func nameWithSeveralAddresses(answering: UInt8) throws {
        let directory = try ConfigurationDirectory()
        let lines = (UInt8(0)..<3).map { "\(Loopback.host(76 + $0)) several.test\n" }
        let hosts = try directory.write(lines.joined(), to: "hosts")
        let listener = try LoopbackListener(Loopback.address(76 + answering))
        var daemon = try DaemonProcess(
            """
            outbound.target = 0
            log.level = "debug"
            persistent.peers = ["several.test:\(listener.remote.port)"]
            persistent.retry = "1h"
            persistent.max-retry = "1h"
            """,
            through: Namespace.withHosts(hosts)
        )
        let peer = try listener.accept()
        let name = "several.test:\(listener.remote.port)"
        try daemon.waitForLine(
            "Connected to \(name) at \(listener.remote) (id: 1, type: persistent)"
        )
        // It is one attempt, however many addresses it took.
        #expect(daemon.count("Attempting to connect to \(name)") == 1)
        #expect(daemon.count("Failed") == 0)
        #expect(peer.isHeld)
    }

    @Test(
        "given by a name that can't be resolved is looked up again later",
        .enabled(if: Namespace.isAllowed, "only root may make a network namespace here")
    )
    func unknownName() throws {
        var daemon = try DaemonProcess(
            """
            outbound.target = 0
            persistent.peers = ["no-such-peer.invalid:9108"]
            persistent.retry = "100ms"
            persistent.max-retry = "200ms"
            """,
            through: Namespace.withoutNetwork
        )
        for _ in 0..<2 {
            try daemon.waitForLine("Failed to connect to no-such-peer.invalid:9108: ")
            try daemon.waitForLine("Retrying connection to no-such-peer.invalid:9108 in ")
        }
    }

    private func addressesOfLocalhost() throws -> [IPAddress] {
        var hints = addrinfo()
        hints.ai_socktype = CInt(SOCK_STREAM.rawValue)
        var first: UnsafeMutablePointer<addrinfo>?
        guard getaddrinfo("localhost", nil, &hints, &first) == 0 else {
            throw Failure("localhost has no address")
        }
        defer { freeaddrinfo(first) }
        var found: [IPAddress] = []
        var next = first
        while let entry = next?.pointee {
            var text = [CChar](repeating: 0, count: 64)
            getnameinfo(entry.ai_addr, entry.ai_addrlen, &text, 64, nil, 0, NI_NUMERICHOST)
            let name = String(
                decoding: text.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)),
                as: UTF8.self
            )
            if let ip = IPAddress(name) { found.append(ip) }
            next = entry.ai_next
        }
        return found
    }
}
