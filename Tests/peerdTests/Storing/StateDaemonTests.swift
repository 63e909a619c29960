import Addressing
import Glibc
import Storage
import Testing

@Suite("The daemon's state")
struct StateDaemonTests {
    @Test("brings runtime peers and bans back, behind the peers of the configuration")
    func restored() throws {
        let state = try StateDirectory()
        let listener = try LoopbackListener(Loopback.address(200))
        let configured = try LoopbackListener(Loopback.address(201), backlog: nil)
        let banned = Loopback.host(202)
        try state.store(
            Contents(
                peers: ["\(configured.remote)", "\(listener.remote)", "127.9.9.9:9"],
                bans: ["\(banned)/32"]
            )
        )
        var daemon = try DaemonProcess(
            """
            outbound.target = 0
            persistent.peers = ["\(configured.remote)"]
            persistent.max = 2
            [[listen]]
            address = "\(Loopback.host(203)):0"
            trusted-loopback = false
            """,
            arguments: state.arguments
        )
        #expect(daemon.count("Added persistent connection to \(configured.remote) (id: 1)") == 1)
        #expect(daemon.count("Added persistent connection to \(listener.remote) (id: 2)") == 1)
        #expect(daemon.count("<6>Restored 1 persistent peers and 1 bans") == 1)
        let ignored = "<4>Ignoring 1 stored entries: 127.9.9.9:9: persistent.max (2) reached"
        #expect(daemon.count(ignored) == 1)
        let kept = try listener.accept()
        let refused = try LoopbackPeer(
            to: daemon.listening[0],
            from: PeerAddress(parsing: "\(banned):0")
        )
        #expect(refused.ending() == .reset)
        try daemon.waitForLine("Dropped connection from \(try refused.address()): banned")
        let accepted = try LoopbackPeer(to: daemon.listening[0], from: Loopback.address(204))
        try daemon.waitForStatus("1 inbound")
        #expect(kept.isHeld && accepted.isHeld)

        // Of the configured one the configuration tells, and what had no room stays.
        daemon.signal(SIGTERM)
        #expect(try daemon.waitForEnd() == .exited(0))
        let stored = try state.contents()
        #expect(stored.persistentPeers.map(\.target) == ["\(listener.remote)", "127.9.9.9:9"])
        #expect(stored.bans.map(\.prefix) == ["\(banned)/32"])
    }

    @Test("is saved at the end, and the end changes nothing of it")
    func saved() throws {
        let state = try StateDirectory()
        let remote = try LoopbackListener(Loopback.address(205), backlog: nil).remote
        let configuration = "outbound.target = 0"
        var daemon = try DaemonProcess(configuration, arguments: state.arguments)
        #expect(daemon.count("Restored") == 0)
        try state.call("AddPersistent", #"{"address":"\#(remote)"}"#)
        try state.call("Ban", #"{"prefix":"192.0.2.0/24"}"#)
        daemon.signal(SIGTERM)
        #expect(try daemon.waitForEnd() == .exited(0))
        #expect(daemon.count("<4>") == 0)

        var again = try DaemonProcess(configuration, arguments: state.arguments)
        #expect(again.count("<6>Restored 1 persistent peers and 1 bans") == 1)
        try state.call("Remove", #"{"address":"\#(remote)"}"#)
        try state.call("Unban", #"{"prefix":"192.0.2.0/24"}"#)
        again.signal(SIGTERM)
        #expect(try again.waitForEnd() == .exited(0))
        #expect(try state.contents() == Contents())
    }

    struct Damage: CustomTestStringConvertible, Sendable {
        let testDescription: String
        let reason: String
        let harm: @Sendable (borrowing StateDirectory) throws -> Void
    }

    @Test(
        "is set aside when it is damaged, and the daemon starts",
        arguments: [
            Damage(testDescription: "no database", reason: "it is not an SQLite database") {
                try $0.write(Array(repeating: 7, count: 8_192), to: "peerd.db")
            },
            Damage(testDescription: "an empty file", reason: "it is empty") {
                try $0.write([], to: "peerd.db")
            },
            Damage(testDescription: "a folder", reason: "it is not a regular file") {
                unlink($0.database)
                mkdir($0.database, 0o700)
            },
        ]
    )
    func setAside(_ damage: Damage) throws {
        let state = try StateDirectory()
        try state.store(Contents(peers: ["127.9.9.9:9"], bans: ["192.0.2.0/24"]))
        // The log of the one that wrote it would be another thing to be wrong.
        unlink("\(state.database)-wal")
        try damage.harm(state)
        var daemon = try DaemonProcess("outbound.target = 0", arguments: state.arguments)
        let lines = daemon.lines.filter {
            $0.hasPrefix("<4>The stored peers and bans can't be used")
        }
        #expect(lines.count == 1)
        #expect(lines.first?.contains("\(state.database).damaged-") == true)
        #expect(lines.first?.contains(damage.reason) == true, "\(lines)")
        try state.call("Ban", #"{"prefix":"192.0.3.0/24"}"#)
        daemon.signal(SIGTERM)
        #expect(try daemon.waitForEnd() == .exited(0))
        #expect(try state.contents().bans.map(\.prefix) == ["192.0.3.0/24"])
    }

    @Test("without a directory is said to end with the daemon, once")
    func nowhere() throws {
        var daemon = try DaemonProcess("outbound.target = 0")
        #expect(daemon.count("<6>No state directory: peers and bans") == 1)
        daemon.signal(SIGTERM)
        #expect(try daemon.waitForEnd() == .exited(0))
    }

    /// The limit on the size of files stands for a full disk; its signal would end the daemon.
    @Test("on a full disk is a warning, and is saved as soon as there is room")
    func full() throws {
        let state = try StateDirectory()
        var daemon = try DaemonProcess("outbound.target = 0", arguments: state.arguments)
        try daemon.limitFiles(to: "1000")
        try state.call("Ban", #"{"prefix":"192.0.2.0/24"}"#)
        try daemon.waitForLine("<4>Changes of peers and bans are not stored: cannot save")
        let failing = try state.storage()
        #expect(failing.hasPrefix(#"fails","storageProblem":"cannot save"#), "\(failing)")
        try state.call("Ban", #"{"prefix":"192.0.3.0/24"}"#)
        try daemon.limitFiles(to: "unlimited")
        try daemon.waitForLine("<6>Peers and bans are stored again")
        #expect(try state.storage() == "works")
        #expect(daemon.count("not stored") == 1)
        daemon.signal(SIGKILL)
        #expect(try daemon.waitForEnd() == .killed(by: SIGKILL))
        #expect(try state.contents().bans.map(\.prefix) == ["192.0.2.0/24", "192.0.3.0/24"])
    }

    @Test("that can't be written at the end is a warning, and the end as any other")
    func fullAtTheEnd() throws {
        let state = try StateDirectory()
        var daemon = try DaemonProcess("outbound.target = 0", arguments: state.arguments)
        try daemon.limitFiles(to: "1000")
        try state.call("Ban", #"{"prefix":"192.0.2.0/24"}"#)
        daemon.signal(SIGTERM)
        #expect(try daemon.waitForEnd() == .exited(0))
        #expect(
            daemon.count("<4>The latest changes of peers and bans were not stored: cannot") == 1
        )
    }

    @Test("that somebody else has open is read when they are done, and the daemon runs meanwhile")
    func busy() throws {
        let state = try StateDirectory()
        try state.store(Contents(peers: [], bans: ["192.0.2.0/24"]))
        var daemon: DaemonProcess
        do {
            // Exclusive, so it has the file to itself from its first request on.
            let other = Store(folder: state.path)
            _ = try other.handle(.load).result.get()
            daemon = try DaemonProcess("outbound.target = 0", arguments: state.arguments)
            #expect(daemon.count("<4>Changes of peers and bans are not stored: cannot") == 1)
            try state.call("Ban", #"{"prefix":"192.0.3.0/24"}"#)
            withExtendedLifetime(other) {}
        }
        try daemon.waitForLine("<6>Restored 0 persistent peers and 1 bans")
        daemon.signal(SIGTERM)
        #expect(try daemon.waitForEnd() == .exited(0))
        #expect(try state.contents().bans.map(\.prefix) == ["192.0.2.0/24", "192.0.3.0/24"])
    }
}

extension DaemonProcess {
    /// Sets RLIMIT_FSIZE, which the kernel looks at when a file grows.
    fileprivate func limitFiles(to bytes: String) throws {
        var prlimit = try ChildProcess("/usr/bin/prlimit", ["--pid", "\(id)", "--fsize=\(bytes):"])
        guard try prlimit.waitForEnd() == .exited(0) else {
            throw Failure("prlimit: \(prlimit.errorLines)")
        }
    }
}
