import Addressing
import Control
import Facts
import Glibc
import Testing

/// Clients that do what they shouldn't, against the running daemon: each gets its error or is hung
/// up on, and the others are served.
@Suite("A hostile client of the control socket")
struct ControlHostileTests {
    struct Call: CustomTestStringConvertible, Sendable {
        var message: String
        var answer: String
        var testDescription: String { String(message.prefix(100)) }

        init(_ message: String, _ error: String, _ parameters: String = "") {
            self.message = message
            answer = #"{"error":"\#(error)","parameters":{\#(parameters)}}"#
        }
    }

    private static let service = "org.varlink.service"
    private static let peers = "org.peerd.Peers"

    @Test(
        "that calls wrongly gets the error that says so, and may go on",
        arguments: [
            Call(
                #"{"method":"org.example.Other.Status"}"#,
                "\(service).InterfaceNotFound",
                #""interface":"org.example.Other""#
            ),
            Call(
                #"{"method":"\#(peers).Dance"}"#,
                "\(service).MethodNotFound",
                #""method":"org.peerd.Peers.Dance""#
            ),
            Call(#"{}"#, "\(service).InvalidParameter", #""parameter":"method""#),
            Call(#"{"method":7}"#, "\(service).InvalidParameter", #""parameter":"method""#),
            Call(
                #"{"method":"\#(peers).Disconnect","parameters":{"id":"six"}}"#,
                "\(service).InvalidParameter",
                #""parameter":"id""#
            ),
            Call(
                #"{"method":"\#(peers).Disconnect","parameters":{"id":-1}}"#,
                "\(service).InvalidParameter",
                #""parameter":"id""#
            ),
            Call(
                #"{"method":"\#(peers).Disconnect","parameters":{"id":1,"address":"192.0.2.1"}}"#,
                "\(service).InvalidParameter",
                #""parameter":"address""#
            ),
            Call(
                #"{"method":"\#(peers).Disconnect"}"#,
                "\(service).InvalidParameter",
                #""parameter":"id""#
            ),
            Call(
                #"{"method":"\#(peers).Status","parameters":{"verbose":true}}"#,
                "\(service).InvalidParameter",
                #""parameter":"verbose""#
            ),
            Call(
                #"{"method":"\#(peers).Status","parameters":[]}"#,
                "\(service).InvalidParameter",
                #""parameter":"parameters""#
            ),
            Call(
                #"{"method":"\#(peers).Connect","parameters":{"address":"a:1","timeoutUSec":0}}"#,
                "\(service).InvalidParameter",
                #""parameter":"timeoutUSec""#
            ),
            Call(
                #"{"method":"\#(peers).History","parameters":{"limit":1001},"more":true}"#,
                "\(service).InvalidParameter",
                #""parameter":"limit""#
            ),
            Call(
                #"{"method":"\#(peers).Monitor","parameters":{"events":["party"]},"more":true}"#,
                "\(service).InvalidParameter",
                #""parameter":"events""#
            ),
            Call(#"{"method":"\#(peers).List"}"#, "\(service).ExpectedMore"),
            Call(#"{"method":"\#(peers).Monitor","more":false}"#, "\(service).ExpectedMore"),
            Call(
                #"{"method":"\#(peers).Status","upgrade":true}"#,
                "\(service).InvalidParameter",
                #""parameter":"upgrade""#
            ),
            Call(
                #"{"method":"\#(peers).Connect","parameters":{"address":"nowhere"}}"#,
                "\(peers).UnsupportedAddress",
                #""address":"nowhere","reason":"'nowhere' has no port: expected one behind a colon, "#
                    + #"as in 203.0.113.7:9108, [2001:db8::7]:9108 or peer.example.org:9108""#
            ),
            Call(
                #"{"method":"\#(peers).Connect","parameters":{"address":"192.0.2.1:0"}}"#,
                "\(peers).UnsupportedAddress",
                #""address":"192.0.2.1:0","reason":"'192.0.2.1:0' has no valid port: "#
                    + #"expected a number from 1 to 65535""#
            ),
            Call(
                #"{"method":"\#(peers).Explain","parameters":{"address":"1.2.3"}}"#,
                "\(peers).UnsupportedAddress",
                #""address":"1.2.3","reason":"'1.2.3' is a number, which resolvers take for "#
                    + #"the address 1.2.0.3: expected that address if it is meant""#
            ),
            Call(
                #"{"method":"\#(peers).Ban","parameters":{"prefix":"10.1.2.3/8"}}"#,
                "\(peers).UnsupportedAddress",
                #""address":"10.1.2.3/8","reason":"'10.1.2.3/8' has bits behind the prefix's "#
                    + #"length: expected the network, 10.0.0.0/8""#
            ),
            Call(#"{"method":"\#(peers).Remove","parameters":{"id":7}}"#, "\(peers).NotFound"),
            Call(
                #"{"method":"\#(peers).Disconnect","parameters":{"address":"192.0.2.1"}}"#,
                "\(peers).NotFound"
            ),
            Call(
                #"{"method":"\#(peers).Unban","parameters":{"prefix":"192.0.2.0/24"}}"#,
                "\(peers).NotFound"
            ),
        ]
    )
    func wrongCalls(call: Call) throws {
        let daemon = try DaemonProcess("outbound.target = 0", withControl: true)
        let client = try daemon.connectControl()
        try client.send(message: call.message)
        #expect(try client.nextText() == call.answer)
        try client.ask(Peers.Status())
    }

    private static let info = #"{"method":"org.varlink.service.GetInfo"}"#

    @Test("that sends what is no message is hung up on, after its calls before that are answered")
    func noMessages() throws {
        let daemon = try DaemonProcess("outbound.target = 0", withControl: true)
        let deep = String(repeating: "[", count: Bounds.depth)
        let messages: [[UInt8]] = [
            Array("hello".utf8),
            [],
            Array("[]".utf8),
            Array("7".utf8),
            Array("{\"method\":".utf8),
            [0x7b, 0xff, 0x7d],
            Array("{\"method\":\(deep)".utf8),
            Array("{\"a\":[\(String(repeating: "0,", count: Bounds.items))0]}".utf8),
            [UInt8](repeating: UInt8(ascii: " "), count: Bounds.messageBytes + 1),
        ]
        let other = try daemon.connectControl()
        for message in messages {
            let client = try daemon.connectControl()
            try client.send(Service.GetInfo())
            // The daemon may hang up before it has read all of a long one.
            try? client.send(message + [0])
            _ = try client.reply(to: Service.GetInfo.self)
            #expect(try client.nextMessage() == nil)
            try other.ask(Peers.Status())
        }
    }

    @Test("may send 1 MiB in one message")
    func longest() throws {
        let daemon = try DaemonProcess("outbound.target = 0", withControl: true)
        let client = try daemon.connectControl()
        let spaces = String(repeating: " ", count: Bounds.messageBytes - Self.info.utf8.count)
        try client.send(message: Self.info + spaces)
        _ = try client.reply(to: Service.GetInfo.self)
    }

    @Test("that stops in the middle of a message disturbs nobody, and may go on later")
    func half() throws {
        let daemon = try DaemonProcess("outbound.target = 0", withControl: true)
        let (silent, closing) = (try daemon.connectControl(), try daemon.connectControl())
        let message = Array(Self.info.utf8) + [0]
        try silent.send(Array(message[..<10]))
        try closing.send(Array(message[..<10]))
        closing.finishSending()
        #expect(try closing.nextMessage() == nil)
        for _ in 0..<100 { try daemon.connectControl().ask(Peers.Status()) }
        #expect(silent.isWaiting)
        // Byte by byte is a message, too.
        for byte in message[10...] { try silent.send([byte]) }
        _ = try silent.reply(to: Service.GetInfo.self)
    }

    @Test("that is killed in the middle of a list, or of its own message, leaves nothing behind")
    func vanishes() throws {
        let daemon = try DaemonProcess(
            """
            outbound.target = 0
            [[listen]]
            address = "\(Loopback.host(230)):0"
            """,
            withControl: true
        )
        let peers = try (0..<100).map { _ in try LoopbackPeer(to: daemon.listening[0]) }
        try daemon.waitForConnections { $0.count == 100 }
        let descriptors = try daemon.openDescriptors().count
        // More often than there are places.
        for round in 0..<2 * Bounds.clients {
            let client = try daemon.connectControl()
            for _ in 0..<20 { try client.send(Peers.List()) }
            if round % 2 == 0 { try client.send(Array("{\"method\":".utf8)) }
            if round % 4 < 2 { _ = try client.nextMessage() }
            client.close()
        }
        // What was asked by whom is gone is passed over: its end comes within some turns. Who is
        // answered was let in behind all of them, so that there are only fewer from then on.
        let client = try daemon.connectControl()
        try client.ask(Peers.Status())
        let deadline = ContinuousClock.now + ChildProcess.patience
        while try daemon.openDescriptors().count > descriptors + 1, ContinuousClock.now < deadline {
            try client.ask(Peers.Status())
        }
        #expect(try daemon.openDescriptors().count <= descriptors + 1)
        #expect(try daemon.processorShare(over: .seconds(1)) < 0.2)
        #expect(peers.areHeld)
    }

    @Test("that hangs up leaves its place in that turn, whatever it has asked before")
    func leaves() throws {
        let daemon = try DaemonProcess("outbound.target = 0", withControl: true)
        let places = Bounds.clients - (geteuid() == 0 ? 0 : Bounds.clientsOfRoot)
        for round in 0..<20 {
            let crowd = try (0..<places).map { _ in try daemon.connectControl() }
            for client in crowd { try client.ask(Service.GetInfo()) }
            for client in crowd where round % 2 == 0 {
                for _ in 0..<Bounds.callsWaiting { try client.send(Peers.ListBans()) }
            }
            for client in crowd { client.close() }
            // Would be hung up on if one of them still had its place.
            try daemon.connectControl().ask(Peers.Status())
        }
    }

    @Test("isn't read while sixteen of its calls wait, and they are answered in their order")
    func manyCalls() throws {
        let hole = try BlackHole(Loopback.address(231))
        let daemon = try DaemonProcess("outbound.target = 0", withControl: true)
        let client = try daemon.connectControl()
        try client.send(Peers.Connect(address: "\(hole.address)"))
        for number in 0..<Bounds.callsWaiting {
            try client.send(message: #"{"method":"org.peerd.Peers.M\#(number)"}"#)
        }
        // A stream of further ones fills the kernel's buffer and stops there.
        let more = Array((Self.info + "\0").utf8)
        let flood = Array([[UInt8]](repeating: more, count: 30_000).joined())
        let sent = try client.sendUntilFull(flood, within: .milliseconds(200))
        #expect(sent < 1 << 20)
        #expect(client.isWaiting)
        try daemon.connectControl().ask(Peers.Disconnect(.address("\(hole.address)")))
        #expect(throws: ErrorReply.failed(.cancelled(by: .operator))) {
            try client.reply(to: Peers.Connect.self)
        }
        for number in 0..<Bounds.callsWaiting {
            #expect(throws: ErrorReply.service(.methodNotFound("org.peerd.Peers.M\(number)"))) {
                try client.reply(to: Peers.Status.self)
            }
        }
        for _ in 0..<sent / more.count { _ = try client.reply(to: Service.GetInfo.self) }
    }

    @Test("that wants no answers gets none, and what it asked for is done when it is gone already")
    func oneway() throws {
        let closed = try LoopbackListener(Loopback.address(232), backlog: nil)
        let daemon = try DaemonProcess("outbound.target = 0", withControl: true)
        let client = try daemon.connectControl()
        try client.send(Peers.Remove(.id(9)), oneway: true)
        try client.send(message: #"{"method":"org.peerd.Peers.Dance","oneway":true}"#)
        try client.send(Peers.Status(), oneway: true)
        try client.send(Service.GetInfo())
        _ = try client.reply(to: Service.GetInfo.self)

        let monitor = try daemon.connectControl()
        try monitor.monitor([.persistentAdded, .persistentRemoved, .banned])
        let hurried = try daemon.connectControl()
        try hurried.send(Peers.AddPersistent(address: "\(closed.remote)"), oneway: true)
        try hurried.send(Peers.Remove(.address("\(closed.remote)")))
        for number in 0..<100 {
            try hurried.send(Peers.Ban(prefix: "192.0.2.\(number)"), oneway: true)
        }
        hurried.close()
        guard case .persistentAdded = try monitor.nextReport(),
            case .persistentRemoved = try monitor.nextReport()
        else { throw Failure("not added and removed") }
        for number in 0..<100 {
            guard case .banned(let ban, closed: 0) = try monitor.nextReport() else {
                throw Failure("not banned")
            }
            #expect(ban.prefix.description == "192.0.2.\(number)/32")
        }
    }

    @Test("that comes and goes without end doesn't keep the loop from the others")
    func knocking() throws {
        let daemon = try DaemonProcess("outbound.target = 0", withControl: true)
        let client = try daemon.connectControl()
        try client.ask(Peers.Status())
        var one = try ControlScript.startKnocking(on: daemon)
        var two = try ControlScript.startKnocking(on: daemon)
        let deadline = ContinuousClock.now + ChildProcess.patience
        while one.outputLines.isEmpty, one.listen(until: deadline) {}
        while two.outputLines.isEmpty, two.listen(until: deadline) {}
        for _ in 0..<50 { try client.ask(Peers.Status()) }
    }
}
