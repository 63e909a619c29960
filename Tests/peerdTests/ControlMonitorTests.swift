import Addressing
import Control
import Facts
import Glibc
import Testing

/// `Monitor` on the running daemon.
@Suite("A monitor over the control socket")
struct ControlMonitorTests {
    @Test("begins by saying so, and then tells what happens, in its order")
    func events() throws {
        let listener = try LoopbackListener(Loopback.address(220))
        let remote = "\(listener.remote)"
        let daemon = try DaemonProcess(
            """
            outbound.target = 0
            persistent.retry = "1h"
            persistent.max-retry = "1h"
            """,
            withControl: true
        )
        let (client, monitor) = (try daemon.connectControl(), try daemon.connectControl())
        try monitor.monitor()
        let id = try client.ask(Peers.AddPersistent(address: remote)).id
        let address = try #require(PeerAddress(remote))
        let subject = Subject(
            id: named(id),
            kind: .manual,
            isPersistent: true,
            target: .address(address),
            address: address
        )
        #expect(try monitor.nextReport() == .persistentAdded(subject))
        #expect(try monitor.nextReport() == .attempting(subject))
        #expect(try monitor.nextReport() == .connected(subject))
        let peer = try listener.accept()
        peer.close()
        guard
            case .ended(subject, .closedByPeer, let after, false) =
                try monitor.nextReport()
        else { throw Failure("not disconnected") }
        #expect(after > .zero)
        guard case .retrying(subject, let delay, retries: 1) = try monitor.nextReport()
        else { throw Failure("not retrying") }
        #expect((.seconds(1_800) ... .seconds(3_600)).contains(delay))
        try client.ask(Peers.Remove(.id(id)))
        guard case .persistentRemoved = try monitor.nextReport() else {
            throw Failure("not removed")
        }
        try client.ask(Peers.SetNetworkActive(active: false))
        #expect(try monitor.nextReport() == .networkActive(false))
        try client.ask(Peers.SetNetworkActive(active: true))
        #expect(try monitor.nextReport() == .networkActive(true))
        #expect(monitor.isWaiting)
    }

    @Test("that names events gets no others")
    func filter() throws {
        let daemon = try DaemonProcess("outbound.target = 0", withControl: true)
        let (client, monitor) = (try daemon.connectControl(), try daemon.connectControl())
        try monitor.monitor([.unbanned, .networkActive])
        try client.ask(Peers.Ban(prefix: "192.0.2.0/24"))
        try client.ask(Peers.SetNetworkActive(active: false))
        try client.ask(Peers.Unban(prefix: "192.0.2.0/24"))
        try client.ask(Peers.SetNetworkActive(active: true))
        #expect(try monitor.nextReport() == .unbanned(try Prefix(parsing: "192.0.2.0/24")))
        #expect(try monitor.nextReport() == .networkActive(true))
        #expect(monitor.isWaiting)
    }

    /// Ten don't read, one does, and one reads slowly; all are told of every event, or that it is
    /// gone.
    @Test("that doesn't read while thousands of events happen misses some, and is told how many")
    func deaf() throws {
        let daemon = try DaemonProcess(
            """
            outbound.target = 0
            limits.connections = 5000
            [[listen]]
            address = "\(Loopback.host(221)):0"
            """,
            withControl: true
        )
        let deaf = try (0..<10).map { _ in try daemon.connectControl() }
        let (reader, slow) = (try daemon.connectControl(), try daemon.connectControl())
        for monitor in deaf + [reader, slow] { try monitor.monitor() }
        let client = try daemon.connectControl()
        let before = try daemon.residentBytes()
        var crowd = try Crowd(at: daemon.listening[0], rate: 2_000, count: 6_000)

        var (read, readSlowly) = (Received(), Received())
        var latencies: [Duration] = []
        while crowd.isRunning {
            let start = ContinuousClock.now
            try client.ask(Peers.Status())
            latencies.append(ContinuousClock.now - start)
            while !reader.isWaiting { try read.take(reader.nextEvent()) }
            if !slow.isWaiting { try readSlowly.take(slow.nextEvent()) }
        }
        try crowd.waitForEnd()
        // 1,024 connections take half a MiB, and the debug build needs more than that for
        // everything.
        let growth = try daemon.peakResidentBytes() - before
        latencies.sort()
        print("memory grew by \(growth >> 10) KiB; a call waited \(latencies[latencies.count / 2])")
        #expect(growth < 16 << 20)

        try daemon.waitForConnections { $0.isEmpty }
        // Each peer came and went.
        for monitor in deaf {
            var received = Received()
            try received.takeAll(of: 12_000, from: monitor)
            #expect(received.events >= Bounds.backlogEvents && received.missed > 1_000)
        }
        try read.takeAll(of: 12_000, from: reader)
        try readSlowly.takeAll(of: 12_000, from: slow)
        // Whoever has caught up hears what comes then.
        try client.ask(Peers.Ban(prefix: "192.0.2.0/24"))
        for monitor in deaf + [reader, slow] {
            guard case .banned = try monitor.nextReport() else {
                throw Failure("not banned")
            }
        }
    }

    @Test("is one of 64 that all hear the same")
    func many() throws {
        let daemon = try DaemonProcess("outbound.target = 0", withControl: true)
        let count = Bounds.clients - (geteuid() == 0 ? 0 : Bounds.clientsOfRoot) - 1
        let client = try daemon.connectControl()
        let monitors = try (0..<count).map { _ in try daemon.connectControl() }
        for monitor in monitors { try monitor.monitor() }
        for number in 0..<50 { try client.ask(Peers.Ban(prefix: "192.0.2.\(number)")) }
        var first: [Peers.Event] = []
        for monitor in monitors {
            let events = try (0..<50).map { _ in try monitor.nextEvent() }
            if first.isEmpty { first = events }
            #expect(events == first)
        }
        #expect(Set(first.map(\.timeUnixUSec)).count > 1)
    }

    /// What comes behind a `Monitor` waits for ever; its client doesn't.
    @Test("whose client goes with calls behind it gives its place back, and costs nothing any more")
    func goesWithCalls() throws {
        let daemon = try DaemonProcess("outbound.target = 0", withControl: true)
        for _ in 0..<2 * Bounds.clients {
            let client = try daemon.connectControl()
            try client.monitor()
            for _ in 0..<20 { try client.send(Peers.Status()) }
            client.close()
        }
        let share = try daemon.processorShare(over: .seconds(1))
        #expect(share < 0.2)
        let client = try daemon.connectControl()
        try client.ask(Peers.Status())
    }
}

/// What a monitor was told of.
private struct Received {
    /// But for `missed`.
    private(set) var events: UInt64 = 0
    private(set) var missed: UInt64 = 0

    mutating func take(_ event: Peers.Event) {
        switch event.content {
        case .missed(let count): missed += count
        case .report(.accepted), .report(.ended): events += 1
        default: Issue.record("\(event)")
        }
    }

    /// Until it has been told of so many in all.
    mutating func takeAll(of count: UInt64, from monitor: ControlConnection) throws {
        while events + missed < count { take(try monitor.nextEvent()) }
        #expect(events + missed == count)
    }
}
