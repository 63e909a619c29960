import Glibc
import Storage
import Testing

@Suite("The state of a newer daemon")
struct StateNewerTests {
    /// Sets `user_version`, at byte 60 of the header: https://www.sqlite.org/fileformat.html
    private func setVersion(_ version: UInt8, of state: borrowing StateDirectory) throws {
        let file = open(state.database, O_WRONLY | O_CLOEXEC)
        defer { close(file) }
        guard pwrite(file, [0, 0, 0, version], 4, 60) == 4 else { throw Failure("pwrite", errno) }
    }

    @Test("is left as it is and said, and is used when the older version is back")
    func leftAlone() throws {
        let state = try StateDirectory()
        try state.store(Contents(peers: ["127.9.9.9:9"], bans: ["192.0.2.0/24"]))
        unlink("\(state.database)-wal")
        try setVersion(2, of: state)
        let before = try state.databaseBytes()

        let configuration = "outbound.target = 0"
        var daemon = try DaemonProcess(configuration, arguments: state.arguments)
        let said = "a newer peerd wrote \(state.database) (version 2, this one knows 1)"
        #expect(daemon.count("<4>Changes of peers and bans are not stored: cannot open") == 1)
        #expect(daemon.lines.contains { $0.contains(said) }, "\(daemon.lines)")
        #expect(daemon.count("Restored") == 0)
        try state.call("Ban", #"{"prefix":"192.0.3.0/24"}"#)
        #expect(try state.storage().hasPrefix("unread"))
        for (command, ending) in [("status", 0), ("check", 1)] {
            var peerctl = try ChildProcess(
                PeerdExecutable.path(of: "peerctl"),
                ["--socket", state.controlPath, command]
            )
            #expect(try peerctl.waitForEnd() == .exited(CInt(ending)))
            // As wide as it needs, since nobody's terminal shows it.
            let lines = (peerctl.outputLines + peerctl.errorLines).joined(separator: " ")
            #expect(lines.contains("a newer peerd wrote"), "\(lines)")
        }
        daemon.signal(SIGTERM)
        #expect(try daemon.waitForEnd() == .exited(0))
        #expect(daemon.count("<4>The latest changes of peers and bans were not stored") == 1)
        #expect(try state.databaseBytes() == before)
        #expect(access("\(state.database)-wal", F_OK) != 0)

        try setVersion(1, of: state)
        var again = try DaemonProcess(configuration, arguments: state.arguments)
        #expect(again.count("<6>Restored 1 persistent peers and 1 bans") == 1)
        again.signal(SIGTERM)
        #expect(try again.waitForEnd() == .exited(0))
    }
}
