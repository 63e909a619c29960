import ConnectionCore
import Facts
import Testing
import Timing

/// What the caller of `connect` gives the whole attempt.
@Suite("A caller's limit for an attempt")
struct AttemptLimitTests {
    private static let remote = "203.0.113.7:9108"

    private func manager(_ change: (inout Policy) -> Void = { _ in }) -> TestManager {
        TestManager {
            $0.handshake.isRequired = true
            change(&$0)
        }
    }

    /// An attempt within 20 s whose socket is connected after 5 s.
    private func connected(_ manager: TestManager) throws -> ConnectionID {
        let id = try manager.connect(Self.remote, within: .seconds(20))
        manager.run(for: .seconds(5))
        manager.succeed(id)
        manager.forgetTrace()
        return id
    }

    @Test("ends a dial to the tick")
    func dial() throws {
        let manager = manager()
        let id = try manager.connect(Self.remote, within: .seconds(50))
        manager.run(for: .seconds(50) - .tick)
        #expect(manager.dialing == [id])
        manager.run(for: .tick)
        #expect(manager.trace.suffix(2) == ["failed 1: timedOut(after: 50.0 seconds)", "close 1"])
    }

    @Test("is for all addresses of a name together")
    func names() throws {
        let manager = manager()
        let id = try manager.connect("peer.example:9108", within: .seconds(20))
        manager.run(for: .seconds(5))
        manager.resolve(id, to: [Self.remote, "198.51.100.9:9108"])
        manager.run(for: .seconds(5))
        manager.fail(id, .refused)
        #expect(manager.dialing == [id])
        manager.run(for: .seconds(10) - .tick)
        #expect(manager.dialing == [id])
        manager.run(for: .tick)
        #expect(manager.trace.suffix(2) == ["failed 1: timedOut(after: 20.0 seconds)", "close 1"])
    }

    @Test("goes on through the handshake, and ends it to the tick as the caller's")
    func handshake() throws {
        let manager = manager()
        let id = try connected(manager)
        manager.run(for: .seconds(15) - .tick)
        #expect(manager.table[id]?.isHandshaking == true)
        manager.run(for: .tick)
        #expect(
            manager.trace == [
                "ended \(id): attemptTimedOut(after: 20.0 seconds) after 15 s", "close \(id)",
            ]
        )
        #expect(manager.table[id] == nil)
        #expect(manager.source.told.contains(.failed(address(Self.remote))))
    }

    @Test("leaves a handshake no more than its own time-out")
    func handshakeTimeout() throws {
        let manager = manager { $0.handshake.timeout = .seconds(10) }
        let id = try connected(manager)
        manager.run(for: .seconds(10))
        #expect(
            manager.trace.first
                == "ended \(id): session(Facts.SessionFault.handshakeTimedOut) after 10 s"
        )
    }

    @Test("that was over before the connection was reported ends it in the same turn")
    func lateConnection() throws {
        let manager = manager()
        let id = try manager.connect(Self.remote, within: .seconds(20))
        manager.pass(.seconds(21))
        manager.succeed(id)
        manager.run(for: .zero)
        #expect(manager.trace.suffix(2).last == "close \(id)")
        #expect(manager.table[id] == nil)
    }

    @Test("is over with the attempt", arguments: [false, true])
    func complete(isRequired: Bool) throws {
        let manager = manager { $0.handshake.isRequired = isRequired }
        let id = try connected(manager)
        manager.shakeHands(id)
        manager.run(for: .seconds(3_600))
        #expect(manager.table[id]?.isReady == true)
        #expect(manager.trace == ["ready \(id)"])
    }

    @Test(
        "isn't longer or shorter after a reload, whatever handshakes may take",
        arguments: [Duration.seconds(60), .seconds(16)]
    )
    func reload(timeout: Duration) throws {
        let manager = manager()
        let id = try connected(manager)
        manager.reload { $0.handshake.timeout = timeout }
        manager.run(for: .seconds(15) - .tick)
        #expect(manager.table[id]?.isHandshaking == true)
        manager.run(for: .tick)
        #expect(manager.trace.first?.hasPrefix("ended \(id): attemptTimedOut") == true)
    }

    @Test("gives way to a handshake's time-out that a reload made shorter")
    func shorterReload() throws {
        let manager = manager()
        let id = try connected(manager)
        manager.reload { $0.handshake.timeout = .seconds(3) }
        manager.run(for: .seconds(3))
        #expect(manager.trace.first?.contains("handshakeTimedOut") == true)
        #expect(manager.table[id] == nil)
    }

    @Test("falls away when the connection becomes persistent")
    func adopted() throws {
        let manager = manager()
        let id = try connected(manager)
        #expect(try manager.addPersistent(Self.remote) == id)
        manager.run(for: .seconds(30) - .tick)
        #expect(manager.table[id]?.isHandshaking == true)
        manager.run(for: .tick)
        #expect(manager.table[id]?.isWaiting == true)
        #expect(manager.trace.contains { $0.contains("handshakeTimedOut) after 30 s") })
    }

    @Test("is forgotten with whatever else ends the attempt")
    func otherEnds() throws {
        let manager = manager()
        manager.lose(try connected(manager))
        manager.abandon(try connected(manager))
        try manager.disconnect(.id(try connected(manager)))
        let refused = try manager.connect(Self.remote, within: .seconds(20))
        manager.fail(refused, .refused)
        // `TestManager` checks after each step that no limit outlives its attempt.
        #expect(manager.table.count == 0)
    }
}
