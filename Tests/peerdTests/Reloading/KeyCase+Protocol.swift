import Addressing
import Control
import DecredWire
import Facts
import Glibc
import Testing
import Timing

/// What peers of a Decred network see.
extension KeyCase {
    static func regnet(_ number: UInt8, _ others: [String: String] = [:]) -> [String: String] {
        ["network": #""regnet""#, "listen.address": anyPort(number)].merging(others) { $1 }
    }

    static let protocolCases = [
        KeyCase("services") { key in
            let change = try KeyChange(key, from: "0", to: "5", with: regnet(25))
            #expect(try change.meet().version.services == 0)
            try change.reload()
            #expect(try change.meet().version.services == 5)
        },
        KeyCase("user-agent") { key in
            let change = try KeyChange(key, from: #""/a:1/""#, to: #""/b:2/""#, with: regnet(25))
            #expect(try change.meet().version.userAgent == "/a:1/")
            try change.reload()
            #expect(try change.meet().version.userAgent == "/b:2/")
        },
        KeyCase("protocol.handshake-timeout") { key in
            let change = try KeyChange(key, from: #""30s""#, to: #""1s""#, with: regnet(25))
            let silent = try #require(try change.come())
            try change.reload()
            // Of what is under way as well.
            expectSoon { #expect(silent.ending() == .goodbye) }
        },
        KeyCase("protocol.ping-interval") { key in
            let change = try KeyChange(
                key,
                from: #""1h""#,
                to: #""1s""#,
                with: regnet(25, ["protocol.idle-timeout": #""2h""#])
            )
            try change.reload()
            let peer = try change.meet().peer
            try expectSoon { _ = try peer.expectPing() }
        },
        KeyCase("protocol.idle-timeout") { key in
            let change = try KeyChange(
                key,
                from: #""2h""#,
                to: #""2s""#,
                with: regnet(25, ["protocol.ping-interval": #""1s""#])
            )
            try change.reload()
            let silent = try change.meet().peer
            try expectSoon { try silent.rest() }
        },
        KeyCase("protocol.ban-score") { key in
            let change = try KeyChange(
                key,
                from: "100",
                to: "30",
                with: regnet(25, ["protocol.warn-score": "20"])
            )
            let before = try change.meet().peer
            // The second weighs 33.
            for _ in 0..<2 { try before.send(.getaddr) }
            #expect(try before.messagesUntilPong() == [])
            try change.reload()
            let after = try change.meet().peer
            for _ in 0..<2 { try after.send(.getaddr) }
            try after.rest()
        },
        KeyCase("protocol.warn-score") { key in
            var change = try KeyChange(
                key,
                from: "50",
                to: "20",
                with: regnet(25, ["log.level": #""debug""#])
            )
            let before = try change.meet().peer
            for _ in 0..<2 { try before.send(.getaddr) }
            #expect(try before.messagesUntilPong() == [])
            try change.reload()
            let after = try change.meet().peer
            for _ in 0..<2 { try after.send(.getaddr) }
            let name = try after.socket.address()
            try change.daemon.waitForLine("<7>Peer \(name) misbehaves (score 33)")
            #expect(change.daemon.count("misbehaves") == 1)
        },
        KeyCase("protocol.ban-duration") { key in
            let change = try KeyChange(
                key,
                from: #""1d""#,
                to: #""1h""#,
                with: ["network": #""regnet""#, "outbound.target": "1"]
            )
            #expect(try hoursOfRest(of: Loopback.address(26), in: change) == 24)
            try change.reload()
            #expect(try hoursOfRest(of: Loopback.address(27), in: change) == 1)
        },
        KeyCase("protocol.max-queued") { key in
            let change = try KeyChange(key, from: #""16M""#, to: #""64K""#, with: regnet(25))
            let socket = try LoopbackPeer(to: change.daemon.listening[0], isNarrow: true)
            let peer = MeasuringPeer(socket)
            try peer.shakeHands()
            _ = try peer.overload(change.daemon)
            // More than the default, too: 160 KB beyond what the kernel takes.
            for _ in 0..<5 {
                for nonce in UInt64(0)..<1_000 { try peer.send(.ping(nonce: nonce)) }
            }
            _ = try change.daemon.listed(bytesIn: peer.sentBytes)
            try change.reload()
            try peer.send(.ping(nonce: 1))
            try expectSoon { try change.daemon.waitForConnections { $0.isEmpty } }
        },
    ]

    /// For how long an address isn't picked whose peer speaks something else.
    private static func hoursOfRest(
        of address: PeerAddress,
        in change: borrowing KeyChange
    ) throws -> Int {
        let listener = try LoopbackListener(address)
        let name = "\(listener.remote)"
        try change.client.ask(Peers.AddAddresses(addresses: [name]))
        let peer = try listener.accept()
        try peer.send(Array("SSH-2.0-OpenSSH_9.2p1 Debian-2\r\n".utf8))
        #expect(peer.ending() != .none)
        let found = try change.client.ask(Peers.Explain(address: name)).explanation.findings
        let rests = found.compactMap { finding -> Duration? in
            guard case .misbehaved(let until) = finding.rule else { return nil }
            return .seconds(until.microseconds / 1_000_000 - Int64(time(nil)))
        }
        let rest = try #require(rests.first)
        // Rounded.
        return Int((rest + .seconds(1_800)).components.seconds / 3_600)
    }
}
