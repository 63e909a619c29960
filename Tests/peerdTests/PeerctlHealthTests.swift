import ConfigurationFixtures
import Control
import Glibc
import Testing

/// `peerctl wait` and `peerctl check`, for scripts and health checks.
@Suite("peerctl for scripts")
struct PeerctlHealthTests {
    @Test("waits until so many outbound peers are ready")
    func waits() throws {
        let control = try ControlledDaemon.started(
            "network = \"raw\"\noutbound.target = 2\nlisten = []"
        )
        #expect(try control.peerctl("wait").ending == .exited(0))
        #expect(try control.peerctl("wait", "--outbound", "0").ending == .exited(0))
        var process = try control.start(["wait", "--outbound", "1", "--timeout", "1min"])
        let peer = try LoopbackListener(Loopback.address(171))
        try control.peerctl("add-addresses", "\(peer.remote)")
        let held = try peer.accept()
        // Ready is what has lasted ten seconds.
        #expect(try process.waitForEnd() == .exited(0))
        #expect(process.outputLines.first?.hasPrefix("peerd: 1/2 outbound") ?? false)
        #expect(held.isHeld)
        #expect(try control.peerctl("check").ending == .exited(0))
    }

    @Test("says with status 1 how many there are when the time is over")
    func timesOut() throws {
        let control = try ControlledDaemon.started("outbound.target = 2")
        let few = try control.peerctl("wait", "--outbound", "1", "--timeout", "2s")
        #expect(few.ending == .exited(1))
        #expect(
            few.errors.first == "peerctl: 0 of 1 outbound peers are ready after 2 s"
        )
        let many = try control.peerctl("wait", "--outbound", "3", "--timeout", "2s")
        #expect(many.errors.last == "  No more than 2 are held: outbound.target.")
    }

    @Test("waits for a daemon that isn't there yet")
    func absent() throws {
        let folder = try ConfigurationDirectory()
        var nobody = try Self.wait(in: folder, "--timeout", "300ms")
        #expect(try nobody.waitForEnd() == .exited(3))
        #expect(
            nobody.errorLines.first?.hasPrefix("peerctl: cannot reach the daemon at /") ?? false
        )
        var process = try Self.wait(in: folder, "--timeout", "1min")
        let daemon = try Self.daemon("outbound.target = 0", in: folder)
        #expect(try process.waitForEnd() == .exited(0))
        withExtendedLifetime(daemon) {}
    }

    @Test("goes on with the next daemon where one ends that it has asked")
    func successor() throws {
        let folder = try ConfigurationDirectory()
        var first = try Self.daemon("outbound.target = 0", in: folder)
        let before = try first.openDescriptors().count
        var process = try Self.wait(in: folder, "--outbound", "1", "--timeout", "1min")
        // One connection for what it asks, one for the events.
        let deadline = ContinuousClock.now + ChildProcess.patience
        while try first.openDescriptors().count < before + 2 {
            guard ContinuousClock.now < deadline else { throw Failure("nobody asks") }
            _ = poll(nil, 0, 10)
        }
        first.signal(SIGTERM)
        #expect(try first.waitForEnd() == .exited(0))
        let peer = try LoopbackListener(Loopback.address(172))
        let second = try Self.daemon(
            """
            network = "raw"
            outbound.target = 1
            outbound.addresses = ["\(peer.remote)"]
            """,
            in: folder
        )
        let held = try peer.accept()
        #expect(try process.waitForEnd() == .exited(0))
        #expect(process.outputLines.first?.hasPrefix("peerd: 1/1 outbound") ?? false)
        withExtendedLifetime((second.id, held)) {}
    }

    private static func wait(
        in folder: borrowing ConfigurationDirectory,
        _ arguments: String...
    ) throws -> ChildProcess {
        let program = try PeerdExecutable.path(of: "peerctl")
        return try ChildProcess(
            program,
            ["--socket", "\(folder.path)/control", "wait"] + arguments
        )
    }

    /// One that serves clients in a folder which others have after it.
    private static func daemon(
        _ configuration: String,
        in folder: borrowing ConfigurationDirectory
    ) throws -> DaemonProcess {
        let variable = "RUNTIME_DIRECTORY=\(folder.path)"
        return try DaemonProcess(configuration, through: ["/usr/bin/env", variable])
    }

    @Test("checks that the daemon answers, has a target that is held and a good configuration")
    func checks() throws {
        let control = try ControlledDaemon.started("outbound.target = 0")
        #expect(try control.peerctl("check").ending == .exited(0))
        try control.daemon.configure("outbound.taget = 1")
        try control.peerctl("reload")
        let reloaded = try control.peerctl("check")
        #expect(reloaded.ending == .exited(1))
        #expect(reloaded.errors.first == "peerctl: peerd is not well")
        #expect(reloaded.errors.last?.firstRange(of: "did you mean 'outbound.target'") != nil)
        try control.daemon.configure("outbound.target = 1")
        try control.peerctl("reload")
        let missing = try control.peerctl("check")
        #expect(missing.ending == .exited(1))
        #expect(missing.errors.count == 2)
        #expect(
            missing.errors.last?.hasPrefix("  no outbound peer is ready, and outbound.target is 1")
                ?? false
        )

        control.daemon.signal(SIGSTOP)
        let silent = try control.peerctl("check")
        #expect(silent.ending == .exited(1))
        #expect(silent.errors.first?.hasSuffix("the daemon doesn't answer for 5 s") ?? false)
        control.daemon.signal(SIGCONT)
        let nobody = try control.peerctl(
            "check",
            through: [
                "/bin/sh", "-c", "exec \"$0\" --socket /nowhere/socket check",
            ]
        )
        #expect(nobody.ending == .exited(1))
    }
}
