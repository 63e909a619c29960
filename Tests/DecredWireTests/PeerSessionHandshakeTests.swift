import Addressing
import DecredWire
import Testing
import Timing

@Suite("A session's handshake")
struct PeerSessionHandshakeTests {
    @Test("tells the peer who we are, where we see it, and nothing of where we are")
    func ourVersion() throws {
        for role in [PeerSession.Role.inbound, .outbound] {
            let session = TestSession(role, nonce: 99) {
                $0.policy.services = 5
                $0.policy.userAgent = "/peerd:1.2.3/"
                $0.policy.protocolVersion = 11
            }
            session.receive(.version(.example()))
            guard case .version(let version) = session.sent.first else {
                Issue.record("\(session.sent)")
                return
            }
            #expect(version.protocolVersion == 11)
            #expect(version.services == 5)
            #expect(version.unixSeconds == 1_790_000_000)
            #expect(version.receiver.ip == TestSession.remote.ip)
            #expect(version.receiver.port == TestSession.remote.port)
            #expect(version.receiver.services == 0)
            #expect(version.sender.services == 5)
            #expect(version.sender.ip.isUnspecified)
            #expect(version.sender.port == 0)
            #expect(version.nonce == 99)
            #expect(version.userAgent == "/peerd:1.2.3/")
            #expect(version.lastBlock == -1)
            #expect(!version.relaysTransactions)
        }
    }

    @Test("tells no time before 1970, whatever the clock says")
    func clockBefore1970() {
        let session = TestSession(.inbound)
        session.pass(.seconds(-2_000_000_000))
        session.receive(.version(.example()))
        guard case .version(let version) = session.sent.first else {
            Issue.record("\(session.sent)")
            return
        }
        #expect(version.unixSeconds == 0)
    }

    @Test("doesn't tell a peer an address that it must not know, or that has no IP address")
    func hiddenAddress() {
        for remote in [nil, AdvertisedAddress.onion.address] {
            let session = TestSession(.manual, to: remote)
            guard case .version(let version) = session.sent.first else {
                Issue.record("\(session.sent)")
                return
            }
            #expect(version.receiver == .none)
        }
    }

    @Test("tells what the peer says of itself, when it is complete")
    func description() throws {
        let session = TestSession(.inbound)
        session.receive(.version(.example(13, services: 5, lastBlock: 17)))
        #expect(session.facts.isEmpty)
        #expect(!session.session.isEstablished)
        session.receive(.verack)
        #expect(session.session.isEstablished)
        guard case .handshakeCompleted(let peer) = session.facts.first else {
            Issue.record("\(session.facts)")
            return
        }
        #expect(peer.protocolVersion == 13)
        #expect(peer.negotiatedVersion == 12)
        #expect(peer.services == 5)
        #expect(peer.userAgent == "/dcrwire:1.0.0/dcrd:2.1.0/")
        #expect(peer.lastBlock == 17)
        #expect(peer.ourAddress == PeerAddress(IPAddress(v4: 0xc633_6404), port: 40_122))
    }

    @Test("knows no address of ours if the peer doesn't say where it sees us")
    func unknownAddress() {
        let session = TestSession(.inbound)
        var version = VersionMessage.example()
        version.receiver = .none
        session.receive(.version(version))
        session.receive(.verack)
        guard case .handshakeCompleted(let peer) = session.facts.first else {
            Issue.record("\(session.facts)")
            return
        }
        #expect(peer.ourAddress == nil)
    }

    @Test(
        "is refused to peers below version 9, before we say anything to them",
        arguments: [Int32.min, -1, 0, 1, 8]
    )
    func obsolete(version: Int32) {
        for role in [PeerSession.Role.inbound, .outbound] {
            let session = TestSession(role)
            let before = session.sent
            session.receive(.version(.example(version)))
            #expect(session.facts == [.closed(.obsolete(version: version))])
            #expect(session.sent == before)
        }
    }

    @Test("wants the services of automatic outbound peers only")
    func services() {
        for (services, missing) in [(0, 5), (1, 4), (4, 1), (5, 0), (7, 0)] as [(UInt64, UInt64)] {
            for role in [PeerSession.Role.inbound, .outbound, .manual] {
                let session = TestSession(role) { $0.policy.requiredServices = 5 }
                session.receive(.version(.example(services: services)))
                let isRefused = role == .outbound && missing != 0
                #expect(session.ending == (isRefused ? .lacksServices(missing) : nil))
            }
        }
    }

    @Test("has the defaults of its network", arguments: WireNetwork.allCases)
    func networkDefaults(network: WireNetwork) {
        let policy = SessionPolicy(network: network)
        let isOpen = network == .mainnet || network == .testnet
        #expect(policy.gossips == isOpen)
        #expect(policy.requiredServices == (isOpen ? 1 : 0))
        let session = TestSession.established(.inbound, network: network)
        #expect(session.session.isEstablished)
    }

    @Test("finds out on the accepting side that it is with ourselves, and says nothing to it")
    func selfConnection() {
        let session = TestSession(.inbound, nonce: 2) { $0.liveDials.insert(nonce: 1, of: 33) }
        session.receive(.version(.example(nonce: 1)))
        #expect(session.facts == [.closed(.selfConnection(dial: 33))])
        #expect(session.sent.isEmpty)
    }

    @Test("believes no nonce that is nobody's, nor one that a peer which we dialled echoes")
    func echo() {
        let listener = TestSession(.inbound, nonce: 2) { $0.liveDials.insert(nonce: 1, of: 33) }
        listener.receive(.version(.example(nonce: 2)))
        #expect(listener.ending == nil)
        for role in [PeerSession.Role.outbound, .manual] {
            let dialler = TestSession(role, nonce: 1) { $0.liveDials.insert(nonce: 1, of: 33) }
            dialler.receive(.version(.example(nonce: 1)))
            dialler.receive(.verack)
            #expect(dialler.session.isEstablished)
        }
    }

    @Test("keeps two early messages of old peers until it is complete, and refuses a third")
    func held() {
        for version in Int32(9)...11 {
            let session = TestSession(.inbound)
            session.receive(.version(.example(version)))
            session.receive(.ping(nonce: 8))
            session.receive(.addr(AdvertisedAddress.examples(3)))
            #expect(session.facts.isEmpty)
            #expect(session.sent.map(\.kind) == [.version, .verack])
            session.receive(.verack)
            #expect(session.sent.map(\.kind) == [.version, .verack, .pong])
            #expect(session.facts.count == 2)
            #expect(session.facts.last == .addresses(AdvertisedAddress.examples(3)))

            let greedy = TestSession(.inbound)
            greedy.receive(.version(.example(version)))
            greedy.receive(.getaddr)
            greedy.receive(frame("inv", payload: [0]))
            #expect(greedy.ending == nil)
            greedy.receive(.ping(nonce: 1))
            #expect(greedy.ending == .unexpected(MessageKind.ping.command))
        }
    }

    @Test("ends at an early message that closes, whatever else was kept")
    func heldAndClosing() {
        let session = TestSession(.inbound) { $0.policy.banScore = 50 }
        session.receive(.version(.example(11)))
        session.receive(.addrv2(AdvertisedAddress.examples(1)))
        session.receive(.getaddr)
        session.forget()
        session.receive(.verack)
        #expect(session.facts.count == 3)
        #expect(session.sent.isEmpty)
        #expect(session.session.isClosed)
    }

    @Test("asks peers that we dialled for addresses afterwards, and tells them ours")
    func afterwards() {
        let (onion, ip) = (AdvertisedAddress.onion, AdvertisedAddress.examples(1)[0])
        let advertised = [onion.address, ip.address]
        for version in PeerSessionTableTests.versions {
            for (role, wants) in [(.inbound, true), (.outbound, true), (.manual, false)]
                as [(PeerSession.Role, Bool)]
            {
                let session = TestSession(role) {
                    $0.wantsAddresses = wants
                    $0.policy.advertised = advertised
                    $0.policy.services = 4
                }
                session.receive(.version(.example(version)))
                session.forget()
                session.receive(.verack)
                // At the beginning of the day.
                let told = (version < 12 ? [ip.address] : advertised).map {
                    AdvertisedAddress(address: $0, services: 4, lastSeenSeconds: 1_789_948_800)
                }
                let expected: [Message] =
                    (wants ? [.getaddr] : []) + [version < 12 ? .addr(told) : .addrv2(told)]
                #expect(session.sent == (role == .inbound ? [] : expected))
            }
        }
    }

    @Test("is followed by no address exchange without gossip")
    func noGossip() {
        let session = TestSession(.outbound, network: .simnet) {
            $0.policy.advertised = [AdvertisedAddress.examples(1)[0].address]
        }
        session.receive(.version(.example()))
        session.receive(.verack)
        #expect(session.sent.map(\.kind) == [.version, .verack])
    }

    @Test("is complete between two sessions, whatever their versions and however bytes are split")
    func pairs() {
        for seed in UInt64(1)...50 {
            for (ours, theirs) in PeerSessionTableTests.versions.flatMap({ version in
                PeerSessionTableTests.versions.map { (version, $0) }
            }) {
                let pair = SessionPair(seed: seed, diallerVersion: ours, listenerVersion: theirs)
                pair.settle()
                for session in [pair.dialler, pair.listener] {
                    #expect(session.session.isEstablished, "seed \(seed), \(ours) and \(theirs)")
                    #expect(session.session.negotiatedVersion == min(ours, theirs))
                }
                #expect(pair.dialler.sent.map(\.kind) == [.version, .verack, .getaddr])
                #expect(pair.listener.sent.map(\.kind) == [.version, .verack])
                #expect(pair.listener.facts.last == .addressesAsked)
            }
        }
    }
}
