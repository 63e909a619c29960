import Addressing
import Control
import Facts
import Glibc
import Testing

/// What persistent peers see.
extension KeyCase {
    static let persistentCases = [
        KeyCase("persistent.peers") { key in
            let listener = try LoopbackListener(Loopback.address(38))
            let change = try KeyChange(key, from: "[]", to: #"["\#(listener.remote)"]"#)
            #expect(!listener.isCalled)
            try change.reload()
            #expect(try listener.accept().isHeld)
        },
        KeyCase("persistent.max") { key in
            let listener = try LoopbackListener(Loopback.address(38))
            let add = Peers.AddPersistent(address: "\(listener.remote)")
            let change = try KeyChange(key, from: "0", to: "1")
            #expect(throws: ErrorReply.refused(.tooManyPersistent(limit: 0))) {
                try change.client.ask(add)
            }
            try change.reload()
            try change.client.ask(add)
            #expect(try listener.accept().isHeld)
        },
        KeyCase("persistent.retry") { key in
            let listener = try LoopbackListener(Loopback.address(38))
            let change = try KeyChange(key, from: #""5min""#, to: #""100ms""#)
            try change.reload()
            try change.client.ask(Peers.AddPersistent(address: "\(listener.remote)"))
            try expectSoon { for _ in 0..<2 { try listener.accept().close() } }
        },
        KeyCase("persistent.max-retry") { key in
            let listener = try LoopbackListener(Loopback.address(38))
            let change = try KeyChange(
                key,
                from: #""1d""#,
                to: #""100ms""#,
                with: ["persistent.retry": #""100ms""#]
            )
            try change.reload()
            try change.client.ask(Peers.AddPersistent(address: "\(listener.remote)"))
            // Doubled each time, the waits would be 25 s at least.
            try expectSoon { for _ in 0..<10 { try listener.accept().close() } }
        },
        KeyCase("persistent.stable-after") { key in
            let listener = try LoopbackListener(Loopback.address(38))
            let change = try KeyChange(
                key,
                from: #""1d""#,
                to: #""1s""#,
                with: ["persistent.retry": #""5min""#]
            )
            try change.client.ask(Peers.AddPersistent(address: "\(listener.remote)"))
            let peer = try listener.accept()
            try change.reload()
            // It is the time that passes that makes it stable.
            _ = poll(nil, 0, 1_100)
            try expectSoon {
                peer.close()
                _ = try listener.accept()
            }
        },
    ]
}
