import Addressing
import Control
import Facts
import Glibc
import Testing

/// `Explain` on the running daemon.
@Suite("An explanation over the control socket")
struct ControlExplainTests {
    /// What decides about an address, with the numbers that the rule has.
    private static func findings(
        _ address: String,
        _ client: ControlConnection
    ) throws -> [String] {
        let explanation = try client.ask(Peers.Explain(address: address)).explanation
        return explanation.findings.map { finding in
            let numbers: String =
                switch finding.rule {
                case .duplicate(let id), .operatorsPeer(let id): ", id \(id)"
                case .tooManyPerHost(let limit, let count),
                    .tooManyConnections(let limit, let count),
                    .tooManyPersistent(let limit, let count), .targetHeld(let limit, let count),
                    .group(let limit, let count), .paused(let limit, let count, _):
                    ", limit \(limit), count \(count)"
                case .banned(let prefix, _), .whitelist(let prefix): ", \(prefix)"
                default: ""
                }
            let end = finding.rule.until == nil ? "" : ", until"
            return "\(finding.way) \(finding.rule.name.camelCase)" + numbers + end
        }
    }

    @Test("names the rules that decide, in their order, with their numbers")
    func rules() throws {
        let listener = try LoopbackListener(Loopback.address(150))
        let daemon = try DaemonProcess(
            """
            outbound.target = 1
            outbound.addresses = ["\(listener.remote)", "203.0.113.5:9108"]
            limits.per-host = 2
            persistent.max = 1
            limits.whitelist = ["198.51.100.0/24"]
            [[listen]]
            address = "0.0.0.0:0"
            """,
            withControl: true
        )
        let client = try daemon.connectControl()
        let outbound = try listener.accept()
        let held = try (0..<2).map { _ in try LoopbackPeer(to: daemon.listening[0]) }
        let rows = try daemon.waitForConnections { $0.count { $0.phase == .established } == 3 }
        let id = try #require(rows.first { $0.kind == .outbound }).id
        guard case .ip(let host) = try held[0].address().host else { throw Failure("no address") }
        let isHeld = "outbound targetHeld, limit 1, count 1"
        // Whatever is behind that address there, it isn't one host that could be dialled.
        #expect(
            try Self.findings("\(host)", client) == [
                "inbound tooManyPerHost, limit 2, count 2", isHeld,
            ]
        )
        #expect(
            try Self.findings("198.51.100.4:9108", client)
                == ["inbound whitelist, 198.51.100.0/24", isHeld, "outbound unknownAddress"]
        )
        #expect(
            try Self.findings("\(listener.remote)", client) == [
                "inbound duplicate, id \(id)", "inbound tooManyPerHost, limit 2, count 2", isHeld,
                "outbound duplicate, id \(id)", "outbound attemptedJustNow, until",
                "outbound group, limit 1, count 1",
                "manual duplicate, id \(id)",
            ]
        )
        #expect(
            try Self.findings("0.0.0.0:9108", client) == [
                isHeld, "outbound unknownAddress", "outbound unsupportedAddress",
                "manual unsupportedAddress", "persistent unsupportedAddress",
            ]
        )
        // The rows of what is connected come with it.
        let all = try client.ask(Peers.Explain(address: "\(host)")).explanation
        #expect(all.address == "\(host)" && all.connections.count == 2)
        #expect([outbound, held[0], held[1]].areHeld)
    }

    @Test("names what operators have decided")
    func operators() throws {
        let daemon = try DaemonProcess(
            """
            outbound.target = 0
            outbound.addresses = ["203.0.113.5:9108"]
            persistent.max = 1
            [[listen]]
            address = "\(Loopback.host(152)):0"
            """,
            withControl: true
        )
        let client = try daemon.connectControl()
        let isZero = "outbound targetHeld, limit 0, count 0"
        #expect(try Self.findings("203.0.113.5:9108", client) == [isZero])
        #expect(
            try Self.findings("127.0.0.1", client).contains("inbound trustedLoopback")
        )
        try client.ask(Peers.Ban(prefix: "203.0.113.0/24", durationUSec: 60_000_000))
        try client.ask(Peers.SetNetworkActive(active: false))
        let id = try client.ask(Peers.AddPersistent(address: "198.51.100.1:1")).id
        let banned = "banned, 203.0.113.0/24, until"
        let slots = "persistent tooManyPersistent, limit 1, count 1"
        #expect(
            try Self.findings("203.0.113.5:9108", client) == [
                "inbound networkInactive", "inbound \(banned)", "outbound networkInactive", isZero,
                "outbound \(banned)", "manual networkInactive", "manual \(banned)", slots,
            ]
        )
        let peer = try Self.findings("198.51.100.1:1", client)
        for finding in [
            "outbound operatorsPeer, id \(id)", "persistent duplicate, id \(id)", slots,
        ] {
            #expect(peer.contains(finding), "\(peer)")
        }
    }

    @Test("asks the listeners that there are, and none means closed")
    func listeners() throws {
        let daemon = try DaemonProcess("outbound.target = 0", withControl: true)
        let client = try daemon.connectControl()
        func inbound(_ address: String) throws -> [String] {
            try Self.findings(address, client).filter { $0.hasPrefix("inbound ") }
        }
        #expect(try inbound("127.0.0.1") == ["inbound noListener"])
        #expect(try inbound("203.0.113.5:9108") == ["inbound noListener"])

        let listener = "[[listen]]\naddress = \"\(Loopback.host(155)):0\"\n"
        try daemon.configure("outbound.target = 0\n\(listener)network = \"onion\"")
        try client.ask(Peers.Reload())
        #expect(try inbound("127.0.0.1") == [])
        #expect(try inbound("2001:db8::7") == ["inbound noListener"])

        try daemon.configure("outbound.target = 0\n\(listener)")
        try client.ask(Peers.Reload())
        #expect(try inbound("127.0.0.1") == ["inbound trustedLoopback"])
        #expect(try inbound("2001:db8::7") == ["inbound noListener"])
    }

    @Test("names a source that comes too often, and the end of slots")
    func limits() throws {
        let daemon = try DaemonProcess(
            """
            outbound.target = 0
            inbound.rate = 0.001
            inbound.burst = 2
            limits.connections = 4
            limits.reserved-manual = 1
            [[listen]]
            address = "0.0.0.0:0"
            """,
            withControl: true
        )
        let client = try daemon.connectControl()
        let held = try (0..<2).map { _ in try LoopbackPeer(to: daemon.listening[0]) }
        try daemon.waitForConnections { $0.count == 2 }
        guard case .ip(let host) = try held[0].address().host else { throw Failure("no address") }
        let inbound = try Self.findings("\(host)", client).filter { $0.hasPrefix("inbound ") }
        #expect(
            inbound == [
                "inbound rateLimited, until", "inbound tooManyConnections, limit 2, count 2",
            ]
        )
    }

    @Test("names the pause after too many failures")
    func paused() throws {
        let closed = try LoopbackListener(Loopback.address(154), backlog: nil)
        let addresses = (1...60).map { "\"127.\(0 + 60 + $0).9.9:\(closed.remote.port)\"" }
        let daemon = try DaemonProcess(
            """
            outbound.target = 8
            outbound.addresses = [\(addresses.joined(separator: ", "))]
            """,
            withControl: true
        )
        let client = try daemon.connectControl()
        let deadline = ContinuousClock.now + ChildProcess.patience
        while try client.ask(Peers.Status()).status.outboundPausedUntilUnixUSec == nil {
            guard ContinuousClock.now < deadline else { throw Failure("no pause") }
            _ = poll(nil, 0, 20)
        }
        let findings = try Self.findings("203.0.113.5:9108", client)
        let paused = findings.first { $0.hasPrefix("outbound paused, limit 25, count ") }
        #expect(paused?.hasSuffix(", until") ?? false, "\(findings)")
    }
}
