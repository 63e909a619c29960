import Control
import Facts
import Glibc
import Systemd
import Testing
import Timing

@testable import peerd

/// What the service manager is told, and when.
@Suite("The manager is told")
struct ServiceNotificationTests {
    private static let configuration = """
        outbound.target = 0
        [[listen]]
        address = "\(Loopback.host(47)):0"
        """

    private static func start(
        _ configuration: String = configuration,
        under manager: RecordingManager,
        watchdog: Duration? = nil
    ) throws -> DaemonProcess {
        try DaemonProcess(
            configuration,
            through: manager.wrapper(watchdog: watchdog),
            withControl: true
        )
    }

    @Test("that it is ready, first, once, and when it serves; then how it is")
    func ready() throws {
        let manager = try RecordingManager()
        var daemon = try Self.start(under: manager)
        try manager.wait(for: "STATUS=0/0 outbound, 0 inbound; 0 addresses")
        #expect(manager.notifications.first?.text == "READY=1")
        #expect(manager.kinds == ["READY"])
        daemon.signal(SIGTERM)
        #expect(try daemon.waitForEnd() == .exited(0))
        try manager.wait(for: "STOPPING=1")
        #expect(manager.kinds == ["READY", "STOPPING"])
    }

    @Test("that it is ready only when what is stored is in force")
    func slowStart() throws {
        let state = try StateDirectory()
        let manager = try RecordingManager()
        try state.slowDown()
        var process = try PeerdExecutable.start(
            ["--set", "outbound.target=0", "--set", "listen=[{address=\"127.0.0.1:0\"}]"]
                + state.arguments,
            through: manager.wrapper() + state.slowly()
        )
        let deadline = ContinuousClock.now + ChildProcess.patience
        while !process.errorLines.contains(where: { $0.contains("Serving clients at ") }) {
            guard process.listen(until: deadline) else { throw Failure("\(process.errorLines)") }
        }
        // Longer than from there to the loop.
        _ = poll(nil, 0, 200)
        #expect(manager.kinds == [])
        state.speedUp()
        try manager.wait(for: "READY=1")
        #expect(manager.kinds == ["READY"])
    }

    @Test("of a reload, with the time of its beginning, and of its end when it is in force")
    func reload() throws {
        let manager = try RecordingManager()
        let daemon = try Self.start("outbound.target = 0", under: manager)
        let client = try daemon.connectControl()
        try manager.wait(for: "STATUS=")
        for target in 1...3 {
            let before = Self.monotonic()
            try daemon.configure("outbound.target = \(target)")
            let count = manager.notifications.count
            daemon.signal(SIGHUP)
            let began = try manager.wait(for: "RELOADING=1\nMONOTONIC_USEC=", after: count)
            let time = began.text.split(separator: "=").last.flatMap { Int($0) }
            #expect((before...Self.monotonic()).contains(try #require(time)))
            try manager.wait(for: "READY=1", after: count)
            #expect(try client.ask(Peers.Status()).status.limits.outbound == target)
            try manager.wait(for: "STATUS=0/\(target) outbound", after: count)
        }
        #expect(manager.kinds == ["READY"] + (1...3).flatMap { _ in ["RELOADING", "READY"] })
    }

    @Test("of the end of a reload that failed as well, whoever asked for it, and why it failed")
    func failedReload() throws {
        let manager = try RecordingManager()
        let daemon = try Self.start("outbound.target = 0", under: manager)
        try manager.wait(for: "STATUS=")
        try daemon.configure("outbound.taget = 1")
        for bySignal in [true, false] {
            let count = manager.notifications.count
            if bySignal {
                daemon.signal(SIGHUP)
            } else {
                #expect(throws: ErrorReply.self) {
                    try daemon.connectControl().ask(Peers.Reload())
                }
            }
            try manager.wait(for: "READY=1", after: count)
        }
        try manager.wait(for: "; last reload failed: ")
        #expect(manager.kinds == ["READY", "RELOADING", "READY", "RELOADING", "READY"])
    }

    /// As long as the first one takes, there is time for a second and for more.
    private static func configureSlowly(_ daemon: borrowing DaemonProcess) throws {
        let addresses = (0..<100_000).map { "10.\($0 / 62_500).\($0 / 250 % 250).\($0 % 250):1" }
        let list = try daemon.write(addresses.joined(separator: "\n"), to: "list")
        try daemon.configure("outbound.target = 0\noutbound.addresses-file = \"\(list)\"")
    }

    @Test("that it is ready when the last of several reloads is in force, and not before")
    func twoReloads() throws {
        let manager = try RecordingManager()
        let daemon = try Self.start("outbound.target = 0", under: manager)
        try manager.wait(for: "STATUS=")
        try Self.configureSlowly(daemon)
        var count = manager.notifications.count
        daemon.signal(SIGHUP)
        try manager.wait(for: "RELOADING=1", after: count)
        try daemon.configure("outbound.target = 2")
        count = manager.notifications.count
        daemon.signal(SIGHUP)
        try manager.wait(for: "RELOADING=1", after: count)
        try manager.wait(for: "READY=1", after: count)
        let client = try daemon.connectControl()
        #expect(try client.ask(Peers.Status()).status.limits.outbound == 2)
        // One more, so that whatever was still owed would have come before it.
        count = manager.notifications.count
        try client.ask(Peers.Reload())
        try manager.wait(for: "READY=1", after: count)
        let both: [[Substring]] = [
            ["RELOADING", "RELOADING", "READY"], ["RELOADING", "READY", "RELOADING", "READY"],
        ]
        // The first may have been over already.
        #expect(both.contains { manager.kinds == ["READY"] + $0 + ["RELOADING", "READY"] })
    }

    @Test("of no reload any more when it ends, neither that it began nor that it is over")
    func stopWhileReloading() throws {
        let manager = try RecordingManager()
        var daemon = try Self.start("outbound.target = 0", under: manager)
        try manager.wait(for: "STATUS=")
        try Self.configureSlowly(daemon)
        daemon.signal(SIGHUP)
        try manager.wait(for: "RELOADING=1")
        try daemon.stop()
        for signal in [SIGTERM, SIGHUP, SIGCONT] { daemon.signal(signal) }
        #expect(try daemon.waitForEnd() == .exited(0))
        try manager.wait(for: "STOPPING=1")
        let kinds = manager.kinds
        #expect(kinds.last == "STOPPING" && kinds.count { $0 == "STOPPING" } == 1, "\(kinds)")
        // The kernel tells of SIGHUP first, as of the lower number; no end of either comes.
        #expect(kinds.starts(with: ["READY", "RELOADING"]), "\(kinds)")
        #expect(kinds.count { $0 == "READY" } <= 2, "\(kinds)")
    }

    @Test("how it is once a second at most, however much happens, and then how it is at last")
    func statuses() throws {
        let manager = try RecordingManager()
        let daemon = try Self.start(under: manager)
        try manager.wait(for: "0 inbound")
        let start = ContinuousClock.now
        var peers: [LoopbackPeer] = []
        while ContinuousClock.now - start < .seconds(3), peers.count < 100 {
            peers.append(try LoopbackPeer(to: daemon.listening[0]))
            _ = poll(nil, 0, 40)
        }
        try manager.wait(for: "STATUS=0/0 outbound, \(peers.count) inbound")
        let times = manager.times(of: "STATUS")
        let span = try #require(times.last) - #require(times.first)
        // The turns of the loop are a second apart at least; the first may be seen late here.
        #expect(times.count - 1 <= Int(span / .seconds(1)) + 1, "\(manager.notifications)")
        #expect(times.count >= 3)
        // Whatever doesn't change isn't said again.
        let count = manager.notifications.count
        _ = poll(nil, 0, 1_500)
        #expect(manager.notifications.count == count)
    }

    /// In simulated time.
    @Test("of a wait that only grows shorter every 10 s, and of anything else within a second")
    func countdown() throws {
        let manager = try RecordingManager()
        var link = ServiceLink(
            try ServiceManager(socketPath: manager.path, watchdogInterval: nil)
        )
        var told: [Int] = []
        link.countsDown = true
        for tenth in 0..<600 {
            let now = Instant(nanoseconds: 0) + .milliseconds(100 * tenth)
            if tenth == 255 { link.noteChange() }
            link.keepUp(at: now)
            guard link.isStatusDue(at: now) else {
                let deadline = link.deadline ?? .distantFuture
                #expect(deadline > now)
                continue
            }
            let deadline = link.deadline ?? .distantFuture
            #expect(deadline <= now)
            link.send(status: "waits for \(600 - tenth)", at: now)
            told.append(tenth)
        }
        // The change at 25.5 s is told at once, since the last status is more than a second old.
        #expect(told == [0, 100, 200, 255, 355, 455, 555])
        try manager.wait(for: "STATUS=waits for 45")
        #expect(manager.times(of: "STATUS").count == told.count)
    }

    @Test("that it is alive in time, busy or idle, and not while it stands still")
    func watchdog() throws {
        let manager = try RecordingManager()
        let interval = Duration.seconds(2)
        let daemon = try Self.start(under: manager, watchdog: interval)
        try manager.wait(for: "WATCHDOG=1")
        // Idle, then with peers and clients that never let it rest.
        try Self.keep(manager, alive: interval, for: .seconds(2)) { _ = poll(nil, 0, 50) }
        let peer = try LoopbackPeer(to: daemon.listening[0])
        let client = try daemon.connectControl()
        try Self.keep(manager, alive: interval, for: .seconds(3)) {
            try peer.send(bytes: 1 << 20)
            for _ in 0..<20 { try client.ask(Peers.Status()) }
        }
        try daemon.stop()
        let count = manager.times(of: "WATCHDOG").count
        _ = poll(nil, 0, 1_500)
        #expect(manager.times(of: "WATCHDOG").count == count)
        daemon.signal(SIGCONT)
        try manager.wait(for: "WATCHDOG=1", after: manager.notifications.count)
    }

    /// Sees that no sign of life comes later than the manager allows, nor all the time.
    private static func keep(
        _ manager: RecordingManager,
        alive interval: Duration,
        for duration: Duration,
        while body: () throws -> Void
    ) throws {
        let start = ContinuousClock.now
        while ContinuousClock.now - start < duration { try body() }
        let end = ContinuousClock.now
        let times = manager.times(of: "WATCHDOG").filter { $0 > start }
        for (one, next) in zip([start] + times, times + [end]) { #expect(next - one < interval) }
        #expect(Double(times.count) <= (end - start) / (interval / 2) + 2)
    }

    @Test("what it must know later, if it doesn't take it now")
    func owed() throws {
        let manager = try StandingManager()
        try manager.fill()
        var daemon = try DaemonProcess(
            "outbound.target = 0",
            through: manager.wrapper
        )
        try daemon.waitForStatus("0/0 outbound")
        #expect(manager.takeAll() == [])
        try manager.wait(for: "READY=1")
        try manager.fill()
        daemon.signal(SIGHUP)
        try daemon.waitForLine("The new configuration is in force")
        #expect(manager.takeAll().allSatisfy { $0.hasPrefix("STATUS=") })
        try manager.wait(for: "RELOADING=1\n")
        try manager.wait(for: "READY=1")
    }

    private static func monotonic() -> Int {
        var time = timespec()
        clock_gettime(CLOCK_MONOTONIC, &time)
        return time.tv_sec * 1_000_000 + time.tv_nsec / 1_000
    }
}
