import Addressing
import Control
import Facts
import Testing

/// For how many there is room.
extension KeyCase {
    /// Loopback is trusted: no other rule concerns who comes.
    private static let listening = [
        "listen.address": anyPort(39), "limits.reserved-manual": "0",
    ]

    static let limitCases = [
        KeyCase("limits.connections") { key in
            // One is for short test connections.
            try seeRoom(KeyChange(key, from: "2", to: "3", with: listening))
        },
        KeyCase("limits.reserved-manual") { key in
            let others = listening.merging(["limits.connections": "3"]) { $1 }
            try seeRoom(KeyChange(key, from: "1", to: "0", with: others))
        },
        KeyCase("limits.per-host") { key in
            let listeners = try (0..<2).map { _ in try LoopbackListener(Loopback.address(41)) }
            let calls = listeners.map { Peers.Connect(address: "\($0.remote)") }
            let change = try KeyChange(key, from: "1", to: "2")
            try change.client.ask(calls[0])
            #expect(throws: ErrorReply.refused(.tooManyPerHost(limit: 1))) {
                try change.client.ask(calls[1])
            }
            try change.reload()
            try change.client.ask(calls[1])
        },
        KeyCase("limits.whitelist") { key in
            let others = listening.merging(["limits.connections": "0"]) { $1 }
            let list = #"["\#(Loopback.host(42))"]"#
            let change = try KeyChange(key, from: "[]", to: list, with: others)
            let local = try Loopback.address(42)
            #expect(try change.come(from: local) == nil)
            try change.reload()
            #expect(try change.come(from: local) != nil)
            #expect(try change.come() == nil)
        },
        KeyCase("limits.whitelisted") { key in
            let list = ["limits.connections": "0", "limits.whitelist": #"["127.0.0.0/8"]"#]
            let others = listening.merging(list) { $1 }
            try seeRoom(KeyChange(key, from: "1", to: "2", with: others))
        },
    ]

    /// For one, and then for two.
    private static func seeRoom(_ change: consuming KeyChange) throws {
        let first = try #require(try change.come())
        #expect(try change.come() == nil)
        try change.reload()
        #expect(try change.come() != nil)
        withExtendedLifetime(first) {}
    }
}
