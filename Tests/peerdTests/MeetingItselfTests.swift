import Addressing
import Control
import Facts
import Testing

/// On a raw network nobody says who he is, but both ends of a connection to ourselves are here.
@Suite("A daemon that dials its own listener")
struct MeetingItselfTests {
    @Test("ends both ends, and leaves the address alone", arguments: ["0.0.0.0", "127.0.0.155"])
    func bothEnds(address: String) throws {
        var daemon = try DaemonProcess(
            """
            network = "raw"
            log.level = "debug"
            outbound.target = 2
            [[listen]]
            address = "\(address):0"
            """,
            withControl: true
        )
        let port = daemon.listening[0].port
        let hosts = address == "0.0.0.0" ? ["127.0.0.1", "127.5.0.1"] : [address]
        let client = try daemon.connectControl()
        _ = try client.ask(Peers.AddAddresses(addresses: hosts.map { "\($0):\(port)" }))
        for _ in hosts {
            for _ in 0..<2 { try daemon.waitForLine("connected to ourselves") }
        }
        #expect(try daemon.waitForConnections { $0.isEmpty }.isEmpty)
        for host in hosts {
            let reply = try client.ask(Peers.Explain(address: "\(host):\(port)"))
            let rules = reply.explanation.findings.filter { $0.way == .outbound }.map(\.rule.name)
            #expect(rules.contains(.ownAddress))
        }
        #expect(daemon.count("Peer ") == 0)
    }
}
