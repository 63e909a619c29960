import Addressing
import Control
import Facts
import Glibc
import Testing

/// Link-local peers and listeners, on the two ends of a cable in a network of the test's own.
@Suite("A link-local address", .enabled(if: Namespace.isAllowed))
struct ZoneTests {
    private static let cable = """
        ip link add v0 type veth peer name v1 &&
        ip -6 addr add fe80::a/64 dev v0 nodad && ip -6 addr add fe80::b/64 dev v1 nodad &&
        ip link set v0 up && ip link set v1 up
        """

    /// A command that starts another one between the ends `v0` and `v1`.
    private static let betweenEnds = [
        "/usr/bin/unshare", "--net", "--", "/bin/sh", "-c",
        "ip link set lo up && \(cable) && exec \"$0\" \"$@\"",
    ]

    private static func listening() throws -> DaemonProcess {
        try DaemonProcess(
            """
            log.level = "debug"
            outbound.target = 0
            listen = [{ address = "[fe80::a%v0]:0" }]
            """,
            through: betweenEnds,
            withControl: true
        )
    }

    /// A daemon at the other end, which keeps that one connected.
    private static func dialling(_ port: UInt16, beside process: pid_t) throws -> DaemonProcess {
        try DaemonProcess(
            """
            log.level = "debug"
            outbound.target = 0
            persistent.retry = "500ms"
            persistent.peers = ["[fe80::a%v1]:\(port)"]
            """,
            through: inNetwork(of: process)
        )
    }

    private static func inNetwork(of process: pid_t) -> [String] {
        ["/usr/bin/nsenter", "--net=/proc/\(process)/ns/net", "--"]
    }

    private static func change(_ script: String, beside process: pid_t) throws {
        let words = inNetwork(of: process) + ["/bin/sh", "-c", script]
        var shell = try ChildProcess(words[0], Array(words.dropFirst()))
        guard try shell.waitForEnd() == .exited(0) else { throw Failure("\(shell.errorLines)") }
    }

    @Test("is listened at and dialled by its interface, and banned on one link or on all")
    func connected() throws {
        var listener = try Self.listening()
        let place = listener.listening[0]
        #expect("\(place)" == "[fe80::a%v0]:\(place.port)")
        var dialler = try Self.dialling(place.port, beside: listener.id)
        try dialler.waitForLine("Connected to [fe80::a%v1]:\(place.port)")
        let line = try listener.waitForLine("Accepted connection from [fe80::")
        #expect(line.firstRange(of: "%v0]:") != nil)

        let client = try listener.connectControl()
        let rows = try client.askAll(Peers.List()).flatMap(\.connections)
        #expect(rows.count == 1 && rows.allSatisfy { $0.remote?.contains("%v0]:") ?? false })
        #expect(try client.ask(Peers.Ban(prefix: "fe80::%v1/64")).closed == 0)
        #expect(try client.ask(Peers.Ban(prefix: "fe80::%v0/64")).closed == 1)
        let explanation = try client.ask(Peers.Explain(address: "fe80::b%v0")).explanation
        #expect(explanation.address == "fe80::b%v0")
        let ofThisLink = try Prefix(parsing: "fe80::%v0/64")
        #expect(
            explanation.findings.contains {
                $0 == Finding(way: .inbound, rule: .banned(ofThisLink, until: nil))
            }
        )
        try client.ask(Peers.Unban(prefix: "fe80::%v0/64"))
        try dialler.waitForLine("Connected to [fe80::a%v1]:\(place.port)")
        try listener.waitForLine("Accepted connection from [fe80::")
        #expect(try client.ask(Peers.Ban(prefix: "fe80::/10")).closed == 1)
    }

    @Test("waits for its interface, and follows one that is made anew")
    func interfaceMadeAnew() throws {
        var listener = try Self.listening()
        let place = listener.listening[0]
        var dialler = try Self.dialling(place.port, beside: listener.id)
        try dialler.waitForLine("Connected to [fe80::a%v1]:\(place.port)")
        let idle = try listener.openDescriptors().count
        try Self.change("ip link del v0", beside: listener.id)
        try listener.waitForLine("<4>No interface is called v0 now; listens on \(place) as soon")
        // A connection notices by itself that its link is gone only after minutes.
        try Self.change(Self.cable, beside: listener.id)
        try listener.waitForLine("<6>Listening on \(place)")
        #expect(try listener.openDescriptors().count <= idle)
        var newcomer = try Self.dialling(place.port, beside: listener.id)
        try newcomer.waitForLine("Connected to [fe80::a%v1]:\(place.port)")
        try listener.waitForLine("Accepted connection from [fe80::")
    }
}

@Suite("An interface that isn't there")
struct MissingInterfaceTests {
    @Test("keeps no daemon from starting, and peers of it are tried again with the reason")
    func start() throws {
        var daemon = try DaemonProcess(
            """
            outbound.target = 0
            listen = [{ address = "[fe80::1%gone]:9108" }]
            persistent.peers = ["[fe80::2%lost]:9108"]
            """,
            withControl: true
        )
        #expect(daemon.listening.isEmpty)
        #expect(daemon.count("<4>No interface is called gone now; listens on [fe80::1%gone]") == 1)
        try daemon.waitForLine("Cannot dial [fe80::2%lost]:9108: no interface is called lost; try")
        let client = try daemon.connectControl()
        let lost = try Zone(named: "lost")
        #expect(throws: ErrorReply.failed(.noLocalEnd(.interface(lost)))) {
            try client.ask(Peers.Connect(address: "[fe80::3%lost]:9108"))
        }
        let status = try client.ask(Peers.Status()).status
        #expect(status.listeners.map(\.address) == ["[fe80::1%gone]:9108"])
    }

    /// Names are kept until the end of the run, so that clients mustn't bring many.
    @Test("is named by clients within bounds, and only where it may come later")
    func bound() throws {
        let daemon = try DaemonProcess("outbound.target = 0", withControl: true)
        let client = try daemon.connectControl()
        func refusal(_ address: String, _ name: String) -> ErrorReply {
            .refused(
                .unsupportedAddress(address, reason: "'\(name)' is the name of no interface")
            )
        }
        #expect(throws: refusal("fe80::1%never", "never")) {
            try client.ask(Peers.Explain(address: "fe80::1%never"))
        }
        for number in 1...127 { try client.ask(Peers.Ban(prefix: "fe80::%gone\(number)/64")) }
        #expect(throws: refusal("fe80::%gone128/64", "gone128")) {
            try client.ask(Peers.Ban(prefix: "fe80::%gone128/64"))
        }
        // Those that are known, and an interface that is there, always have a place.
        try client.ask(Peers.Explain(address: "fe80::1%gone7"))
        try client.ask(Peers.Ban(prefix: "fe80::%lo/64"))
        let bans = try client.askAll(Peers.ListBans()).flatMap(\.bans)
        #expect(bans.contains { $0.prefix == "fe80::%lo/64" })
    }
}
