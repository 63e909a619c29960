import Addressing
import ConnectionCore
import Testing
import Timing

/// What a pause of the whole process changes, which lasts 100 s here, and what it doesn't.
@Suite("A standstill")
struct StandstillTests {
    private static let remote = "203.0.113.7:9108"
    private static let pause = Duration.seconds(100)

    private func standStill(_ manager: TestManager) {
        manager.pass(Self.pause)
        manager.tell(.stoodStill(for: Self.pause))
    }

    @Test("gives a dial the time back that it had left")
    func dial() throws {
        let manager = TestManager()
        let id = try manager.connect(Self.remote)
        manager.run(for: .seconds(20))
        standStill(manager)
        manager.run(for: .seconds(10) - .tick)
        #expect(manager.dialing == [id])
        manager.run(for: .tick)
        #expect(manager.trace.suffix(2) == ["failed 1: timedOut(after: 30.0 seconds)", "close 1"])
    }

    @Test("gives a handshake the time back that it had left")
    func handshake() throws {
        let manager = TestManager { $0.handshake.isRequired = true }
        let id = try manager.admit(Self.remote)
        manager.run(for: .seconds(20))
        standStill(manager)
        manager.run(for: .seconds(10) - .tick)
        #expect(manager.table[id]?.isHandshaking == true)
        manager.run(for: .tick)
        #expect(manager.table.count == 0)
    }

    @Test(
        "gives a handshake back what a reload doesn't take, which changes its time by its own change",
        arguments: [Duration.zero, .seconds(20), .seconds(-10)]
    )
    func reloadedHandshake(change: Duration) throws {
        let manager = TestManager { $0.handshake.isRequired = true }
        let inbound = try manager.admit(Self.remote)
        let manual = try manager.connect("203.0.113.8:9108", within: .seconds(1_000))
        manager.succeed(manual)
        manager.run(for: .seconds(10))
        standStill(manager)
        manager.reload { $0.handshake.timeout = .seconds(30) + change }
        manager.run(for: .seconds(20) + change - .tick)
        for id in [inbound, manual] { #expect(manager.table[id]?.isHandshaking == true) }
        manager.run(for: .tick)
        #expect(manager.table.count == 0)
    }

    @Test("gives a handshake its time back that was in a hurry, and is adopted afterwards")
    func adoptedHandshake() throws {
        let manager = TestManager { $0.handshake.isRequired = true }
        let id = try manager.connect(Self.remote, within: .seconds(12))
        manager.succeed(id)
        manager.run(for: .seconds(10))
        standStill(manager)
        try manager.addPersistent(Self.remote)
        manager.run(for: .seconds(20) - .tick)
        #expect(manager.table[id]?.isHandshaking == true)
        manager.run(for: .tick)
        #expect(manager.table[id]?.isHandshaking == false)
    }

    @Test("moves a caller's limit with what it limits", arguments: [false, true])
    func callersLimit(isConnected: Bool) throws {
        let manager = TestManager { $0.handshake.isRequired = true }
        let id = try manager.connect(Self.remote, within: .seconds(12))
        if isConnected { manager.succeed(id) }
        manager.run(for: .seconds(5))
        standStill(manager)
        manager.run(for: .seconds(7) - .tick)
        #expect(manager.table[id] != nil)
        manager.run(for: .tick)
        #expect(manager.table[id] == nil)
    }

    @Test("is no time in which a connection proved itself")
    func readiness() throws {
        let manager = TestManager()
        let id = try manager.connect(Self.remote)
        manager.succeed(id)
        manager.run(for: .seconds(4))
        standStill(manager)
        #expect(manager.table[id]?.isReady == false)
        // What became ready later is so still.
        let second = try manager.connect("203.0.113.8:9108")
        manager.succeed(second)
        manager.run(for: .seconds(6) - .tick)
        #expect(manager.table[id]?.isReady == false)
        manager.run(for: .tick)
        #expect(manager.table[id]?.isReady == true)
        #expect(manager.table[second]?.isReady == false)
        manager.run(for: .seconds(4))
        #expect(manager.table[second]?.isReady == true)
    }

    @Test("isn't a success of whoever left while it lasted")
    func leaving() throws {
        let manager = TestManager()
        let id = try manager.connect(Self.remote)
        manager.succeed(id)
        manager.run(for: .seconds(4))
        standStill(manager)
        manager.lose(id)
        #expect(!manager.source.told.contains(.succeeded(address(Self.remote))))
    }

    @Test("ends backoffs and bans as if the process had gone on")
    func ownWaits() throws {
        let manager = TestManager()
        let id = try manager.addPersistent(Self.remote)
        manager.fail(id)
        try manager.ban("198.51.100.7", for: Self.pause)
        standStill(manager)
        #expect(manager.dialing == [id])
        try manager.admit("198.51.100.7:1")
    }
}
