import Addressing
import ConnectionCore
import DecredWire
import Facts
import Testing
import Timing

@testable import Engine

/// What the engine does with what it was told to want.
@Suite("What the engine is told to want")
struct EnginePolicyTests {
    private func peer(_ number: UInt32) -> PeerAddress {
        PeerAddress(IPAddress(v4: 0x0b00_0000 + number), port: 9_108)
    }

    /// What is stored is read, and nothing was.
    private func load(_ test: TestEngine, _ stored: StoredState = StoredState()) {
        test.call { engine, now, steps in engine.keepState(at: now, &steps) }
        _ = test.call { engine, now, steps in
            engine.finishStoring(.loaded(stored), settingAside: false, at: now, &steps)
        }
    }

    /// What the store is asked to change next.
    private func changes(_ test: TestEngine) -> [StateChange] {
        let before = test.requests.count
        test.call { engine, now, steps in engine.keepState(at: now, &steps) }
        guard test.requests.count > before, case .apply(let changes) = test.requests.last else {
            return []
        }
        _ = test.call { engine, now, steps in
            engine.finishStoring(.saved, settingAside: false, at: now, &steps)
        }
        return changes
    }

    @Test("is how long who misbehaves stays banned, and the ban is stored, told or not")
    func banDuration() throws {
        let test = TestEngine(keepsState: true) {
            $0.banDuration = .seconds(77)
            $0.core.inbound.floodThreshold = 100_000
        }
        load(test)
        var stored = Set<Prefix>()
        var told = 0
        for number in 1...30 as ClosedRange<UInt32> {
            let id = try test.accept(peer(number << 8))
            test.receive([UInt8](repeating: 0xff, count: 24), from: id)
            let ban = try #require(test.engine.core.bans.inForce(at: test.now).last)
            #expect(ban.until == test.now.wall + .seconds(77))
            for case .putBan(let ban) in changes(test) { stored.insert(ban.prefix) }
        }
        for case .banned in test.reports { told += 1 }
        #expect(told < 30)
        #expect(stored.count == 30)
    }

    @Test("is stored anew where it depends on the calendar, which was set")
    func clock() throws {
        let test = TestEngine(keepsState: true)
        load(test)
        _ = try test.call { engine, now, steps throws(Refusal) in
            let prefix = Prefix(IPAddress(v4: 0xc000_0200), length: 120)
            return try engine.ban(
                prefix,
                for: .seconds(100),
                replacing: false,
                at: now,
                &steps
            )
        }
        #expect(!changes(test).isEmpty)
        test.setCalendar(by: .seconds(3_600))
        test.handle(.clockMoved)
        let until = test.now.wall + .seconds(100)
        #expect(
            changes(test).contains {
                if case .putBan(let ban) = $0 { ban.until == until } else { false }
            }
        )
    }

    @Test("holds for the sessions that there are, as soon as it changes")
    func reload() throws {
        let test = TestEngine()
        let id = try test.accept(peer(1))
        test.introduce(id)
        var session = SessionPolicy(network: TestEngine.network)
        session.pingInterval = .seconds(2)
        session.idleTimeout = .seconds(3)
        var policy = test.engine.policy
        policy.speech = .decred(session)
        _ = test.call { engine, now, steps in
            let lent = engine.lendAddresses()
            return engine.reload(
                policy,
                addresses: lent,
                madeOf: [],
                hasMoreAddresses: false,
                hasMoved: false,
                at: now,
                &steps
            )
        }
        test.run(for: .seconds(4))
        #expect(!test.engine.contains(id))
    }

    @Test("names peers that are the configuration's from then on, and stored no more")
    func configured() throws {
        let target = PeerTarget.address(peer(7))
        let test = TestEngine(keepsState: true)
        load(test, StoredState(peers: [StoredPeer(target, added: WallTime(microseconds: 1))]))
        #expect(changes(test).isEmpty)
        test.engine.policy.persistent = [target]
        let refused = test.call { engine, now, steps in
            engine.keepConfiguredPeers(at: now, &steps)
        }
        #expect(refused.isEmpty)
        #expect(changes(test).first == .removePeer(target))
    }

    // MARK: Addresses

    @Test("are the addresses that peers are told, with what they offer, and never their own")
    func gossip() throws {
        var session = SessionPolicy(network: TestEngine.network)
        session.gossips = true
        let good = (1...4).map { peer($0 << 16) }
        let test = TestEngine(.decred(session), addresses: good) {
            $0.core.outbound.target = 4
            $0.core.limits.perHost = 0
        }
        test.run(for: .seconds(5))
        for dial in test.dials {
            test.handle(.dialSucceeded(dial.attempt, local: TestEngine.local))
            test.introduce(dial.attempt.id)
        }
        // Who comes by a proxy is told of anybody, whatever address the proxy has.
        let gate = Gate(number: 1, connections: 8, rate: 1, burst: 8)
        for proxied in [true, false] {
            var told = Set<PeerAddress>()
            for address in good {
                let asker = PeerAddress(host: address.host, port: 40_000)
                let id = try test.accept(asker, through: proxied ? gate : nil)
                test.introduce(id)
                let before = test.sent[id]?.count ?? 0
                test.receive(.getaddr, from: id)
                let bytes = test.sent[id]?.dropFirst(before) ?? []
                let addresses = try Self.addresses(in: Array(bytes))
                #expect(addresses.allSatisfy { $0.services == 5 })
                #expect(proxied || !addresses.contains { $0.address == address })
                told.formUnion(addresses.map(\.address))
                if proxied { #expect(addresses.count == 1) }
                test.handle(.closed(id, .closedByPeer))
            }
            #expect(told.count == 1)
        }
    }

    private static func addresses(in bytes: [UInt8]) throws -> [AdvertisedAddress] {
        var reader = FrameReader(network: TestEngine.network)
        var position = 0
        while let step = try reader.next(in: bytes.span.bytes, at: &position) {
            if case .message(.addrv2(let addresses)) = step { return addresses }
        }
        return []
    }
}
