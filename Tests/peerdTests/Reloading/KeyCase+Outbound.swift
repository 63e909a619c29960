import Addressing
import Control
import DecredWire
import Facts
import Glibc
import Testing

/// What those see who are dialled for the target or by an operator.
extension KeyCase {
    static let outboundCases = [
        KeyCase("outbound.target") { key in
            let listener = try LoopbackListener(Loopback.address(35))
            let addresses = ["outbound.addresses": #"["\#(listener.remote)"]"#]
            let change = try KeyChange(key, from: "0", to: "1", with: addresses)
            #expect(!listener.isCalled)
            try change.reload()
            #expect(try listener.accept().isHeld)
        },
        KeyCase("outbound.addresses") { key in
            let listener = try LoopbackListener(Loopback.address(35))
            let list = #"["\#(listener.remote)"]"#
            let change = try KeyChange(key, from: "[]", to: list, with: ["outbound.target": "1"])
            #expect(!listener.isCalled)
            try change.reload()
            #expect(try listener.accept().isHeld)
        },
        KeyCase("outbound.addresses-file") { key in
            let listener = try LoopbackListener(Loopback.address(35))
            let target = ["outbound.target": "1"]
            let change = try KeyChange(key, from: #""""#, to: #""list""#, with: target)
            _ = try change.daemon.write("\(listener.remote)\n", to: "list")
            #expect(!listener.isCalled)
            try change.reload()
            #expect(try listener.accept().isHeld)
        },
        KeyCase("outbound.bind") { key in
            let listener = try LoopbackListener(Loopback.address(35))
            let change = try KeyChange(key, from: "[]", to: #"["\#(Loopback.host(36))"]"#)
            let bound = try Loopback.address(36).host
            let call = Peers.Connect(address: "\(listener.remote)")
            try change.client.ask(call)
            #expect(try listener.accept().source().host != bound)
            try change.daemon.waitForConnections { $0.isEmpty }
            try change.reload()
            try change.client.ask(call)
            #expect(try listener.accept().source().host == bound)
        },
        KeyCase("outbound.default-port") { key in
            let listeners = try (0..<2).map { _ in try LoopbackListener(Loopback.address(35)) }
            let ports = listeners.map { "\($0.remote.port)" }
            let peers = ["persistent.peers": #"["\#(Loopback.host(35))"]"#]
            let change = try KeyChange(key, from: ports[0], to: ports[1], with: peers)
            #expect(try listeners[0].accept().isHeld)
            #expect(!listeners[1].isCalled)
            try change.reload()
            #expect(try listeners[1].accept().isHeld)
        },
        KeyCase("outbound.required-services") { key in
            let listeners = try [35, 37].map { try LoopbackListener(Loopback.address($0)) }
            let list = listeners.map { "\"\($0.remote)\"" }.joined(separator: ",")
            let change = try KeyChange(
                key,
                from: "0",
                to: "1",
                with: [
                    "network": #""regnet""#, "outbound.target": "1",
                    "outbound.addresses": "[\(list)]",
                ]
            )
            let (first, index) = try LoopbackListener.accept(from: listeners)
            let kept = MeasuringPeer(first)
            _ = try kept.introduceItself()
            #expect(try kept.messagesUntilPong() == [])
            try change.reload()
            kept.socket.close()
            // The other one, which offers as little.
            let left = MeasuringPeer(try listeners[1 - index].accept())
            try left.send(.version(MeasuringPeer.version))
            try left.rest()
        },
        KeyCase("outbound.dial-timeout") { key in
            let hole = try BlackHole(Loopback.address(35))
            let change = try KeyChange(key, from: #""1min""#, to: #""1s""#)
            try change.reload()
            expectSoon {
                #expect(throws: ErrorReply.self) {
                    try change.client.ask(Peers.Connect(address: "\(hole.address)"))
                }
            }
        },
        KeyCase("outbound.max-per-group") { key in
            let listeners = try (0..<2).map { _ in try LoopbackListener(Loopback.address(35)) }
            let list = listeners.map { "\"\($0.remote)\"" }.joined(separator: ",")
            let change = try KeyChange(
                key,
                from: "1",
                to: "2",
                with: [
                    "outbound.target": "2", "outbound.addresses": "[\(list)]",
                    // So that it is the reload that makes it look again.
                    "outbound.retry": #""1h""#,
                ]
            )
            let (first, index) = try LoopbackListener.accept(from: listeners)
            try change.daemon.waitForConnections { $0.first?.phase == .established }
            #expect(!listeners[1 - index].isCalled)
            try change.reload()
            #expect(try listeners[1 - index].accept().isHeld && first.isHeld)
        },
        KeyCase("outbound.retry") { key in
            let closed = try LoopbackListener(Loopback.address(35), backlog: nil)
            var change = try KeyChange(
                key,
                from: #""1h""#,
                to: #""100ms""#,
                with: ["outbound.target": "8", "log.level": #""debug""#]
            )
            try change.reload()
            let addresses = (0..<60).map { "127.\(60 + $0).9.9:\(closed.remote.port)" }
            try change.client.ask(Peers.AddAddresses(addresses: addresses))
            // The pause begins after 25.
            for _ in 0..<40 { try change.daemon.waitForLine("Failed to connect to ") }
        },
    ]
}
