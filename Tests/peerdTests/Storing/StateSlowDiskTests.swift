import Glibc
import Storage
import Testing
import Timing

@testable import peerd

@Suite("A disk that doesn't answer")
struct StateSlowDiskTests {
    @Test("delays a start until the patience is over; what is stored comes later")
    func late() throws {
        let state = try StateDirectory()
        try state.store(Contents(peers: ["127.9.9.9:9"], bans: ["192.0.2.0/24"]))
        try state.slowDown()
        let start = ContinuousClock.now
        var daemon = try DaemonProcess(
            "outbound.target = 0",
            arguments: state.arguments,
            through: state.slowly()
        )
        #expect(ContinuousClock.now - start >= Daemon.loadPatience)
        #expect(
            daemon.count("<4>What is stored was not read within 20 s, starting without it") == 1
        )
        // The loop goes on.
        try daemon.waitForStatus("0 inbound")
        try state.call("Ban", #"{"prefix":"192.0.3.0/24"}"#)
        state.speedUp()
        try daemon.waitForLine("<6>Restored 1 persistent peers and 1 bans")
        daemon.signal(SIGTERM)
        #expect(try daemon.waitForEnd() == .exited(0))
        let stored = try state.contents()
        #expect(stored.persistentPeers.map(\.target) == ["127.9.9.9:9"])
        #expect(stored.bans.map(\.prefix) == ["192.0.2.0/24", "192.0.3.0/24"])
    }

    @Test("keeps nobody from ending the daemon while it starts")
    func endedWhileStarting() throws {
        let state = try StateDirectory()
        try state.slowDown()
        var process = try PeerdExecutable.start(
            ["--set", "outbound.target=0", "--set", "listen=[{address=\"127.0.0.1:0\"}]"]
                + state.arguments,
            through: state.slowly()
        )
        let deadline = ContinuousClock.now + ChildProcess.patience
        while !process.errorLines.contains(where: { $0.contains("Listening on ") }) {
            guard process.listen(until: deadline) else {
                throw Failure("not listening; said: \(process.errorLines)")
            }
        }
        process.signal(SIGTERM)
        #expect(try process.waitForEnd() == .exited(0))
        #expect(!process.errorLines.contains { $0.contains("Started: ") || $0.hasPrefix("<4>") })
    }

    @Test("delays no call and no status, and the end by its patience only")
    func slowEnd() throws {
        let state = try StateDirectory()
        var daemon = try DaemonProcess(
            "outbound.target = 0",
            arguments: state.arguments,
            through: state.slowly()
        )
        try state.slowDown()
        for number in 0..<5 {
            try state.call("Ban", #"{"prefix":"192.0.\#(number).0/24"}"#)
            try daemon.waitForStatus("0 inbound")
        }
        let start = ContinuousClock.now
        daemon.signal(SIGTERM)
        #expect(try daemon.waitForEnd() == .exited(0))
        #expect(ContinuousClock.now - start >= Daemon.savePatience)
        let lost = "<4>The latest changes of peers and bans were not stored: the disk took longer"
        #expect(daemon.count(lost) == 1)
    }

    /// The daemon stands still while it gets the signal and the disk gets well, so that it meets
    /// both at once.
    @Test("and gets well while the daemon ends has what was changed before the end")
    func wellAgain() throws {
        let state = try StateDirectory()
        var daemon = try DaemonProcess(
            "outbound.target = 0",
            arguments: state.arguments,
            through: state.slowly()
        )
        try state.slowDown()
        try state.call("Ban", #"{"prefix":"192.0.2.0/24"}"#)
        try state.call("AddPersistent", #"{"address":"127.9.9.9:9"}"#)
        try daemon.stop()
        state.speedUp()
        daemon.signal(SIGTERM)
        daemon.signal(SIGCONT)
        #expect(try daemon.waitForEnd() == .exited(0))
        #expect(daemon.count("<4>") == 0)
        #expect(try state.contents().words == "+127.9.9.9:9 !192.0.2.0/24")
    }
}
