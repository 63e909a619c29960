import Control
import Facts
import Glibc
import Storage
import Testing

@testable import LinuxIO

/// Whoever should hear or keep what the daemon says, and for a while doesn't.
extension RestTests {
    /// How a receiver of datagrams is for a while.
    enum Absence: CaseIterable, Sendable {
        /// It is there and takes nothing.
        case standstill
        /// Nobody is there, and then another one is.
        case restart
    }

    @Test(
        "while the journal takes nothing, and when it does again",
        .enabled(if: JournalReceiver.isAllowed, "only root may stand in the journal's place"),
        arguments: Absence.allCases
    )
    func journal(absence: Absence) throws {
        let journal = try JournalReceiver()
        var daemon = try DaemonProcess("outbound.target = 0", withControl: true, journal: journal)
        let client = try daemon.connectControl()
        switch absence {
        case .standstill: try journal.fill()
        case .restart: journal.goAway()
        }
        for _ in 0..<3 {
            // The call is answered behind the entry, or in the same turn.
            daemon.signal(SIGUSR1)
            try client.ask(Peers.Status())
        }
        try daemon.waitForRest()
        switch absence {
        case .standstill: journal.goOn()
        case .restart: try journal.restart()
        }
        try daemon.waitForLine("The journal did not take 3 entries")
        try daemon.waitForRest()
    }

    @Test("while nobody reads standard error, and when somebody does")
    func standardError() throws {
        let output = try StalledOutput.filled(.pipe)
        let state = try StateDirectory()
        let process = try StandardErrorTests.start(output, state)
        for _ in 0..<LineWriter.mostWaiting + 10 {
            process.signal(SIGUSR1)
            try state.call("Status")
        }
        let loop = LoopThread(process: process.id)
        try loop.waitForRest()
        _ = try output.lines(until: "Standard error did not take ")
        try loop.waitForRest()
    }

    @Test("while systemd takes nothing, and when it does again", arguments: Absence.allCases)
    func serviceManager(absence: Absence) throws {
        let manager = try StandingManager()
        let daemon = try DaemonProcess(
            "outbound.target = 0",
            through: manager.wrapper,
            withControl: true
        )
        try manager.wait(for: "READY=1")
        switch absence {
        case .standstill: try manager.fill()
        case .restart: manager.goAway()
        }
        // It must hear of a reload, and of its end.
        try daemon.connectControl().ask(Peers.Reload())
        try daemon.waitForRest()
        switch absence {
        case .standstill: _ = manager.takeAll()
        case .restart: try manager.restart()
        }
        try manager.wait(for: "READY=1")
        try daemon.waitForRest()
    }

    @Test("while the disk doesn't answer, and when it does again")
    func slowDisk() throws {
        let state = try StateDirectory()
        let daemon = try DaemonProcess(
            "outbound.target = 0",
            arguments: state.arguments,
            through: state.slowly()
        )
        try state.slowDown()
        try state.call("Ban", #"{"prefix":"192.0.2.0/24"}"#)
        try daemon.waitForRest()
        // Another change waits behind the one that isn't finished.
        try state.call("Ban", #"{"prefix":"192.0.3.0/24"}"#)
        try daemon.waitForRest()
        state.speedUp()
        try state.waitForCopy { $0.bans.count == 2 }
        try daemon.waitForRest()
    }

    @Test("while the state folder is gone, and when it is back")
    func missingFolder() throws {
        let state = try StateDirectory()
        var daemon = try DaemonProcess("outbound.target = 0", arguments: state.arguments)
        rename(state.path, state.path + "-elsewhere")
        try state.call("Ban", #"{"prefix":"192.0.2.0/24"}"#)
        try daemon.waitForLine("<4>Changes of peers and bans are not stored")
        try daemon.waitForRest()
        mkdir(state.path, 0o700)
        try daemon.waitForLine("<6>Peers and bans are stored again")
        try daemon.waitForRest()
    }

    @Test(
        "while a name server doesn't answer, and when nobody wants it to any more",
        .enabled(if: Namespace.isAllowed, "only root may put its own /etc/hosts in place")
    )
    func nameServer() throws {
        let names = try NameSurroundings(49)
        let daemon = try DaemonProcess(
            """
            outbound.target = 0
            persistent.peers = ["dead.example:1"]
            """,
            through: names.wrapper,
            withControl: true
        )
        try daemon.waitForConnections { $0.contains { $0.phase == .dialing } }
        try daemon.waitForRest()
        try daemon.connectControl().ask(Peers.Remove(.address("dead.example:1")))
        try daemon.waitForRest()
        #expect(try daemon.connections() == [])
    }

    @Test("while it can open nothing, and when it can again")
    func descriptors() throws {
        var daemon = try DaemonProcess(
            """
            outbound.target = 0
            [[listen]]
            address = "\(Loopback.host(51)):0"
            """,
            withControl: true
        )
        try daemon.waitForStatus(" 0 inbound")
        try daemon.limitDescriptors(to: 3)
        let peers = try (0..<5).map { _ in try LoopbackPeer(to: daemon.listening[0]) }
        let client = try daemon.connectControl()
        try client.send(Peers.Status())
        try daemon.waitForLine("<4>Out of descriptors or memory")
        try daemon.waitForRest()
        #expect(peers.areHeld && client.isWaiting)
        try daemon.limitDescriptors(to: 1000)
        try daemon.waitForStatus(" 5 inbound")
        _ = try client.reply(to: Peers.Status.self)
        try daemon.waitForRest()
    }
}
