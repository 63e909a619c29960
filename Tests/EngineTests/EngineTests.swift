import Addressing
import ConnectionCore
import DecredWire
import Facts
import Testing
import Timing

@testable import Engine

@Suite("The engine")
struct EngineTests {
    private func peer(_ number: UInt32) -> PeerAddress {
        PeerAddress(IPAddress(v4: 0x0b00_0000 + number), port: 9_108)
    }

    @Test("on a raw network has what comes thrown away and counted, and says nothing")
    func raw() throws {
        let test = TestEngine(.raw)
        let id = try test.accept(peer(1))
        test.receive([UInt8](repeating: 7, count: 1_234), from: id)
        let row = try #require(test.engine.row(of: id))
        #expect(row.traffic == Traffic(received: 1_234, sent: 0))
        #expect(row.introduction == nil && row.roundTrip == nil && row.kind == .inbound)
        #expect(test.sent.isEmpty)
        test.handle(.closed(id, .closedByPeer))
        #expect(test.details.last == .ended(Traffic(received: 1_234, sent: 0), because: nil))
        #expect(test.engine.history.page(limit: 1).connections.first?.bytesIn == 1_234)
        #expect(test.engine.traffic.received == 1_234)
    }

    @Test("shakes hands, and knows of a connection what its peer said and what went over it")
    func handshake() throws {
        let test = TestEngine()
        let id = try test.accept(peer(1))
        #expect(test.sent[id] == nil)
        test.introduce(id, as: "/them:1/")
        let row = try #require(test.engine.row(of: id))
        #expect(row.isReady && row.introduction?.userAgent == "/them:1/")
        #expect(row.traffic?.sent == UInt64(try #require(test.sent[id]).count))
        #expect(test.details.contains { $0 == row.introduction.map { .introduced($0) } })
        #expect(
            test.engine.rows(fromSlot: 0, limit: 9, kind: .inbound, phase: .ready).rows == [row]
        )
        #expect(
            test.engine.rows(fromSlot: 0, limit: 9, kind: .outbound, phase: nil).rows.isEmpty
        )
    }

    @Test("counts as sent what the kernel has taken, also of a connection that ends meanwhile")
    func backPressure() throws {
        let test = TestEngine()
        let id = try test.accept(peer(1))
        test.introduce(id)
        let before = try #require(test.engine.row(of: id)?.traffic?.sent)
        test.room[id] = 10
        test.receive(.ping(nonce: 1), from: id)
        test.receive(.ping(nonce: 2), from: id)
        #expect(test.engine.row(of: id)?.traffic?.sent == before + 10)
        #expect(test.engine.traffic.sent == before + 10)
        test.makeRoom(25, for: id)
        #expect(test.engine.row(of: id)?.traffic?.sent == before + 35)
        test.handle(.closed(id, .closedByPeer))
        guard case .ended(let traffic, nil) = test.details.last else {
            Issue.record("nothing ended")
            return
        }
        #expect(traffic.sent == before + 35)
        #expect(test.engine.traffic.sent == before + 35)
        #expect(test.sent[id]?.count == Int(before) + 35)
    }

    @Test("ends what doesn't take in time what waits for it")
    func stalled() throws {
        let test = TestEngine()
        let id = try test.accept(peer(1))
        test.introduce(id)
        test.room[id] = 0
        test.receive(.ping(nonce: 1), from: id)
        test.run(for: .seconds(600))
        #expect(!test.engine.contains(id))
        #expect(
            test.reports.contains {
                if case .ended(let subject, .session(.slow), _, _) = $0 {
                    subject.id == id
                } else {
                    false
                }
            }
        )
    }

    @Test("gives a slot's next connection nothing of the one before")
    func reuse() throws {
        let test = TestEngine()
        let first = try test.accept(peer(1))
        test.introduce(first, as: "/first/")
        test.room[first] = 0
        test.receive(.ping(nonce: 1), from: first)
        test.handle(.closed(first, .closedByPeer))
        let second = try test.accept(peer(2))
        #expect(second.slot == first.slot && second != first)
        let row = try #require(test.engine.row(of: second))
        #expect(row.traffic == Traffic() && row.introduction == nil && row.roundTrip == nil)
        test.introduce(second, as: "/second/")
        #expect(test.engine.row(of: second)?.introduction?.userAgent == "/second/")
    }

    // MARK: Who waits

    @Test("answers a caller once: when the peer is ready, or when its attempt has failed")
    func answers() throws {
        let test = TestEngine()
        let id = try test.connect(peer(1), for: 4)
        #expect(test.answers.isEmpty)
        test.introduce(id)
        #expect(test.answers.map(\.waiter) == [Waiter(4)])
        #expect(try test.answers.first?.result.get().id == id)
        test.handle(.closed(id, .closedByPeer))
        #expect(test.answers.count == 1)

        let other = try test.connect(peer(2), for: 5)
        test.handle(.closed(other, .closedByPeer))
        #expect(test.answers.last?.waiter == Waiter(5))
        #expect(test.answers.last?.result == .failure(.ended(.closedByPeer)))
    }

    @Test("answers on a raw network as soon as the peer is reached")
    func rawAnswer() throws {
        let test = TestEngine(.raw)
        let id = try test.connect(peer(1), for: 2)
        #expect(try test.answers.first?.result.get().id == id)
        #expect(test.answers.count == 1)
    }

    @Test("answers nobody who has gone, whose attempt ends")
    func abandoned() throws {
        let test = TestEngine()
        let id = try test.connect(peer(1), for: 2)
        test.call { engine, now, steps in
            engine.abandon(id, by: Waiter(2), at: now, &steps)
        }
        #expect(test.answers.isEmpty && !test.engine.contains(id) && test.closed.contains(id))
    }

    // MARK: Misbehaviour

    @Test("bans who misbehaves, says why of that one alone, and ends others of its host")
    func ban() throws {
        let test = TestEngine { $0.core.limits.perHost = 0 }
        let host = IPAddress(v4: 0x0b00_0009)
        let one = try test.accept(PeerAddress(host, port: 1))
        let other = try test.accept(PeerAddress(host, port: 2))
        test.introduce(other)
        test.receive([UInt8](repeating: 0xff, count: 24), from: one)
        #expect(!test.engine.contains(one) && !test.engine.contains(other))
        #expect(test.engine.core.bans.count == 1)
        var reasons: [ConnectionID: String?] = [:]
        for (report, detail) in zip(test.reports, test.details) {
            guard case .ended(let subject, _, _, _) = report, case .ended(_, let reason) = detail
            else { continue }
            reasons[subject.id] = reason
        }
        #expect(reasons.count == 2)
        #expect(reasons[one] ?? nil != nil && reasons[other] ?? nil == nil)
    }

    @Test("knows itself when it has dialled itself, and ends both ends")
    func itself() throws {
        let test = TestEngine()
        let dialled = try test.connect(peer(1))
        let bytes = try #require(test.sent[dialled])
        let came = try test.accept(peer(2))
        test.receive(bytes, from: came)
        #expect(!test.engine.contains(came) && !test.engine.contains(dialled))
        #expect(test.answers.first?.result == .failure(.ended(.session(.selfConnection))))
    }

    @Test("takes nobody for itself who says what it said in a dial that is complete")
    func oldNonce() throws {
        let test = TestEngine()
        let dialled = try test.connect(peer(1))
        var reader = FrameReader(network: TestEngine.network)
        var position = 0
        let bytes = try #require(test.sent[dialled])
        guard
            case .message(.version(let ours)) =
                try reader.next(in: bytes.span.bytes, at: &position)
        else {
            Issue.record("the dial says no version")
            return
        }
        test.introduce(dialled)
        let came = try test.accept(peer(2))
        test.introduce(came, nonce: ours.nonce)
        #expect(test.engine.contains(came) && test.engine.contains(dialled))
    }

    // MARK: What is stored

    @Test("asks for what is stored first, then has written what operators change")
    func store() throws {
        let test = TestEngine(keepsState: true)
        let prefix = try Prefix(parsing: "192.0.2.0/24")
        func keep() { test.call { engine, now, steps in engine.keepState(at: now, &steps) } }
        keep()
        guard case .load = test.requests.last else {
            Issue.record("nothing is read")
            return
        }
        _ = try test.call { engine, now, steps throws(Refusal) in
            try engine.ban(prefix, for: nil, replacing: false, at: now, &steps)
        }
        keep()
        #expect(test.requests.count == 1, "the store is asked while it is at work")
        let stored = StoredState(peers: [
            .init(.parsed("11.0.0.7:1"), added: WallTime(microseconds: 1))
        ])
        let outcome = test.call { engine, now, steps in
            engine.finishStoring(.loaded(stored), settingAside: false, at: now, &steps)
        }
        #expect(outcome.restoration?.peers == 1 && !outcome.works)
        keep()
        guard case .apply(let changes) = test.requests.last else {
            Issue.record("nothing is written")
            return
        }
        #expect(changes.first == .putBan(Ban(prefix: prefix, until: nil, origin: .operator)))
    }

    @Test("without a state folder asks for nothing")
    func stateless() {
        let test = TestEngine()
        test.call { engine, now, steps in engine.keepState(at: now, &steps) }
        #expect(test.requests.isEmpty && test.engine.storeDeadline == nil)
    }

    // MARK: Costs

    @Test("asks for steps of at most 200 bytes, of which a burst may lead to thousands")
    func size() {
        #expect(MemoryLayout<Step>.stride <= 200)
    }

    // MARK: Chance

    @Test("does the same with the same seed, and other things with another")
    func seeds() throws {
        func run(_ seed: UInt64) throws -> [[UInt8]] {
            let addresses = (1...200).map { peer($0 << 16) }
            let test = TestEngine(addresses: addresses, seed: seed) {
                $0.core.outbound.target = 8
            }
            test.run(for: .seconds(5))
            for dial in test.dials {
                test.handle(.dialSucceeded(dial.attempt, local: TestEngine.local))
                test.introduce(dial.attempt.id)
            }
            #expect(test.engine.core.table.census.ready.outbound == 8)
            // Pings, and an end for want of answers.
            test.run(for: .seconds(300))
            #expect(test.reports.contains { $0.name == .ended })
            return test.sent.sorted { $0.key < $1.key }.map(\.value)
        }
        #expect(try run(1) == run(1))
        #expect(try run(1) != run(2))
    }
}
