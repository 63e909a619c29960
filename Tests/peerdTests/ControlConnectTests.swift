import Addressing
import Control
import Facts
import Glibc
import Testing

/// `Connect` on the running daemon: it answers when the attempt has ended.
@Suite("A connect over the control socket")
struct ControlConnectTests {
    @Test("is answered with the connection once it is there")
    func connects() throws {
        let listener = try LoopbackListener(Loopback.address(200))
        let daemon = try DaemonProcess("outbound.target = 0", withControl: true)
        let client = try daemon.connectControl()
        let row = try client.ask(Peers.Connect(address: "\(listener.remote)")).connection
        let peer = try listener.accept()
        #expect(try row.local == "\(peer.source())")
        #expect(row.remote == "\(listener.remote)" && row.target == row.remote)
        #expect(row.kind == .manual && row.phase == .established && !row.persistent)
        #expect(row.bytesIn == 0 && row.establishedUnixUSec != nil && row.phaseEndsUnixUSec == nil)
        #expect(throws: ErrorReply.refused(.alreadyConnected(named(row.id)))) {
            try client.ask(Peers.Connect(address: "\(listener.remote)"))
        }
        // Its caller has got what it wanted: the connection stays when that goes.
        client.close()
        #expect(try daemon.connections(of: .manual).map(\.id) == [row.id])
        #expect(peer.isHeld)
    }

    @Test("that the peer's machine refuses says so")
    func refused() throws {
        let closed = try LoopbackListener(Loopback.address(201), backlog: nil)
        let daemon = try DaemonProcess("outbound.target = 0", withControl: true)
        let client = try daemon.connectControl()
        #expect(throws: ErrorReply.failed(.refused)) {
            try client.ask(Peers.Connect(address: "\(closed.remote)"))
        }
    }

    @Test("takes as long as its caller allows, be it less or more than the configuration")
    func timeout() throws {
        let hole = try BlackHole(Loopback.address(202))
        let daemon = try DaemonProcess(
            """
            outbound.target = 0
            outbound.dial-timeout = "1s"
            """,
            withControl: true
        )
        let client = try daemon.connectControl()
        for (timeout, expected) in [(100_000, 100_000), (1_200_000, 1_200_000), (nil, 1_000_000)] {
            let start = ContinuousClock.now
            #expect(throws: ErrorReply.failed(.timedOut(after: .microseconds(Int64(expected))))) {
                let timeout = timeout.map { Int64($0) }
                try client.ask(Peers.Connect(address: "\(hole.address)", timeoutUSec: timeout))
            }
            #expect(ContinuousClock.now - start >= .microseconds(expected))
        }
    }

    @Test("takes no longer in a handshake, whatever that may take")
    func handshakeTimeout() throws {
        let silent = try LoopbackListener(Loopback.address(208))
        let daemon = try DaemonProcess(
            """
            network = "testnet"
            outbound.target = 0
            protocol.handshake-timeout = "1s"
            """,
            withControl: true
        )
        let client = try daemon.connectControl()
        let answers: [(Int64?, Ending)] = [
            (200_000, .attemptTimedOut(after: .milliseconds(200))),
            (60_000_000, .session(.handshakeTimedOut)), (nil, .session(.handshakeTimedOut)),
        ]
        for (timeout, expected) in answers {
            #expect(throws: ErrorReply.ended(expected)) {
                try client.ask(Peers.Connect(address: "\(silent.remote)", timeoutUSec: timeout))
            }
        }
        let ended = try client.askAll(Peers.History()).flatMap(\.connections)
        #expect(ended.last?.cause == .ended(.attemptTimedOut(after: .milliseconds(200))))
    }

    @Test("ends with its caller, who is gone before the address answers")
    func abandoned() throws {
        let hole = try BlackHole(Loopback.address(203))
        var daemon = try DaemonProcess(
            """
            log.level = "debug"
            outbound.target = 0
            outbound.dial-timeout = "2min"
            """,
            withControl: true
        )
        let monitor = try daemon.connectControl()
        try monitor.monitor([.attempting, .failed])
        // A process of its own, so that it can be killed.
        let caller = try ControlScript.start(
            on: daemon,
            [#"{"method":"org.peerd.Peers.Connect","parameters":{"address":"\#(hole.address)"}}"#]
        )
        guard case .attempting(let subject) = try monitor.nextReport() else {
            throw Failure("no attempt")
        }
        #expect(try daemon.connections().map(\.phase) == [.dialing])
        caller.signal(SIGKILL)
        #expect(
            try monitor.nextReport() == .failed(subject, .cancelled(by: .caller))
        )
        // The event and the end of the row are one step.
        #expect(try daemon.connections() == [])
        try daemon.waitForLine(
            "Failed to connect to \(hole.address): cancelled by its caller (id: \(subject.id)"
        )
        // And the address is free again.
        let client = try daemon.connectControl()
        #expect(throws: ErrorReply.failed(.timedOut(after: .microseconds(1_000)))) {
            try client.ask(Peers.Connect(address: "\(hole.address)", timeoutUSec: 1_000))
        }
    }

    @Test("still answers a caller that only sends no more")
    func halfClosed() throws {
        let hole = try BlackHole(Loopback.address(204))
        let daemon = try DaemonProcess("outbound.target = 0", withControl: true)
        let client = try daemon.connectControl()
        try client.send(Peers.Connect(address: "\(hole.address)", timeoutUSec: 300_000))
        client.finishSending()
        #expect(throws: ErrorReply.failed(.timedOut(after: .microseconds(300_000)))) {
            try client.reply(to: Peers.Connect.self)
        }
        // Nothing is owed to it then.
        #expect(try client.nextMessage() == nil)
    }

    /// What has come counts, even when the caller is gone in the same moment.
    @Test("whose caller goes in the moment of the success leaves the connection or its end")
    func race() throws {
        let daemon = try DaemonProcess("outbound.target = 0", withControl: true)
        let monitor = try daemon.connectControl()
        try monitor.monitor([.connected, .failed])
        for _ in 0..<30 {
            let listener = try LoopbackListener(Loopback.address(205))
            let client = try daemon.connectControl()
            try client.send(Peers.Connect(address: "\(listener.remote)"))
            client.close()
            let report = try monitor.nextReport()
            switch report {
            case .connected(let subject):
                #expect(try daemon.connections().map(\.id) == [subject.id.number])
                try daemon.connectControl().ask(Peers.Disconnect(.id(subject.id.number)))
            case .failed(_, let failure):
                #expect(failure == .cancelled(by: .caller))
            default:
                Issue.record("\(report)")
            }
            #expect(try daemon.connections() == [])
        }
    }

    @Test("without a wish for an answer goes on as long as its caller stays")
    func oneway() throws {
        let listener = try LoopbackListener(Loopback.address(206))
        let daemon = try DaemonProcess("outbound.target = 0", withControl: true)
        let client = try daemon.connectControl()
        try client.send(Peers.Connect(address: "\(listener.remote)"), oneway: true)
        let peer = try listener.accept()
        // The next call waits for the end of the attempt, and gets the first answer.
        let rows = try client.askAll(Peers.List()).flatMap(\.connections)
        #expect(rows.map(\.phase) == [.established])
        #expect(peer.isHeld)
    }

    @Test(
        "that has no way there says so",
        .enabled(if: Namespace.isAllowed, "only root may make a network namespace here")
    )
    func noRoute() throws {
        let daemon = try DaemonProcess(
            "outbound.target = 0",
            through: Namespace.withoutNetwork,
            withControl: true
        )
        let client = try daemon.connectControl()
        #expect(throws: ErrorReply.failed(.noRoute)) {
            try client.ask(Peers.Connect(address: "203.0.113.1:9108"))
        }
        let error = #expect(throws: ErrorReply.self) {
            try client.ask(Peers.Connect(address: "no-such-peer.invalid:9108"))
        }
        guard case .peers(.failed(.unresolved(let reason))) = error else {
            throw Failure("\(error as Any)")
        }
        #expect(reason != "")
    }

    @Test(
        "for which no local port is left says so, and which the kernel gives",
        .enabled(if: Namespace.isAllowed, "only root may make a network namespace here")
    )
    func noPort() throws {
        // The only one that it gives is taken by the listener.
        var daemon = try DaemonProcess(
            """
            outbound.target = 0
            listen = [{ address = "127.0.0.1:40000" }]
            """,
            through: Namespace.withPorts(40_000...40_000),
            withControl: true
        )
        let client = try daemon.connectControl()
        let setting = "net.ipv4.ip_local_port_range"
        #expect(throws: ErrorReply.failed(.noLocalEnd(.port(among: 40_000...40_000)))) {
            try client.ask(Peers.Connect(address: "127.0.0.9:9000"))
        }
        try daemon.waitForLine(
            "Failed to connect to 127.0.0.9:9000: no local port is left towards it: "
                + "\(setting) is 40000 to 40000 (id: 1"
        )
    }

    @Test("from an address that no interface has says that outbound.bind names it")
    func missingBindAddress() throws {
        let daemon = try DaemonProcess(
            """
            outbound.target = 0
            outbound.bind = ["192.0.2.77", "2001:db8::77"]
            """,
            withControl: true
        )
        let client = try daemon.connectControl()
        for (remote, bound) in [
            ("127.0.0.9:9000", "192.0.2.77"), ("[2001:db8::9]:9000", "2001:db8::77"),
        ] {
            let address = try #require(IPAddress(bound))
            #expect(throws: ErrorReply.failed(.noLocalEnd(.bindAddress(address)))) {
                try client.ask(Peers.Connect(address: remote))
            }
        }
    }

    @Test("that waits is told of the shutdown")
    func shutdown() throws {
        let hole = try BlackHole(Loopback.address(207))
        var daemon = try DaemonProcess("outbound.target = 0", withControl: true)
        let (client, monitor) = (try daemon.connectControl(), try daemon.connectControl())
        try monitor.monitor()
        try client.send(Peers.Connect(address: "\(hole.address)"))
        try monitor.waitForReport { if case .attempting = $0 { true } else { false } }
        daemon.signal(SIGTERM)
        #expect(throws: ErrorReply.failed(.cancelled(by: .shutdown))) {
            try client.reply(to: Peers.Connect.self)
        }
        #expect(try client.nextMessage() == nil)
        // The monitor hears of it too, before it is hung up on.
        try monitor.waitForReport { if case .shuttingDown = $0 { true } else { false } }
        #expect(try daemon.waitForEnd() == .exited(0))
        #expect(access(daemon.controlPath, F_OK) != 0)
    }
}
