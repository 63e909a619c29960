import DecredWire
import Testing
import Timing

@Suite("A session's keep-alive")
struct KeepAliveTests {
    private static let tick = Duration.nanoseconds(1)

    @Test("has no deadline before the handshake is complete: that is the connection core's")
    func handshake() {
        let session = TestSession(.inbound)
        #expect(session.deadline == .distantFuture)
        session.receive(.version(.example()))
        #expect(session.deadline == .distantFuture)
        session.pass(.seconds(100_000))
        session.wake()
        #expect(session.ending == nil)
        session.receive(.verack)
        #expect(session.deadline == session.now.instant + .seconds(107))
    }

    @Test("pings every 107 s, however much the peer talks, and not a nanosecond sooner")
    func pings() {
        let session = TestSession.established(.inbound)
        for nonce in UInt64(1)...5 {
            for _ in 0..<100 {
                session.pass(.seconds(1))
                session.receive(.ping(nonce: nonce))
            }
            session.forget()
            session.pass(.seconds(7) - Self.tick)
            session.wake(nonce: nonce)
            #expect(session.sent.isEmpty)
            session.pass(Self.tick)
            #expect(session.deadline == session.now.instant)
            session.wake(nonce: nonce)
            #expect(session.sent == [.ping(nonce: nonce)])
        }
    }

    @Test("measures the time to the pong that answers its last ping, and ignores any other")
    func roundTrips() throws {
        let session = TestSession.established(.inbound)
        session.receive(.pong(nonce: 0))
        var expected: [Duration] = []
        for (nonce, duration) in [(1, 40_000), (2, 15_000), (3, 90_000), (4, 15_001)] {
            session.pass(until: session.deadline)
            session.wake(nonce: UInt64(nonce))
            session.pass(.microseconds(duration))
            // Another's, the one before, and the answer that was there already.
            session.receive(.pong(nonce: 1_000))
            session.receive(.pong(nonce: UInt64(nonce - 1)))
            #expect(session.facts.isEmpty)
            session.receive(.pong(nonce: UInt64(nonce)))
            session.receive(.pong(nonce: UInt64(nonce)))
            guard case .roundTrip(let roundTrip) = session.facts.first, session.facts.count == 1
            else {
                Issue.record("\(session.facts)")
                return
            }
            expected.append(.microseconds(duration))
            #expect(roundTrip.last == expected.last)
            #expect(roundTrip.minimum == expected.min())
            #expect(session.session.roundTrip == roundTrip)
            session.forget()
        }
    }

    @Test("counts a round trip from when its ping was sent, and from no later moment")
    func sent() {
        let session = TestSession.established(.inbound)
        #expect(!session.session.hasUnsentPing)
        session.pass(until: session.deadline)
        session.wake(nonce: 7)
        #expect(session.session.hasUnsentPing)
        let next = session.deadline
        let moment = session.now.instant + .milliseconds(5)
        session.session.sent(at: moment)
        #expect(!session.session.hasUnsentPing)
        #expect(session.deadline >= next)
        // An answer to the peer's ping isn't ours.
        session.pass(.milliseconds(6))
        session.receive(.ping(nonce: 1))
        session.session.sent(at: session.now.instant)
        session.pass(.microseconds(100))
        session.receive(.pong(nonce: 7))
        #expect(session.session.roundTrip?.last == .microseconds(1_100))
        // Found in the turn in which it was sent.
        session.pass(until: session.deadline)
        session.wake(nonce: 8)
        session.session.sent(at: session.now.instant + .milliseconds(1))
        session.receive(.pong(nonce: 8))
        #expect(session.session.roundTrip?.last == .zero)
    }

    @Test("knows no round trip of a peer that hasn't answered, and clamps one of hours")
    func longRoundTrip() {
        let session = TestSession.established(.inbound) {
            $0.policy.idleTimeout = .seconds(100_000)
            $0.policy.pingInterval = .seconds(50_000)
        }
        #expect(session.session.roundTrip == nil)
        session.pass(until: session.deadline)
        session.wake(nonce: 6)
        session.pass(.seconds(40_000))
        session.receive(.pong(nonce: 6))
        #expect(session.session.roundTrip?.last == .microseconds(UInt32.max))
    }

    @Test("closes after 120 s without a complete frame, and not a nanosecond sooner")
    func idle() {
        let session = TestSession.established(.outbound)
        session.pass(.seconds(107))
        session.wake()
        #expect(session.sent.map(\.kind) == [.ping])
        session.pass(.seconds(13) - Self.tick)
        session.wake()
        #expect(session.ending == nil)
        session.pass(Self.tick)
        #expect(session.deadline == session.now.instant)
        session.wake()
        #expect(session.facts == [.closed(.idle)])
    }

    @Test("isn't kept alive by pieces of a frame, but by its last byte")
    func pieces() {
        for bytes in [Message.ping(nonce: 1).frame(), frame("tx", payload: [1, 2, 3])] {
            let session = TestSession.established(.inbound)
            session.pass(.seconds(100))
            session.receive(Array(bytes.dropLast()))
            session.pass(.seconds(7))
            session.wake()
            session.pass(.seconds(12))
            session.receive(Array(bytes.suffix(1)))
            session.pass(.seconds(1))
            session.wake()
            #expect(session.ending == nil)

            let trickled = TestSession.established(.inbound)
            for byte in bytes.dropLast() {
                trickled.pass(.seconds(10))
                trickled.receive([byte])
            }
            trickled.wake()
            #expect(trickled.ending == .idle)
        }
    }

    @Test("never has an earlier deadline by what is received")
    func deadlineOnlyMovesBack() {
        for seed in UInt64(1)...200 {
            var random = SeededRandom(seed: seed)
            let session = TestSession.established(.inbound)
            var deadline = session.deadline
            while session.ending == nil,
                session.now.instant < TestSession.start.instant + .seconds(3_600)
            {
                session.pass(random.duration(below: .seconds(130)))
                if random.number(below: 2) == 0 { session.receive(.ping(nonce: 1)) }
                #expect(session.deadline >= deadline, "seed \(seed)")
                deadline = session.deadline
                guard deadline <= session.now.instant else { continue }
                session.wake()
                #expect(session.deadline > session.now.instant, "seed \(seed)")
                deadline = session.deadline
            }
        }
    }

    @Test("holds two sessions together for 100 simulated hours with a ping every 107 s")
    func hours() {
        let pair = SessionPair(seed: 5)
        pair.settle()
        pair.dialler.forget()
        pair.listener.forget()
        pair.run(for: .seconds(360_000))
        for session in [pair.dialler, pair.listener] {
            #expect(session.session.isEstablished)
            let pings = session.sent.count { $0.kind == .ping }
            // The first after 107 s, each of them a little later by the time of one delivery.
            #expect((3_363...3_364).contains(pings), "\(pings)")
            #expect(session.sent.count == 2 * pings)
            #expect(session.session.roundTrip?.last == .milliseconds(10))
            #expect(session.session.roundTrip?.minimum == .milliseconds(10))
        }
    }

    /// Silent for so long, then nobody looked, for longer than a peer may be silent.
    private func stoodStill(after silence: Duration) -> TestSession {
        let session = TestSession.established(.inbound)
        session.pass(silence)
        session.wake()
        session.forget()
        session.pass(.seconds(1_000))
        session.stoodStill(for: .seconds(1_000))
        return session
    }

    @Test(
        "holds nobody's silence against him while nobody listened: he gets a ping and its time",
        arguments: [.zero, .seconds(50), .seconds(107), .seconds(120) - tick]
    )
    func standstill(silence: Duration) {
        let session = stoodStill(after: silence)
        #expect(session.deadline <= session.now.instant)
        session.wake(nonce: 5)
        #expect(session.sent == [.ping(nonce: 5)])
        session.pass(.seconds(13) - Self.tick)
        session.wake()
        #expect(session.ending == nil)
        let left = max(.zero, .seconds(107) - silence) + Self.tick
        session.pass(left)
        session.wake()
        #expect(session.ending == .idle)
    }

    @Test("goes on with whoever had something to say meanwhile")
    func answeredStandstill() {
        let session = stoodStill(after: .seconds(107))
        session.receive(.pong(nonce: 77))
        session.wake(nonce: 5)
        session.pass(.seconds(107))
        session.wake(nonce: 6)
        #expect(session.sent == [.ping(nonce: 5), .ping(nonce: 6)])
        session.pass(.seconds(13))
        session.wake()
        #expect(session.ending == .idle)
    }

    @Test("doesn't measure a pong that has waited while nobody listened")
    func unmeasuredPong() {
        let session = stoodStill(after: .seconds(107))
        session.receive(.pong(nonce: 77))
        #expect(session.facts == [])
        session.wake(nonce: 78)
        session.pass(.milliseconds(2))
        session.receive(.pong(nonce: 78))
        #expect(session.session.roundTrip?.last == .milliseconds(2))
    }

    @Test("leaves a peer the time that he had when nobody listened for a moment")
    func moment() {
        let session = TestSession.established(.inbound)
        session.pass(.seconds(107))
        session.wake()
        session.pass(.seconds(10))
        session.stoodStill(for: .seconds(4))
        session.pass(.seconds(7) - Self.tick)
        session.wake()
        #expect(session.ending == nil)
        session.pass(Self.tick)
        session.wake()
        #expect(session.ending == .idle)
    }

    @Test("wins nothing by turns that are late by nothing, and its pongs are measured in them")
    func noPause() {
        let session = TestSession.established(.inbound)
        session.surroundings.policy.pingInterval = .seconds(10)
        session.surroundings.policy.idleTimeout = .seconds(120)
        session.pass(.seconds(10))
        session.wake(nonce: 1)
        session.pass(.milliseconds(2))
        session.stoodStill(for: .zero)
        session.receive(.pong(nonce: 1))
        #expect(session.session.roundTrip?.last == .milliseconds(2))
        for turn in 2...12 {
            session.pass(.seconds(10))
            session.stoodStill(for: .zero)
            session.wake(nonce: UInt64(turn))
            #expect(session.ending == nil)
        }
        session.pass(.seconds(10))
        session.stoodStill(for: .zero)
        session.wake(nonce: 13)
        #expect(session.ending == .idle)
    }

    @Test("has the times that are set, from the next call on")
    func settings() {
        let session = TestSession.established(.inbound)
        session.surroundings.policy.pingInterval = .seconds(10)
        session.surroundings.policy.idleTimeout = .seconds(15)
        #expect(session.deadline == session.now.instant + .seconds(10))
        session.pass(.seconds(10))
        session.wake()
        #expect(session.sent.map(\.kind) == [.ping])
        session.pass(.seconds(5))
        session.wake()
        #expect(session.ending == .idle)
    }
}
