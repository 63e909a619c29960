import Addressing
import DecredWire
import Testing
import Timing

@Suite("A session's exchange of addresses")
struct PeerSessionGossipTests {
    /// An `addr` or `addrv2` as no honest peer makes it: without addresses.
    private func empty(_ kind: MessageKind) -> [UInt8] {
        checkedFrame(kind.command.description, payload: [0])
    }

    @Test("gives an inbound peer what the caller gives, once, in the message of its version")
    func answer() {
        for version in PeerSessionTableTests.versions {
            let session = TestSession.established(.inbound, version: version)
            session.receive(.getaddr)
            #expect(session.facts == [.addressesAsked])
            #expect(session.sent.isEmpty)
            let addresses = AdvertisedAddress.examples(3)
            session.give([.onion] + addresses)
            let expected: Message =
                version < 12 ? .addr(addresses) : .addrv2([.onion] + addresses)
            #expect(session.sent == [expected])
        }
    }

    @Test("gives at most 1,000 addresses, and no empty message", arguments: [0, 1, 1_000, 1_001])
    func answerBounds(count: Int) {
        for version in PeerSessionTableTests.versions {
            let session = TestSession.established(.inbound, version: version)
            session.receive(.getaddr)
            session.give(AdvertisedAddress.examples(count))
            let told = AdvertisedAddress.examples(min(count, 1_000))
            let expected: [Message] =
                told.isEmpty ? [] : [version < 12 ? .addr(told) : .addrv2(told)]
            #expect(session.sent == expected)
        }
    }

    @Test("tells when others were seen by the day only, and of itself too")
    func roundedTimes() {
        let day: UInt64 = 20_000 * 86_400
        let seen: [UInt64] = [0, 1, 86_399, 86_400, day - 1, day, day + 1, day + 86_399]
        let told: [UInt64] = [0, 0, 0, 86_400, day - 86_400, day, day, day]
        let addresses = AdvertisedAddress.examples(seen.count).map(\.address)
        for version in PeerSessionTableTests.versions {
            let session = TestSession.established(.inbound, version: version)
            session.receive(.getaddr)
            session.give(
                zip(addresses, seen).map {
                    AdvertisedAddress(address: $0, services: 1, lastSeenSeconds: $1)
                }
            )
            let expected = zip(addresses, told).map {
                AdvertisedAddress(address: $0, services: 1, lastSeenSeconds: $1)
            }
            #expect(session.sent == [version < 12 ? .addr(expected) : .addrv2(expected)])
        }
        let today = UInt64(TestSession.start.wall.microseconds / 1_000_000) / 86_400 * 86_400
        let dialler = TestSession(.outbound) {
            $0.policy.advertised = [addresses[0]]
            $0.policy.services = 5
        }
        dialler.receive(.version(.example()))
        dialler.receive(.verack)
        let ours = AdvertisedAddress(address: addresses[0], services: 5, lastSeenSeconds: today)
        #expect(dialler.sent.last == .addrv2([ours]))
    }

    @Test("tells of nobody whom nobody outside can reach, unless it is told to")
    func unroutable() throws {
        let local = try ["10.0.0.1:1", "[fe80::1]:1", "203.0.113.7:1", "127.0.0.1:1"].map {
            AdvertisedAddress(
                address: try PeerAddress(parsing: $0),
                services: 1,
                lastSeenSeconds: 0
            )
        }
        let routable = AdvertisedAddress.examples(1_000)
        for tellsUnroutable in [false, true] {
            let asked = TestSession.established(.inbound) {
                $0.policy.tellsUnroutable = tellsUnroutable
            }
            asked.receive(.getaddr)
            asked.give(local + routable)
            let told = tellsUnroutable ? Array((local + routable).prefix(1_000)) : routable
            #expect(asked.sent == [.addrv2(told)])

            let dialler = TestSession(.manual) {
                $0.policy.advertised = local.map(\.address)
                $0.policy.tellsUnroutable = tellsUnroutable
            }
            dialler.receive(.version(.example()))
            dialler.receive(.verack)
            let own = dialler.sent.compactMap { message in
                if case .addrv2(let addresses) = message { addresses.map(\.address) } else { nil }
            }
            #expect(own == (tellsUnroutable ? [local.map(\.address)] : []))
        }
    }

    @Test("gives nothing that nobody asked for: that traps")
    func unasked() async {
        await #expect(processExitsWith: .failure) {
            TestSession.established(.inbound).give(AdvertisedAddress.examples(1))
        }
        await #expect(processExitsWith: .failure) {
            let session = TestSession.established(.inbound)
            session.receive(.getaddr)
            session.give(AdvertisedAddress.examples(1))
            session.give(AdvertisedAddress.examples(1))
        }
    }

    @Test("asks for nothing to be given without gossip, nor for peers that we dialled")
    func unanswered() {
        let silent = [
            TestSession.established(.inbound, network: .regnet), .established(.outbound),
            .established(.manual),
        ]
        for session in silent {
            session.receive(.getaddr)
            #expect(session.facts.isEmpty)
        }
        let gossiping = TestSession.established(.inbound, network: .regnet) {
            $0.policy.gossips = true
        }
        gossiping.receive(.getaddr)
        #expect(gossiping.facts == [.addressesAsked])
    }

    @Test("warns of and then bans a peer that asks again and again")
    func askedAgain() {
        for role in PeerSessionTableTests.roles {
            let session = TestSession.established(role)
            session.receive(.getaddr)
            session.forget()
            for score in [33, 66, 99] {
                session.receive(.getaddr)
                #expect(session.session.banScore(at: session.now.instant) == score)
            }
            #expect(session.facts == [.warned(.repeatedGetaddr, score: 66)])
            session.receive(.getaddr)
            #expect(
                session.facts.suffix(2) == [
                    .banned(.repeatedGetaddr), .closed(.misbehaved(.repeatedGetaddr)),
                ]
            )
            #expect(session.sent.isEmpty)
        }
    }

    @Test("bears a peer that asks again once in a while")
    func askedRarely() {
        let session = TestSession.established(.inbound)
        for _ in 0..<100 {
            session.receive(.getaddr)
            for _ in 0..<3 {
                session.pass(.seconds(100))
                session.receive(.ping(nonce: 1))
            }
        }
        #expect(session.facts == [.addressesAsked])
    }

    @Test("takes 1,000 addresses of a peer at once, and then one in 10 s")
    func bucket() {
        let session = TestSession.established(.outbound)
        session.receive(.addrv2(AdvertisedAddress.examples(600)))
        session.receive(.addrv2(AdvertisedAddress.examples(400)))
        #expect(
            session.facts == [
                .addresses(AdvertisedAddress.examples(600)),
                .addresses(AdvertisedAddress.examples(400)),
            ]
        )
        #expect(session.session.banScore(at: session.now.instant) == 0)
        session.forget()
        session.receive(.addrv2(AdvertisedAddress.examples(1)))
        #expect(session.facts.isEmpty)
        #expect(session.session.banScore(at: session.now.instant) == 1)
        session.pass(.seconds(20))
        session.receive(.addrv2(AdvertisedAddress.examples(3)))
        #expect(session.facts == [.addresses(AdvertisedAddress.examples(2))])
    }

    @Test("bans a flood of full messages and one of small ones")
    func flood() {
        let full = TestSession.established(.outbound)
        full.receive(.addrv2(AdvertisedAddress.examples(1_000)))
        full.forget()
        full.receive(.addrv2(AdvertisedAddress.examples(1_000)))
        #expect(full.facts == [.warned(.addressFlood(dropped: 1_000), score: 100)])
        full.receive(.addrv2(AdvertisedAddress.examples(1_000)))
        #expect(full.ending == .misbehaved(.addressFlood(dropped: 1_000)))

        let small = TestSession.established(.outbound) { $0.policy.addressBurst = 0 }
        for _ in 0..<100 { small.receive(.addrv2(AdvertisedAddress.examples(1))) }
        #expect(small.facts == [.warned(.addressFlood(dropped: 1), score: 50)])
        small.receive(.addrv2(AdvertisedAddress.examples(1)))
        #expect(small.ending == .misbehaved(.addressFlood(dropped: 1)))
    }

    @Test("tells of no addresses without gossip, and bans a flood all the same")
    func floodWithoutGossip() {
        let session = TestSession.established(.outbound, network: .simnet)
        for _ in 0..<2 { session.receive(.addrv2(AdvertisedAddress.examples(1_000))) }
        #expect(session.facts == [.warned(.addressFlood(dropped: 1_000), score: 100)])
        session.receive(.addrv2(AdvertisedAddress.examples(1_000)))
        #expect(session.ending == .misbehaved(.addressFlood(dropped: 1_000)))
    }

    @Test("warns of the message of another version, and bans a second one, however late")
    func wrongMessage() {
        let cases: [(Int32, Message)] = [
            (9, .addrv2(AdvertisedAddress.examples(1))),
            (11, .addrv2(AdvertisedAddress.examples(1))),
            (12, .addr(AdvertisedAddress.examples(1))),
        ]
        for (version, message) in cases {
            let session = TestSession.established(.outbound, version: version)
            let misbehaviour = Misbehaviour.wrongAddressMessage(message.kind, negotiated: version)
            session.receive(message)
            #expect(session.facts == [.warned(misbehaviour, score: 51)])
            for _ in 0..<36 {
                session.pass(.seconds(100))
                session.receive(.ping(nonce: 1))
            }
            session.receive(message)
            #expect(
                session.facts.dropFirst()
                    == [.banned(misbehaviour), .closed(.misbehaved(misbehaviour))]
            )
        }
    }

    @Test("bans at once whoever sends no addresses", arguments: [MessageKind.addr, .addrv2])
    func emptyMessage(kind: MessageKind) {
        for version in PeerSessionTableTests.versions {
            let session = TestSession.established(.inbound, version: version)
            session.receive(empty(kind))
            guard case .banned(.malformed(let error)) = session.facts.first else {
                Issue.record("\(session.facts)")
                return
            }
            #expect(error.reason == .badCount(0))
            #expect(session.ending == .misbehaved(.malformed(error)))
        }
    }

    @Test("has the thresholds that are set, and warns from the lower one on")
    func thresholds() {
        for (warn, ban, lines) in [(33, 32, 2), (33, 33, 1), (34, 33, 0), (34, 1_000, 0)] {
            let session = TestSession.established(.manual) {
                $0.policy.warnScore = warn
                $0.policy.banScore = ban
            }
            session.receive(.getaddr)
            session.receive(.getaddr)
            #expect(session.facts.count == lines, "\(session.facts)")
        }
    }
}
