import Glibc
import Storage
import Testing

@testable import peerd

@Suite("A state folder")
struct StateObstacleTests {
    private static let settings = ["--set", "outbound.target=0", "--set", "listen=[]"]

    private static func startReadOnly(
        _ state: borrowing StateDirectory
    ) throws -> DaemonProcess {
        let mount = "mount -B \(state.path) \(state.path)"
        let script = "\(mount) && mount -o remount,bind,ro \(state.path) && exec \"$0\" \"$@\""
        return try DaemonProcess(
            "outbound.target = 0",
            arguments: state.arguments,
            through: ["/usr/bin/unshare", "--mount", "/bin/sh", "-c", script]
        )
    }

    /// Runs a command for root, in a daemon's own view of the file systems.
    private static func remount(_ how: String, _ path: String, of id: pid_t) throws {
        var command = try ChildProcess(
            "/usr/bin/nsenter",
            ["--target", "\(id)", "--mount", "/bin/mount", "-o", "remount,bind,\(how)", path]
        )
        guard try command.waitForEnd() == .exited(0) else {
            throw Failure("mount: \(command.errorLines)")
        }
    }

    @Test(
        "on a read-only disk is read, and written as soon as it can be",
        .enabled(if: getuid() == 0, "mounting a file system needs root")
    )
    func readOnly() throws {
        let state = try StateDirectory()
        try state.store(Contents(peers: ["127.9.9.9:9"], bans: ["192.0.2.0/24"]))
        var daemon = try Self.startReadOnly(state)
        #expect(daemon.count("<6>Restored 1 persistent peers and 1 bans") == 1)
        #expect(daemon.count("<4>Changes of peers and bans are not stored: cannot") == 1)
        #expect(try state.storage().hasPrefix(#"fails","storageProblem":"cannot"#))
        try state.call("Ban", #"{"prefix":"192.0.3.0/24"}"#)
        try Self.remount("rw", state.path, of: daemon.id)
        try daemon.waitForLine("<6>Peers and bans are stored again")
        #expect(try state.storage() == "works")

        daemon.signal(SIGKILL)
        #expect(try daemon.waitForEnd() == .killed(by: SIGKILL))
        #expect(try state.contents().words == "+127.9.9.9:9 !192.0.2.0/24 !192.0.3.0/24")
    }

    @Test(
        "on a read-only disk loses nothing with the end, if nothing was changed",
        .enabled(if: getuid() == 0, "mounting a file system needs root")
    )
    func readOnlyAtTheEnd() throws {
        let state = try StateDirectory()
        try state.store(Contents(peers: [], bans: ["192.0.2.0/24"]))
        for isChanged in [false, true] {
            var daemon = try Self.startReadOnly(state)
            if isChanged { try state.call("Ban", #"{"prefix":"192.0.3.0/24"}"#) }
            daemon.signal(SIGTERM)
            #expect(try daemon.waitForEnd() == .exited(0))
            #expect(daemon.count("were not stored") == (isChanged ? 1 : 0))
        }
    }

    @Test("that is taken away is missed, and written anew when it is back")
    func takenAway() throws {
        let state = try StateDirectory()
        try state.store(Contents(peers: ["127.9.9.9:9"], bans: ["192.0.2.0/24"]))
        var daemon = try DaemonProcess("outbound.target = 0", arguments: state.arguments)
        rename(state.path, state.path + "-elsewhere")
        try state.call("Ban", #"{"prefix":"192.0.3.0/24"}"#)
        try daemon.waitForLine("<4>Changes of peers and bans are not stored: cannot lock the state")
        #expect(access(state.path, F_OK) != 0, "nobody has asked for a new one")
        mkdir(state.path, 0o700)
        try daemon.waitForLine("<6>Peers and bans are stored again")
        #expect(try SystemFile.text(of: state.path + "/lock") == "\(daemon.id)\n")
        daemon.signal(SIGKILL)
        #expect(try daemon.waitForEnd() == .killed(by: SIGKILL))
        #expect(try state.contents().words == "+127.9.9.9:9 !192.0.2.0/24 !192.0.3.0/24")
    }

    @Test("whose files are deleted has them again, though nothing was changed")
    func deleted() throws {
        let state = try StateDirectory()
        try state.store(Contents(peers: ["127.9.9.9:9"], bans: ["192.0.2.0/24"]))
        var daemon = try DaemonProcess("outbound.target = 0", arguments: state.arguments)
        for name in ["peerd.db", "peerd.db-wal", "lock"] { unlink("\(state.path)/\(name)") }
        try daemon.waitForLine(
            "peerd.db or its log in \(state.path) was moved, removed or replaced"
        )
        try daemon.waitForLine("<6>Peers and bans are stored again")
        // No second daemon could have it meanwhile, nor now.
        let second = try PeerdExecutable.run(
            Self.settings[0],
            Self.settings[1],
            Self.settings[2],
            Self.settings[3],
            state.arguments[0],
            state.arguments[1]
        )
        #expect(second.ending == .exited(ExitStatus.osError))
        let held = "<3>another peerd (process \(daemon.id)) has \(state.path)"
        #expect(second.errors.contains { $0.hasPrefix(held) }, "\(second.errors)")
        daemon.signal(SIGKILL)
        #expect(try daemon.waitForEnd() == .killed(by: SIGKILL))
        #expect(try state.contents().words == "+127.9.9.9:9 !192.0.2.0/24")
    }

    @Test("whose lock isn't a plain file with one name refuses the start")
    func lock() throws {
        for make in [
            { mkfifo($0, 0o600) }, { mkdir($0, 0o700) }, { symlink("/dev/null", $0) },
        ] as [(String) -> CInt] {
            let state = try StateDirectory()
            mkdir(state.path, 0o700)
            try #require(make(state.path + "/lock") == 0)
            let run = try PeerdExecutable.run(
                Self.settings[0],
                Self.settings[1],
                Self.settings[2],
                Self.settings[3],
                "--state",
                state.path
            )
            #expect(run.ending == .exited(ExitStatus.osError))
            #expect(
                run.errors == [
                    "<3>cannot lock \(state.path): \(state.path)/lock is not a plain file with one "
                        + "name; remove it"
                ]
            )
        }
    }
}
