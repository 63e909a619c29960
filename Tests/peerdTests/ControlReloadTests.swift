import Addressing
import Control
import Facts
import Glibc
import Testing

/// Reloads, the network and the log level over the control socket of the running daemon.
@Suite("A reload over the control socket")
struct ControlReloadTests {
    @Test("is answered when the configuration is in force")
    func good() throws {
        let listener = try LoopbackListener(Loopback.address(192))
        let daemon = try DaemonProcess("outbound.target = 0", withControl: true)
        let client = try daemon.connectControl()
        for target in 1...5 {
            try daemon.configure(
                """
                outbound.target = \(target)
                persistent.peers = ["\(listener.remote)"]
                """
            )
            try client.ask(Peers.Reload())
            let status = try client.ask(Peers.Status()).status
            #expect(status.limits.outbound == target && status.persistent == 1)
        }
    }

    @Test("of a bad one says where it is bad, and changes nothing")
    func bad() throws {
        let daemon = try DaemonProcess("outbound.target = 3", withControl: true)
        let client = try daemon.connectControl()
        try daemon.configure(
            """
            outbound.taget = 4
            limits.connections = "many"
            """
        )
        let error = #expect(throws: ErrorReply.self) { try client.ask(Peers.Reload()) }
        guard case .peers(.refused(.configurationRejected(let problems))) = error else {
            throw Failure("\(error as Any)")
        }
        #expect(problems.count == 2)
        #expect(problems.first?.hasPrefix("\(daemon.folder)/peerd.toml:1:") ?? false, "\(problems)")
        #expect(problems.first?.firstRange(of: "outbound.target") != nil, "\(problems)")
        #expect(problems.last?.hasPrefix("\(daemon.folder)/peerd.toml:2:") ?? false, "\(problems)")
        #expect(try client.ask(Peers.Status()).status.limits.outbound == 3)
    }

    @Test("is in the status, with what came of it, until the next")
    func result() throws {
        var daemon = try DaemonProcess("outbound.target = 0", withControl: true)
        let client = try daemon.connectControl()
        #expect(try client.ask(Peers.Status()).status.reload == nil)
        #expect(try daemon.status().firstRange(of: "reload") == nil)

        // By whatever way it was asked for.
        try daemon.configure("outbound.taget = 1\n[limit]\n[outbond]\n")
        daemon.signal(SIGHUP)
        try daemon.waitForLine("The configuration stays as it was")
        let failed = try #require(try client.ask(Peers.Status()).status.reload)
        #expect(!failed.inForce && failed.needsRestart.isEmpty)
        #expect(failed.problems.first?.hasPrefix("\(daemon.folder)/peerd.toml:1:") ?? false)
        #expect(failed.problems.count == 3)
        let line = "; last reload failed: \(daemon.folder)/peerd.toml:1:"
        #expect(try daemon.status().firstRange(of: line) != nil)
        #expect(throws: ErrorReply.self) { try client.ask(Peers.Reload()) }
        let again = try #require(try client.ask(Peers.Status()).status.reload)
        #expect(again.endedUnixUSec > failed.endedUnixUSec)

        // What only the running daemon finds out is no other failure.
        let taken = try LoopbackListener(Loopback.address(196))
        try daemon.configure("outbound.target = 0\n[[listen]]\naddress = \"\(taken.remote)\"")
        #expect(throws: ErrorReply.self) { try client.ask(Peers.Reload()) }
        let unbound = try #require(try client.ask(Peers.Status()).status.reload)
        #expect(!unbound.inForce && unbound.problems.count == 1)
        #expect(unbound.problems.first?.firstRange(of: "\(taken.remote)") != nil)

        try daemon.configure("network = \"regnet\"\noutbound.target = 0")
        try client.ask(Peers.Reload())
        let good = try #require(try client.ask(Peers.Status()).status.reload)
        #expect(good.inForce && good.problems.isEmpty && good.needsRestart == ["network"])
        #expect(try daemon.status().hasSuffix("; reloaded but for network"))
    }

    @Test("that failed in many ways keeps the first of them")
    func manyProblems() throws {
        let daemon = try DaemonProcess("outbound.target = 0", withControl: true)
        let client = try daemon.connectControl()
        try daemon.configure((0..<400).map { "nonsense\($0) = 1\n" }.joined())
        #expect(throws: ErrorReply.self) { try client.ask(Peers.Reload()) }
        let failed = try #require(try client.ask(Peers.Status()).status.reload)
        #expect(failed.problems.count == Bounds.reloadProblems + 1)
        #expect(failed.problems.last == "and 390 more")
    }

    @Test("that can't have its port says so")
    func takenPort() throws {
        let taken = try LoopbackListener(Loopback.address(193))
        let daemon = try DaemonProcess("outbound.target = 0", withControl: true)
        try daemon.configure("[[listen]]\naddress = \"\(taken.remote)\"")
        let error = #expect(throws: ErrorReply.self) {
            try daemon.connectControl().ask(Peers.Reload())
        }
        guard case .peers(.refused(.configurationRejected(let problems))) = error else {
            throw Failure("\(error as Any)")
        }
        #expect(problems.first?.firstRange(of: "\(taken.remote)") != nil, "\(problems)")
    }

    /// Each gets the answer to a reading that began after its call.
    @Test(
        "is one of many at the same time, and one whose client goes meanwhile is done all the same"
    )
    func several() throws {
        let daemon = try DaemonProcess("outbound.target = 1", withControl: true)
        let clients = try (0..<10).map { _ in try daemon.connectControl() }
        let gone = try daemon.connectControl()
        for round in 0..<10 {
            // Long enough to be under way when the next ones come.
            let addresses = (0..<3_000).map { "\"10.0.\($0 / 250).\($0 % 250):9108\"" }
            let long = "outbound.addresses = [\(addresses.joined(separator: ","))]\n"
            try daemon.configure(long + "outbound.target = \(2 * round)")
            for client in clients[..<5] { try client.send(Peers.Reload()) }
            try daemon.configure(long + "outbound.target = \(2 * round + 1)")
            for client in clients[5...] {
                try client.send(Peers.Reload())
                try client.send(Peers.Status())
            }
            for client in clients { _ = try client.reply(to: Peers.Reload.self) }
            for client in clients[5...] {
                let status = try client.reply(to: Peers.Status.self).value.status
                #expect(status.limits.outbound == 2 * round + 1)
            }
        }
        try daemon.configure("outbound.target = 77")
        try gone.send(Peers.Reload())
        gone.close()
        let deadline = ContinuousClock.now + ChildProcess.patience
        while try clients[0].ask(Peers.Status()).status.limits.outbound != 77 {
            guard ContinuousClock.now < deadline else { throw Failure("not reloaded") }
            _ = poll(nil, 0, 20)
        }
    }

    @Test("that a client doesn't wait for gives its place free while it is under way, and is done")
    func leaves() throws {
        let daemon = try DaemonProcess("outbound.target = 0", withControl: true)
        let places = Bounds.clients - (geteuid() == 0 ? 0 : Bounds.clientsOfRoot)
        let crowd = try (1..<places).map { _ in try daemon.connectControl() }
        for client in crowd { try client.ask(Service.GetInfo()) }
        let gone = try daemon.connectControl()
        try gone.ask(Service.GetInfo())
        // Much longer to read than the loop takes for some turns.
        let addresses = (0..<100_000).map { "10.\($0 / 62_500).\($0 / 250 % 250).\($0 % 250):1" }
        let list = try daemon.write(addresses.joined(separator: "\n"), to: "list")
        try daemon.configure("outbound.target = 0\noutbound.addresses-file = \"\(list)\"")
        try gone.send(Peers.Reload())
        try gone.send(Peers.SetLogLevel(level: .warning))
        gone.close()

        let newcomer = try daemon.connectControl()
        let status = try newcomer.ask(Peers.Status()).status
        #expect(status.reload == nil)
        #expect(status.logLevel == .warning)
        let deadline = ContinuousClock.now + ChildProcess.patience
        while try newcomer.ask(Peers.Status()).status.reload?.inForce != true {
            guard ContinuousClock.now < deadline else { throw Failure("not reloaded") }
            _ = poll(nil, 0, 20)
        }
        #expect(try newcomer.ask(Peers.Status()).status.addresses == addresses.count)
        withExtendedLifetime(crowd) {}
    }

    /// The reading takes longer than the signal, so that it is usually the latter.
    @Test("that is under way at the shutdown is answered, by its result or with that")
    func shutdown() throws {
        var daemon = try DaemonProcess("outbound.target = 0", withControl: true)
        let client = try daemon.connectControl()
        let addresses = (0..<10_000).map { "\"10.0.\($0 / 250).\($0 % 250):9108\"" }
        try daemon.configure("outbound.addresses = [\(addresses.joined(separator: ","))]")
        try client.send(Peers.Reload())
        try daemon.waitForLine("Reading the configuration again")
        daemon.signal(SIGTERM)
        let answer = try client.nextText()
        #expect(
            answer == #"{"error":"org.peerd.Peers.ShuttingDown","parameters":{}}"#
                || answer == #"{"parameters":{"needsRestart":[]}}"#
        )
        #expect(try client.nextMessage() == nil)
        #expect(try daemon.waitForEnd() == .exited(0))
    }

    @Test("and every other call that comes with the shutdown is answered before the end")
    func lastCalls() throws {
        var daemon = try DaemonProcess("outbound.target = 0", withControl: true)
        let client = try daemon.connectControl()
        _ = try client.ask(Peers.Status())
        try daemon.stop()
        daemon.signal(SIGTERM)
        try client.send(Peers.SetNetworkActive(active: false))
        try client.send(Peers.Reload())
        try client.send(Peers.List())
        daemon.signal(SIGCONT)
        let refusal = #"{"error":"org.peerd.Peers.ShuttingDown","parameters":{}}"#
        #expect(try client.nextText() == refusal)
        #expect(try client.nextText() == refusal)
        #expect(try client.nextText() == #"{"parameters":{"connections":[]}}"#)
        #expect(try client.nextMessage() == nil)
        #expect(try daemon.waitForEnd() == .exited(0))
    }

    @Test("takes back what was set for the log, and not what was set for the network")
    func levels() throws {
        let listener = try LoopbackListener(Loopback.address(194))
        var daemon = try DaemonProcess(
            """
            outbound.target = 0
            [[listen]]
            address = "\(Loopback.host(195)):0"
            """,
            withControl: true
        )
        let client = try daemon.connectControl()
        try client.ask(Peers.SetLogLevel(level: .debug))
        let peer = try LoopbackPeer(to: daemon.listening[0])
        try daemon.waitForLine("<7>Accepted connection from \(try peer.address())")
        try client.ask(Peers.SetLogLevel(level: .error))
        try client.ask(Peers.Ban(prefix: "192.0.2.1"))
        try client.ask(Peers.SetNetworkActive(active: false))
        #expect(peer.ending() == .goodbye)
        let refused = try LoopbackPeer(to: daemon.listening[0])
        #expect(refused.ending() == .reset)
        try client.ask(Peers.Reload())
        try daemon.waitForLine("<6>The new configuration is in force")
        #expect(daemon.count("192.0.2.1") == 0)
        #expect(try !client.ask(Peers.Status()).status.networkActive)
        #expect(throws: ErrorReply.refused(.networkInactive)) {
            try client.ask(Peers.Connect(address: "\(listener.remote)"))
        }
        try client.ask(Peers.SetNetworkActive(active: true))
        try client.ask(Peers.Connect(address: "\(listener.remote)"))
        let status = try client.ask(Peers.Status()).status
        #expect(status.networkActive && status.refusals[.networkInactive] == 1)
    }
}
