import Addressing
import Control
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
            let numbers: [String?] = [
                finding.id.map { "id \($0)" },
                finding.limit.map { "limit \($0)" },
                finding.count.map { "count \($0)" },
                finding.prefix,
                finding.untilUnixUSec.map { _ in "until" },
            ]
            return (["\(finding.way) \(finding.rule)"] + numbers.compactMap { $0 })
                .joined(separator: ", ")
        }
    }

    @Test("names the rules, with their numbers")
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
            address = "\(Loopback.host(151)):0"
            trusted-loopback = false
            """,
            withControl: true
        )
        let client = try daemon.connectControl()
        let held = try (0..<2).map { _ in try LoopbackPeer(to: daemon.listening[0]) }
        try daemon.waitForConnections { $0.count { $0.kind == .inbound } == 2 }
        let source = try held[0].address().host
        guard case .ip(let host) = source else { throw Failure("\(source)") }
        let ofHost = try Self.findings("\(host)", client)
        print(ofHost)
        for address in [
            "203.0.113.5:9108", "198.51.100.4:9108", "\(listener.remote)", "[fe80::1]:9108",
            "0.0.0.0:9108",
        ] {
            print(address, try Self.findings(address, client))
        }
        try client.ask(Peers.AddPersistent(address: "203.0.113.77:1"))
        print(try Self.findings("203.0.113.77:1", client))
        print(try Self.findings("203.0.113.78:1", client))
        try client.ask(Peers.Ban(prefix: "203.0.113.0/24", durationUSec: 60_000_000))
        print(try Self.findings("203.0.113.5:9108", client))
        try client.ask(Peers.SetNetworkActive(active: false))
        print(try Self.findings("203.0.113.6:9108", client))
    }
}
