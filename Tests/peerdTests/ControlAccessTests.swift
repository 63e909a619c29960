import Addressing
import ConfigurationFixtures
import Control
import Glibc
import Testing

/// Who may open the control socket of the running daemon, who may ask and who may change something.
@Suite("Access to the control socket")
struct ControlAccessTests {
    private static let status = #"{"method":"org.peerd.Peers.Status"}"#
    private static let change =
        #"{"method":"org.peerd.Peers.SetNetworkActive","parameters":{"active":true}}"#
    private static let denied =
        #"{"error":"org.varlink.service.PermissionDenied","parameters":{}}"#

    @Test("is for the user and the group of the daemon, as its mode says")
    func mode() throws {
        let daemon = try DaemonProcess("outbound.target = 0", withControl: true)
        var found = stat()
        #expect(stat(daemon.controlPath, &found) == 0)
        #expect(found.st_mode == S_IFSOCK | 0o660)
        #expect(found.st_uid == geteuid() && found.st_gid == getegid())
    }

    @Test("is taken over from a daemon that was killed, and not from one that runs")
    func stale() throws {
        var daemon = try DaemonProcess("outbound.target = 0", withControl: true)
        let path = daemon.folder
        let second = try PeerdExecutable.run("--config", "/dev/null", "--runtime", path)
        #expect(second.ending == .exited(71))
        #expect(second.errors.last?.firstRange(of: "another peerd (process \(daemon.id))") != nil)
        try daemon.connectControl().ask(Peers.Status())

        daemon.signal(SIGKILL)
        #expect(try daemon.waitForEnd() == .killed(by: SIGKILL))
        #expect(access(daemon.controlPath, F_OK) == 0)
        var third = try PeerdExecutable.start(
            ["--config", "/dev/null", "--set", "listen=[]", "--runtime", path]
        )
        let deadline = ContinuousClock.now + ChildProcess.patience
        while !third.errorLines.contains(where: { $0.hasPrefix("<6>Started: ") }),
            third.listen(until: deadline)
        {}
        try daemon.connectControl().ask(Peers.Status())
        third.signal(SIGTERM)
        #expect(try third.waitForEnd() == .exited(0))
        #expect(access(daemon.controlPath, F_OK) != 0)
    }

    @Test("isn't made in the place of something else")
    func occupied() throws {
        let directory = try ConfigurationDirectory()
        try directory.write("mine", to: "control")
        let path = directory.path
        let daemon = try PeerdExecutable.run("--config", "/dev/null", "--runtime", path)
        #expect(daemon.ending == .exited(71))
        #expect(try SystemFile.text(of: "\(path)/control") == "mine")
    }

    @Test(
        "to ask is by the socket's mode, and to change by the write group, until that is another",
        .enabled(if: geteuid() == 0, "only root may act as other users")
    )
    func users() throws {
        let text = "outbound.target = 0\n"
        let daemon = try DaemonProcess(
            text + #"control.write-group = "daemon""#,
            withControl: true
        )
        let (readers, writers, others): (UInt32, UInt32, UInt32) = (60_000, 1, 60_009)
        #expect(chmod(daemon.folder, 0o711) == 0)
        #expect(chown(daemon.controlPath, 0, readers) == 0)
        func answers(_ groups: [UInt32]) throws -> [String] {
            try ControlScript.answers(
                of: daemon,
                to: [Self.status, Self.change],
                through: ControlScript.asUser(60_001, groups: groups)
            )
        }
        for groups in [[readers], [others, readers], [readers, others]] {
            let answers = try answers(groups)
            #expect(answers[0].hasPrefix(#"{"parameters":{"status":{"#), "\(groups)")
            #expect(answers[1] == Self.denied, "\(groups)")
        }
        for groups in [[readers, writers], [writers, readers], [others, readers, writers]] {
            #expect(try answers(groups)[1] == #"{"parameters":{}}"#, "\(groups)")
        }
        // In 50 groups, of which the daemon has to ask twice.
        let many = (0..<50).map { UInt32(61_000 + $0) }
        #expect(try answers(many + [readers, writers])[1] == #"{"parameters":{}}"#)

        var stranger = try ControlScript.start(
            on: daemon,
            [Self.status],
            through: ControlScript.asUser(60_001, groups: [others, writers])
        )
        #expect(try stranger.waitForEnd() == .exited(1))
        #expect(stranger.errorLines.last?.hasPrefix("PermissionError") ?? false)

        // Without one it is the daemon's own group, root's.
        try daemon.configure(text)
        try daemon.connectControl().ask(Peers.Reload())
        #expect(try answers([readers, writers])[1] == Self.denied)
        #expect(try answers([readers, 0])[1] == #"{"parameters":{}}"#)
    }

    @Test("has 64 places, of which 8 are root's own")
    func places() throws {
        let daemon = try DaemonProcess("outbound.target = 0", withControl: true)
        let crowd = try (0..<Bounds.clients + 10).map { _ in try daemon.connectControl() }
        let admitted = crowd.count { (try? $0.ask(Peers.Status())) != nil }
        #expect(admitted == Bounds.clients - (geteuid() == 0 ? 0 : Bounds.clientsOfRoot))
        // A place that is given back is there for the next.
        crowd[0].close()
        let deadline = ContinuousClock.now + ChildProcess.patience
        while (try? daemon.connectControl().ask(Peers.Status())) == nil {
            guard ContinuousClock.now < deadline else { throw Failure("no place") }
        }
    }

    @Test(
        "is kept for root when others have come in a crowd",
        .enabled(if: geteuid() == 0, "only root may act as other users")
    )
    func rootsPlaces() throws {
        let daemon = try DaemonProcess("outbound.target = 0", withControl: true)
        #expect(chmod(daemon.folder, 0o711) == 0)
        #expect(chown(daemon.controlPath, 0, 60_000) == 0)
        var others = try ControlScript.startCrowd(
            of: 70,
            on: daemon,
            through: ControlScript.asUser(60_001, groups: [60_000])
        )
        let deadline = ContinuousClock.now + ChildProcess.patience
        while others.outputLines.isEmpty, others.listen(until: deadline) {}
        #expect(others.outputLines == ["\(Bounds.clients - Bounds.clientsOfRoot)"])
        let roots = try (0...Bounds.clientsOfRoot).map { _ in try daemon.connectControl() }
        #expect(
            roots.map { (try? $0.ask(Peers.Status())) != nil } == [
                true, true, true, true, true, true, true, true, false,
            ]
        )
    }
}
