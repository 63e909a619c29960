import Addressing
import Control
import DecredWire
import Facts
import Testing

/// What those see who come.
extension KeyCase {
    /// Behind a proxy: `listen.trusted-loopback` is false.
    private static let proxied = [
        "listen.address": anyPort(33), "listen.trusted-loopback": "false",
    ]

    static let listenerCases = [
        KeyCase("listen.address") { key in
            var change = try KeyChange(key, from: anyPort(33), to: anyPort(34))
            #expect(try change.come() != nil)
            try change.reload()
            let line = try change.daemon.waitForLine("Listening on \(Loopback.host(34)):")
            let port = try #require(line.lastIndex(of: ":").map { line[$0...].dropFirst() })
            let address = try Loopback.address(34, port: #require(UInt16(port)))
            #expect(try LoopbackPeer(to: address).isHeld)
            #expect(throws: Failure.self) { try LoopbackPeer(to: change.daemon.listening[0]) }
        },
        KeyCase("listen.network") { key in
            let change = try KeyChange(key, from: #""ip""#, to: #""onion""#, with: regnet(33))
            #expect(try change.meet().version.receiver.port != 0)
            try change.reload()
            // The proxy's address is nobody's.
            #expect(try change.meet().version.receiver == .none)
        },
        KeyCase("listen.trusted-loopback") { key in
            let change = try KeyChange(key, from: "true", to: "false", with: regnet(33))
            #expect(try change.meet().version.receiver.port != 0)
            try change.reload()
            #expect(try change.meet().version.receiver == .none)
        },
        KeyCase("listen.connections") { key in
            let change = try KeyChange(key, from: "1", to: "2", with: proxied)
            let first = try #require(try change.come())
            #expect(try change.come() == nil)
            try change.reload()
            #expect(try change.come() != nil)
            withExtendedLifetime(first) {}
        },
        KeyCase("listen.rate") { key in
            let others = proxied.merging(["listen.burst": "1"]) { $1 }
            try seeRate(KeyChange(key, from: "0.001", to: "10000", with: others))
        },
        KeyCase("listen.burst") { key in
            let others = proxied.merging(["listen.rate": "0.001"]) { $1 }
            try seeBurst(KeyChange(key, from: "20", to: "1", with: others))
        },
        KeyCase("inbound.rate") { key in
            let others = strangers.merging(["inbound.burst": "1"]) { $1 }
            try seeRate(KeyChange(key, from: "0.001", to: "10000", with: others))
        },
        KeyCase("inbound.burst") { key in
            let others = strangers.merging(["inbound.rate": "0.001"]) { $1 }
            try seeBurst(KeyChange(key, from: "20", to: "1", with: others))
        },
        KeyCase("inbound.flood-threshold") { key in
            let unlimited = ["inbound.rate": "10000", "inbound.burst": "10000"]
            let others = strangers.merging(unlimited) { $1 }
            let change = try KeyChange(key, from: "1", to: "100000", with: others)
            // By chance, which is high soon.
            let before = try (0..<60).map { _ in try change.come() }
            #expect(before.contains { $0 == nil })
            try change.reload()
            let after = try (0..<40).map { _ in try change.come() }
            #expect(!after.contains { $0 == nil })
        },
        KeyCase("log.level") { key in
            var change = try KeyChange(
                key,
                from: #""info""#,
                to: #""debug""#,
                with: ["listen.address": anyPort(33)]
            )
            #expect(try change.come() != nil)
            try change.reload()
            let peer = try #require(try change.come())
            try change.daemon.waitForLine("<7>Accepted connection from \(try peer.address())")
            #expect(change.daemon.count("Accepted connection") == 1)
        },
    ]

    /// On such a listener loopback is a host like any other.
    private static let strangers = ["listen.address": #""0.0.0.0:0""#, "limits.per-host": "0"]

    /// One may come, and no other one until the rate is another.
    private static func seeRate(_ change: consuming KeyChange) throws {
        #expect(try change.come() != nil)
        #expect(try change.come() == nil)
        try change.reload()
        #expect(try change.come() != nil)
        #expect(try change.come() != nil)
    }

    /// As many as like may come, and then one.
    private static func seeBurst(_ change: consuming KeyChange) throws {
        for _ in 0..<3 { #expect(try change.come() != nil) }
        try change.reload()
        #expect(try change.come() != nil)
        #expect(try change.come() == nil)
    }
}
