import Control
import Facts
import Glibc
import Testing

/// peerctl as it is called, with a real daemon and real peers.
@Suite("peerctl")
struct PeerctlCommandTests {
    @Test("alone shows the status, and as JSON the daemon's own reply")
    func status() throws {
        let control = try ControlledDaemon.started("outbound.target = 0")
        let alone = try control.peerctl()
        #expect(alone.ending == .exited(0) && alone.errors.isEmpty)
        #expect(alone.output.first?.hasPrefix("peerd 0.1.0, network raw, up ") ?? false)
        #expect(alone.output.contains("0/0 outbound, 0 inbound; 0 addresses"))
        #expect(try control.peerctl("status").output.count == alone.output.count)
        let reply = try control.ask(Peers.Status.self)
        #expect(reply.map(\.status.limits.connections) == [125])
    }

    @Test("connects, lists, explains, disconnects and remembers")
    func connecting() throws {
        let peer = try LoopbackListener(Loopback.address(150))
        let control = try ControlledDaemon.started("outbound.target = 0")
        let connected = try control.peerctl("connect", "\(peer.remote)", "--timeout", "20s")
        #expect(connected.output == ["Connected to \(peer.remote) (id: 1)"])
        #expect(connected.ending == .exited(0) && connected.errors.isEmpty)
        let held = try peer.accept()

        let list = try control.peerctl("list", "--kind", "manual", "--phase", "established")
        #expect(list.output.count == 2)
        #expect(list.output[1].hasPrefix(" 1  manual  \(peer.remote)  connected"))
        #expect(try control.peerctl("list", "--kind", "inbound").output == ["No connections."])
        let rows = try control.ask(Peers.List.self, "list").flatMap(\.connections)
        #expect(rows.map(\.remote) == ["\(peer.remote)"])
        let explanation = try control.ask(Peers.Explain.self, "explain", "\(peer.remote)")
        #expect(explanation.map(\.explanation.connections.count) == [1])
        let explained = try control.peerctl("explain", "\(peer.remote)").output
        #expect(explained.contains { $0.hasPrefix("persistent ") })

        let again = try control.peerctl("connect", "\(peer.remote)")
        #expect(again.ending == .exited(1) && again.output.isEmpty)
        #expect(
            again.errors == [
                "peerctl: cannot connect to \(peer.remote): already connected (id: 1)",
                "  'peerctl --socket \(control.socket) disconnect 1' closes that connection.",
            ]
        )
        let refusal = try control.peerctl("connect", "\(peer.remote)", "--json")
        #expect(refusal.ending == .exited(1) && refusal.errors == again.errors)
        #expect(
            refusal.output == [
                #"{"error":"org.peerd.Peers.AlreadyConnected","parameters":{"id":1}}"#
            ]
        )

        #expect(try control.peerctl("disconnect", "1").output == ["Disconnected 1 connection"])
        #expect(held.ending() == .goodbye)
        #expect(try control.peerctl("disconnect", "1").ending == .exited(1))
        let history = try control.ask(Peers.History.self, "history", "--limit", "1")
        #expect(history.flatMap(\.connections).map(\.cause) == [.ended(.byOperator)])
        #expect(try control.peerctl("history").output.last?.hasSuffix("an operator") ?? false)
    }

    @Test("keeps a peer connected until it is removed")
    func persistent() throws {
        let peer = try LoopbackListener(Loopback.address(151))
        let control = try ControlledDaemon.started("outbound.target = 0")
        let added = try control.peerctl("connect", "\(peer.remote)", "--persistent")
        #expect(added.output == ["Keeping \(peer.remote) connected (id: 1)"])
        let held = try peer.accept()
        let twice = try control.peerctl("connect", "\(peer.remote)", "--persistent")
        #expect(twice.ending == .exited(1))
        #expect(twice.errors.first?.hasSuffix("already persistent (id: 1)") ?? false)
        let removed = try control.peerctl("remove", "\(peer.remote)")
        #expect(removed.output == ["Removed 1 persistent peer"])
        #expect(held.ending() == .goodbye)
        #expect(try control.peerctl("list").output == ["No connections."])
    }

    @Test("bans, lists bans and lifts them")
    func bans() throws {
        let control = try ControlledDaemon.started("outbound.target = 0")
        let prefix = "198.51.100.0/24"
        let banned = try control.peerctl("ban", prefix, "--for", "24h")
        #expect(banned.output[0].hasPrefix("Banned \(prefix) until "))
        #expect(banned.output[0].hasSuffix(", closed 0 connections"))
        #expect(
            try control.peerctl("ban", "2001:db8::/48").output
                == ["Banned 2001:db8::/48 for ever, closed 0 connections"]
        )
        let bans = try control.ask(Peers.ListBans.self, "bans").flatMap(\.bans)
        #expect(Set(bans.map(\.prefix)) == [prefix, "2001:db8::/48"])
        // The local time of whoever asks: nine hours apart.
        let hours = try ["UTC0", "ABC-9"].map { zone -> Int in
            let table = try control.peerctl("bans", through: ["/usr/bin/env", "TZ=\(zone)"])
            let row = try #require(table.output.first { $0.hasPrefix(prefix) })
            let time = try #require(row.split(separator: " ").first { $0.contains(":") })
            return try #require(Int(time.prefix(2)))
        }
        #expect((hours[0] + 9) % 24 == hours[1])
        #expect(try control.peerctl("unban", prefix).output == ["Lifted the ban of \(prefix)"])
        let missing = try control.peerctl("unban", prefix)
        #expect(missing.ending == .exited(1))
        #expect(missing.errors[0] == "peerctl: cannot unban \(prefix): there is no such ban")
        #expect(try control.peerctl("ban", "nonsense").ending == .exited(1))
    }

    @Test("adds addresses, from its arguments and from standard input")
    func addresses() throws {
        let control = try ControlledDaemon.started("outbound.target = 0")
        let added = try control.peerctl("add-addresses", "192.0.2.1:1", "192.0.2.1:2")
        let term = "  Until the daemon ends: outbound.addresses-file keeps them for longer."
        #expect(added.output == ["Added 2 addresses, 0 were known", term])
        // More than one call takes.
        let script = "seq -f '192.0.2.1:%.0f' 2 1500 | \"$0\" \"$@\""
        let shell = ["/bin/bash", "-c", script]
        let piped = try control.peerctl("add-addresses", "-", through: shell)
        #expect(piped.output == ["Added 1,498 addresses, 1 were known", term])
        let wrong = try control.peerctl("add-addresses", "192.0.2.1:0x")
        #expect(wrong.ending == .exited(1))
        #expect(try control.ask(Peers.Status.self).map(\.status.addresses) == [1500])
    }

    @Test("switches the network, reloads, and sets the log level")
    func daemon() throws {
        let control = try ControlledDaemon.started("outbound.target = 0")
        #expect(try control.peerctl("network", "off").ending == .exited(0))
        let status = try control.peerctl().output
        let help = "'peerctl --socket \(control.socket) network on'"
        #expect(status.contains("The network is inactive: \(help)"))
        let refused = try control.peerctl("connect", "192.0.2.1:1")
        #expect(refused.errors.first?.hasSuffix(": the network is inactive") ?? false)
        #expect(try control.peerctl("network", "on").output == ["The network is active"])
        #expect(try control.peerctl("reload").output == ["Reloaded"])
        let level = try control.peerctl("log-level", "debug")
        #expect(level.output == ["Logging debug and what is more urgent"])
    }
}
