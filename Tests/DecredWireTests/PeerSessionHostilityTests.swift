import DecredWire
import Testing
import Timing

@Suite("A session with a hostile peer")
struct PeerSessionHostilityTests {
    /// The sessions that a peer can meet: each role in each phase.
    private func sessions() -> [TestSession] {
        PeerSessionTableTests.roles.flatMap { role in
            let introduced = TestSession(role)
            introduced.receive(.version(.example()))
            introduced.forget()
            return [TestSession(role), introduced, .established(role)]
        }
    }

    struct Malformation: CustomTestStringConvertible, Sendable {
        let testDescription: String
        let bytes: [UInt8]
        /// Bytes that are enough to know.
        let needed: Int
        let field: WireError.Field
    }

    static let malformations = [
        Malformation(
            testDescription: "another network's magic number",
            bytes: Message.version(.example()).frame(.testnet),
            needed: 4,
            field: .magic
        ),
        Malformation(
            testDescription: "a command with a line break",
            bytes: frame("ver\nsion"),
            needed: 24,
            field: .command
        ),
        Malformation(
            testDescription: "more than 32 MiB of what is read past",
            bytes: frame("block", length: 32 << 20 + 1),
            needed: 24,
            field: .payloadLength
        ),
        Malformation(
            testDescription: "a version of 359 bytes",
            bytes: frame("version", length: 359),
            needed: 24,
            field: .payloadLength
        ),
        Malformation(
            testDescription: "a ping of 9 bytes",
            bytes: frame("ping", length: 9),
            needed: 24,
            field: .payloadLength
        ),
    ]

    @Test("bans at once what is malformed by its header, in every phase", arguments: malformations)
    func malformed(_ malformation: Malformation) {
        for session in sessions() {
            let before = session.sent
            session.receive(Array(malformation.bytes.prefix(malformation.needed - 1)))
            #expect(session.ending == nil)
            session.receive([malformation.bytes[malformation.needed - 1]])
            guard case .misbehaved(.malformed(let error)) = session.ending else {
                Issue.record("\(session.facts)")
                return
            }
            #expect(error.field == malformation.field)
            #expect(session.facts.suffix(2).first == .banned(.malformed(error)))
            #expect(session.sent == before)
        }
    }

    @Test("bans for a payload that is malformed with its last byte, when it may come")
    func malformedPayload() {
        let ping = frame("ping", payload: [UInt8](repeating: 0, count: 8))
        let early = TestSession(.inbound)
        early.receive(.version(.example(11)))
        for session in [early, .established(.inbound)] {
            session.receive(Array(ping.dropLast()))
            #expect(session.ending == nil)
            session.receive([ping[31]])
            guard case .misbehaved(.malformed(let error)) = session.ending else {
                Issue.record("\(session.facts)")
                return
            }
            #expect(error.field == .checksum)
        }
    }

    @Test(
        "knows by the last byte of the header that a message may not come yet",
        arguments: MessageKind.allCases
    )
    func early(_ kind: MessageKind) {
        // Its payload never comes, or comes wrong.
        let length = kind.mostPayloadBytes
        let header = Array(frame("\(kind.command)", length: length).prefix(24))
        for role in PeerSessionTableTests.roles {
            for rest in [[], [UInt8](repeating: 7, count: kind.mostPayloadBytes)] {
                if kind != .version {
                    let session = TestSession(role)
                    session.receive(Array(header.dropLast()))
                    #expect(session.ending == nil)
                    session.receive(header.suffix(1) + rest)
                    #expect(session.ending == .unexpected(kind.command))
                }
                if kind != .verack {
                    let introduced = TestSession(role)
                    introduced.receive(.version(.example()))
                    introduced.receive(header + rest)
                    let isSecond = kind == .version
                    #expect(
                        introduced.ending
                            == (isSecond ? .repeatedVersion : .unexpected(kind.command))
                    )
                }
            }
        }
    }

    @Test("knows by the header that a third message comes before an old peer's 'verack'")
    func thirdEarly() {
        let session = TestSession(.inbound)
        session.receive(.version(.example(11)))
        for nonce in 0..<UInt64(SessionPolicy.mostHeldMessages) {
            session.receive(.ping(nonce: nonce))
        }
        let header = Array(frame("addr", length: 30_003).prefix(24))
        session.receive(Array(header.dropLast()))
        #expect(session.ending == nil)
        session.receive(header.suffix(1))
        #expect(session.ending == .unexpected(MessageKind.addr.command))
    }

    @Test("knows by the header alone that 32 MiB come too early")
    func announced() {
        for role in PeerSessionTableTests.roles {
            let block = frame("block", length: 32 << 20)
            let session = TestSession(role)
            session.receive(block)
            #expect(session.ending?.description == "'block' out of order")

            let introduced = TestSession(role)
            introduced.receive(.version(.example()))
            introduced.receive(block)
            #expect(introduced.ending?.description == "'block' out of order")
        }
    }

    @Test("waits no longer than for any idle peer for 32 MiB that never come")
    func neverSent() {
        let session = TestSession.established(.inbound)
        session.receive(frame("block", length: 32 << 20))
        session.pass(.seconds(119))
        session.receive([0])
        session.pass(.seconds(1))
        session.wake()
        #expect(session.ending == .idle)
    }

    @Test("answers 1,000 pings a second as long as the answers are taken")
    func pingFlood() {
        let session = TestSession.established(.inbound)
        for second in 0..<60 {
            let pings = (0..<1_000).flatMap {
                Message.ping(nonce: UInt64(second * 1_000 + $0)).frame()
            }
            session.receive(pings)
            session.pass(.seconds(1))
        }
        #expect(session.sent.count == 60_000)
        #expect(session.sent.last == .pong(nonce: 59_999))
        #expect(session.session.isEstablished)
    }

    @Test("closes when more would wait for the peer than may, and not a byte sooner")
    func queueBound() {
        let most = SessionPolicy(network: .mainnet).mostQueuedBytes
        for (waiting, closes) in [(most - 32, false), (most - 31, true)] {
            let session = TestSession.established(.inbound)
            session.waiting = waiting
            session.receive(.ping(nonce: 1))
            #expect(session.ending == (closes ? .queueFull(bytes: most + 1) : nil))
        }
        let silent = TestSession.established(.inbound)
        silent.receive((0..<10_000).flatMap { Message.ping(nonce: $0).frame() })
        #expect(silent.ending == .queueFull(bytes: most + 32))
        #expect(silent.takeBytes().isEmpty)
    }

    @Test("has room for the longest answer within the least bound that may be set")
    func leastBound() {
        let session = TestSession.established(.inbound) { $0.policy.mostQueuedBytes = 65_536 }
        session.receive(.getaddr)
        session.give(Array(repeating: .onion, count: 1_000))
        #expect(session.takeBytes().count == 51_027)
        #expect(session.session.isEstablished)
    }

    @Test("never traps and never outgrows its bounds on random bytes")
    func randomBytes() {
        for seed in UInt64(1)...300 {
            var random = SeededRandom(seed: seed)
            for session in sessions() {
                let magic = random.number(below: 2) == 0 ? frame("ping").prefix(4) : []
                session.receive(magic + (0..<200).map { _ in UInt8(random.number(below: 256)) })
                guard case .misbehaved(.malformed) = session.ending else {
                    Issue.record("seed \(seed): \(session.facts)")
                    return
                }
            }
        }
    }

    /// Whole conversations of valid and damaged frames in simulated time. Whatever comes, nothing
    /// is sent before the handshake but `version` and `verack`, and nothing after the end.
    @Test("keeps its order whatever it hears, in 500 random conversations")
    func conversations() {
        for seed in UInt64(1)...500 {
            var random = SeededRandom(seed: seed)
            let version = Int32(8 + random.number(below: 6))
            let role = PeerSessionTableTests.roles[random.number(below: 3)]
            let session = TestSession(role)
            var hasGiven = false
            if random.number(below: 8) > 0 { session.receive(.version(.example(version))) }
            for _ in 0..<60 where session.ending == nil {
                if !session.session.isEstablished {
                    let opening = [MessageKind.version, .verack]
                    #expect(opening.starts(with: session.sent.map(\.kind)), "seed \(seed)")
                }
                say(something(&random), to: session, &random)
                if !hasGiven, session.facts.contains(.addressesAsked) {
                    session.give(AdvertisedAddress.examples(random.number(below: 1_200)))
                    hasGiven = true
                }
                session.pass(random.duration(below: .seconds(40)))
                if session.deadline <= session.now.instant { session.wake(nonce: random.next()) }
            }
            checkOrder(of: session.facts, seed)
        }
    }

    private func something(_ random: inout SeededRandom) -> [UInt8] {
        let samples = PeerSessionTableTests.samples
        // Most of the time what is in order, lest every conversation ends at once.
        guard random.number(below: 4) == 0 else {
            let polite: [Message] = [
                .verack, .ping(nonce: random.next()), .pong(nonce: random.next()), .getaddr,
                .addrv2(AdvertisedAddress.examples(1 + random.number(below: 40))), .sendheaders,
            ]
            return polite[random.number(below: polite.count)].frame()
        }
        var bytes = samples[random.number(below: samples.count)].bytes
        if random.number(below: 10) == 0 {
            bytes[random.number(below: bytes.count)] ^= 1 << UInt8(random.number(below: 8))
        }
        return bytes
    }

    private func say(_ bytes: [UInt8], to session: TestSession, _ random: inout SeededRandom) {
        let split = random.number(below: bytes.count)
        session.receive(Array(bytes.prefix(split)))
        session.receive(Array(bytes.dropFirst(split)))
    }

    private func checkOrder(of facts: [SessionFact], _ seed: UInt64) {
        for (index, fact) in facts.enumerated() {
            switch fact {
            case .handshakeCompleted:
                #expect(index == 0, "seed \(seed)")
            case .banned:
                #expect(index == facts.count - 2, "seed \(seed)")
            case .closed:
                #expect(index == facts.count - 1, "seed \(seed)")
            case .roundTrip, .addresses, .addressesAsked, .warned:
                #expect(index > 0, "seed \(seed)")
            }
        }
        #expect(facts.count { if case .warned = $0 { true } else { false } } <= 1)
        #expect(facts.count { $0 == .addressesAsked } <= 1)
    }

    @Test("takes at most 160 bytes itself, and its keep-alive and score no more than they must")
    func size() {
        #expect(MemoryLayout<PeerSession>.size <= 160, "\(MemoryLayout<PeerSession>.size)")
    }
}
