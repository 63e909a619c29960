import ConnectionCore
import Testing
import Timing

@Suite("A peer that misbehaves")
struct MisbehaviourTests {
    private func manager() -> TestManager {
        TestManager {
            $0.handshake.isRequired = true
            $0.limits.whitelist = [prefix("198.51.100.0/24")]
        }
    }

    private func end(_ id: ConnectionID, _ fault: SessionFault) -> String {
        "ended \(id): session(ConnectionCore.SessionFault.\(fault)) after 0 s"
    }

    @Test(
        "is banned and disconnected, and so are others of its host",
        arguments: [SessionFault.misbehaved, .malformed]
    )
    func banned(fault: SessionFault) throws {
        let manager = manager()
        let id = try manager.admit("203.0.113.7:1")
        let other = try manager.admit("203.0.113.7:2")
        manager.forgetTrace()
        try manager.banMisbehaving(id, fault)
        #expect(
            manager.trace == [
                "banned 203.0.113.7/32, closed 2",
                end(id, fault), "close \(id)",
                "ended \(other): banned(203.0.113.7/32) after 0 s", "close \(other)",
            ]
        )
    }

    @Test(
        "is disconnected and never banned if it came through a proxy or from the whitelist",
        arguments: [
            ("127.0.0.1:1", Arrival.Network.onion, true), ("[::1]:1", .ip, false),
            ("198.51.100.7:1", .ip, true),
        ]
    )
    func spared(remote: String, network: Arrival.Network, trustsLoopback: Bool) throws {
        let manager = manager()
        let other = try manager.admit("127.0.0.1:9")
        let id = try manager.admit(remote, network: network, trustsLoopback: trustsLoopback)
        manager.forgetTrace()
        try manager.banMisbehaving(id, .malformed)
        #expect(manager.trace == [end(id, .malformed), "close \(id)"])
        #expect(manager.core.bans.count == 0)
        #expect(manager.table[other] != nil)
    }

    @Test("is disconnected though an operator named it, and its host is banned")
    func manual() throws {
        let manager = manager()
        let id = try manager.connect("203.0.113.7:1")
        manager.succeed(id)
        let kept = try manager.addPersistent("203.0.113.7:2")
        manager.succeed(kept)
        manager.shakeHands(kept)
        manager.forgetTrace()
        try manager.banMisbehaving(id)
        #expect(manager.trace.first == "banned 203.0.113.7/32, closed 1")
        #expect(manager.table[id] == nil)
        #expect(manager.table[kept]?.isReady == true)
        try manager.banMisbehaving(kept)
        #expect(manager.table[kept]?.isWaiting == true)
        manager.run(for: .seconds(10))
        // Its dials are exempt from bans, also from this one.
        #expect(manager.table[kept]?.isDialing == true)
    }

    @Test("before it is ready has failed, for its address and for the dialler")
    func blamed() throws {
        let manager = manager()
        manager.source.append(address("203.0.113.7:1"))
        manager.reload { $0.outbound.target = 1 }
        let id = try #require(manager.dialing.first)
        manager.succeed(id)
        try manager.banMisbehaving(id, .malformed)
        #expect(manager.source.told.contains(.failed(address("203.0.113.7:1"))))
        #expect(manager.core.outboundFailures > 0)
    }

    @Test("is nobody who has no connected socket", arguments: ["waiting", "dialing", "gone"])
    func notConnected(phase: String) throws {
        let manager = manager()
        let id = try manager.addPersistent("203.0.113.7:1")
        if phase != "dialing" { manager.fail(id) }
        if phase == "gone" { try manager.remove(.id(id)) }
        manager.forgetTrace()
        #expect(throws: Refusal.notFound) { try manager.banMisbehaving(id) }
        #expect(manager.trace == [])
        #expect(manager.core.bans.count == 0)
    }
}
