import Addressing
import Control
import DecredWire
import Facts
import Glibc
import Testing

/// How a peer and we came to be connected: what it is told depends on that, and on nothing else.
/// Another way to be connected gets a case here, and a row in the table.
enum PeerRole: CaseIterable, Sendable {
    /// They came to us: this machine's own, from another one, through a proxy to an address that
    /// others reach, and to one that they don't, and through an onion service.
    case trusted, stranger, shared, proxied, onion
    /// We dialled them: for the target, because an operator wanted it, and again and again.
    case outbound, manual, persistent

    static let comers = [PeerRole.trusted, .stranger, .shared, .proxied, .onion]

    /// Where it comes from, if that matters. Addresses of benchmarks (RFC 2544) are strangers'.
    var source: PeerAddress? {
        self == .stranger ? PeerAddress("198.18.9.9:0") : nil
    }

    /// Strangers are only in the tests' own network: see Tests/scripts/alone.sh.
    static let possible = allCases.filter { role in
        guard let source = role.source else { return true }
        return (try? LoopbackListener(source)) != nil
    }
}

/// What one of them is told.
private struct Told: Equatable {
    /// Its own address, as we see it; nothing where others share that.
    let ownAddress: Bool
    /// Without having asked: our own addresses, and a question for others.
    let ourAddresses: Bool
    /// Whom we know, when it asks.
    let others: Bool
}

/// Who came to us and hasn't introduced himself as somebody that we speak to.
private enum Unintroduced: CaseIterable, Sendable {
    /// There is no room; says nothing; speaks another network's protocol, none, or one that is too
    /// old; begins with something else; or has one bit wrong.
    case refused, silent, elsewhere, noProtocol, obsolete, ping, damaged

    var says: [UInt8] {
        let version = MeasuringPeer.bytes(of: .version(MeasuringPeer.version))
        switch self {
        case .refused: return version
        case .silent: return []
        case .elsewhere: return [version[0] ^ 1] + version.dropFirst()
        case .noProtocol: return Array("GET / HTTP/1.1\r\nHost: peer.example.org\r\n\r\n".utf8)
        case .obsolete: return MeasuringPeer.bytes(of: .version(Self.old))
        case .ping: return MeasuringPeer.bytes(of: .ping(nonce: 1))
        case .damaged: return version.dropLast() + [(version.last ?? 0) ^ 1]
        }
    }

    private static let old = VersionMessage(
        protocolVersion: 8,
        services: 0,
        unixSeconds: 0,
        receiver: .none,
        nonce: 7,
        userAgent: "/old/",
        relaysTransactions: false
    )
}

@Suite("A peer is told")
struct ToldTests {
    private static let table: [PeerRole: Told] = [
        .trusted: Told(ownAddress: true, ourAddresses: false, others: true),
        .stranger: Told(ownAddress: true, ourAddresses: false, others: true),
        .shared: Told(ownAddress: false, ourAddresses: false, others: true),
        .proxied: Told(ownAddress: false, ourAddresses: false, others: true),
        .onion: Told(ownAddress: false, ourAddresses: false, others: true),
        .outbound: Told(ownAddress: true, ourAddresses: true, others: false),
        .manual: Told(ownAddress: true, ourAddresses: true, others: false),
        .persistent: Told(ownAddress: true, ourAddresses: true, others: false),
    ]

    private static let ours = "198.51.100.7:9108"

    /// A daemon that has peers of all roles, and knows one address that it may tell: of those that
    /// operators have named nobody is told.
    private struct Company: ~Copyable {
        private let daemon: DaemonProcess
        /// By role, those that are dialled.
        let dialled: [PeerRole: LoopbackListener]
        /// What each has been told so far: the daemon's `version`, and what came behind it.
        let met: [PeerRole: (peer: MeasuringPeer, version: VersionMessage)]

        init() throws {
            let outbound = try LoopbackListener(Loopback.address(43))
            let manual = try LoopbackListener(Loopback.address(44))
            let persistent = try LoopbackListener(Loopback.address(45))
            let daemon = try DaemonProcess(
                """
                network = "regnet"
                gossip = "always"
                services = 5
                user-agent = "/told:1/"
                advertise = ["\(ToldTests.ours)"]
                outbound.target = 1
                outbound.addresses = ["\(outbound.remote)"]
                persistent.peers = ["\(persistent.remote)"]
                [[listen]]
                address = "\(Loopback.host(46)):0"
                [[listen]]
                address = "0.0.0.0:0"
                [[listen]]
                address = "\(Loopback.host(47)):0"
                trusted-loopback = false
                [[listen]]
                address = "\(Loopback.host(48)):0"
                network = "onion"
                """,
                withControl: true
            )
            var met: [PeerRole: (peer: MeasuringPeer, version: VersionMessage)] = [:]
            func greet(_ role: PeerRole, at socket: LoopbackPeer) throws {
                let peer = MeasuringPeer(socket)
                met[role] = (peer, try peer.introduceItself())
            }
            try greet(.outbound, at: outbound.accept())
            try greet(.persistent, at: persistent.accept())
            let caller = try daemon.connectControl()
            try caller.send(Peers.Connect(address: "\(manual.remote)"))
            try greet(.manual, at: manual.accept())
            _ = try caller.reply(to: Peers.Connect.self)
            // What was ready may be told from then on.
            try daemon.waitForConnections { $0.count { $0.ready } == 3 }
            for role in PeerRole.comers where PeerRole.possible.contains(role) {
                let remote = try Self.listener(of: role, daemon)
                try greet(role, at: LoopbackPeer(to: remote, from: role.source))
            }
            dialled = [.outbound: outbound, .manual: manual, .persistent: persistent]
            self.met = met
            self.daemon = daemon
        }

        private static func listener(
            of role: PeerRole,
            _ daemon: borrowing DaemonProcess
        ) throws -> PeerAddress {
            let places: [PeerRole: Int] = [
                .trusted: 0, .stranger: 1, .shared: 1, .proxied: 2, .onion: 3,
            ]
            guard let place = places[role] else { throw Failure("\(role) is dialled") }
            return daemon.listening[place]
        }

        /// One more of these.
        func come(as role: PeerRole, from local: PeerAddress) throws -> MeasuringPeer {
            MeasuringPeer(try LoopbackPeer(to: Self.listener(of: role, daemon), from: local))
        }

        /// As the daemon sees it.
        func address(of role: PeerRole) throws -> PeerAddress? {
            try dialled[role]?.remote ?? met[role]?.peer.socket.address()
        }
    }

    @Test("by its role, the same of us, nothing of other peers, and of itself what we see")
    func byRole() throws {
        #expect(Set(Self.table.keys) == Set(PeerRole.allCases))
        let company = try Company()
        var nonces: Set<UInt64> = []
        for role in PeerRole.possible {
            guard let told = Self.table[role], let (peer, version) = company.met[role] else {
                throw Failure("nobody is \(role)")
            }
            let address = try #require(try company.address(of: role))
            // As a whole, so that a field that is new is in nobody's answer unseen.
            #expect(
                version == Self.expected(told.ownAddress ? address : nil, beside: version),
                "\(role)"
            )
            let now = Int64(time(nil))
            #expect((now - 60...now).contains(version.unixSeconds), "\(role)")
            nonces.insert(version.nonce)

            let unasked = try peer.messagesUntilPong()
            #expect(
                Self.shown(unasked)
                    == (told.ourAddresses ? ["getaddr", "addrv2 \(Self.ours)"] : []),
                "\(role)"
            )
            try peer.send(.getaddr)
            let answer = try peer.messagesUntilPong()
            let known = try #require(company.dialled[.outbound]).remote
            #expect(Self.shown(answer) == (told.others ? ["addrv2 \(known)"] : []), "\(role)")
            // To the day, so that it doesn't show when we were connected.
            for time in Self.times(unasked + answer) { #expect(time % 86_400 == 0, "\(role)") }
        }
        // One that came twice would show that both connections are ours.
        #expect(nonces.count == PeerRole.possible.count && !nonces.contains(0))
    }

    @Test("of nobody behind its own address, unless that is a proxy's")
    func ownHost() throws {
        let company = try Company()
        for role in PeerRole.comers where role != .stranger {
            let peer = try company.come(as: role, from: Loopback.address(43))
            _ = try peer.introduceItself()
            try peer.send(.getaddr)
            let known = try #require(company.dialled[.outbound]).remote
            let isShared = role != .trusted
            #expect(
                Self.shown(try peer.messagesUntilPong()) == (isShared ? ["addrv2 \(known)"] : []),
                "\(role)"
            )
        }
    }

    @Test("nothing at all on a raw network")
    func raw() throws {
        let listeners = try [43, 44, 45].map { try LoopbackListener(Loopback.address($0)) }
        let daemon = try DaemonProcess(
            """
            outbound.target = 1
            outbound.addresses = ["\(listeners[0].remote)"]
            persistent.peers = ["\(listeners[1].remote)"]
            [[listen]]
            address = "\(Loopback.host(46)):0"
            [[listen]]
            address = "\(Loopback.host(47)):0"
            network = "onion"
            """,
            withControl: true
        )
        let client = try daemon.connectControl()
        try client.send(Peers.Connect(address: "\(listeners[2].remote)"))
        let peers =
            try listeners.map { try $0.accept() }
            + daemon.listening.map { try LoopbackPeer(to: $0) }
        // Not even to somebody who speaks first.
        let question = MeasuringPeer.bytes(of: .version(MeasuringPeer.version))
        for peer in peers { try peer.send(question) }
        try daemon.waitForConnections { rows in
            rows.count == peers.count && rows.allSatisfy { $0.bytesIn == UInt64(question.count) }
        }
        #expect(peers.areHeld)
        #expect(try daemon.connections().allSatisfy { $0.bytesOut == 0 })
    }

    /// Whoever only looks for what listens here finds nothing out.
    @Test("not a byte before it has introduced itself", arguments: Unintroduced.allCases)
    fileprivate func unintroduced(_ kind: Unintroduced) throws {
        let daemon = try DaemonProcess(
            """
            network = "regnet"
            outbound.target = 0
            limits.connections = \(kind == .refused ? 0 : 100)
            limits.reserved-manual = 0
            protocol.handshake-timeout = "1s"
            [[listen]]
            address = "\(Loopback.host(46)):0"
            """
        )
        let socket = try LoopbackPeer(to: daemon.listening[0])
        // A refused one may be gone by now.
        do { try socket.send(kind.says) } catch { #expect(kind == .refused) }
        let peer = MeasuringPeer(socket)
        try peer.rest()
        #expect(peer.receivedBytes == 0)
    }

    /// All that a peer is told of us and of itself, beside what is drawn anew.
    private static func expected(
        _ receiver: PeerAddress?,
        beside version: VersionMessage
    ) -> VersionMessage {
        var seen = VersionMessage.Endpoint.none
        if let receiver, let ip = receiver.ip {
            seen = VersionMessage.Endpoint(services: 0, ip: ip, port: receiver.port)
        }
        return VersionMessage(
            protocolVersion: 12,
            services: 5,
            unixSeconds: version.unixSeconds,
            receiver: seen,
            // Nothing of our own address.
            sender: VersionMessage.Endpoint(
                services: 5,
                ip: VersionMessage.Endpoint.none.ip,
                port: 0
            ),
            nonce: version.nonce,
            userAgent: "/told:1/",
            lastBlock: -1,
            relaysTransactions: false
        )
    }

    private static func shown(_ messages: [Message]) -> [String] {
        messages.map { message in
            guard case .addrv2(let addresses) = message else { return "\(message.kind)" }
            return "addrv2 " + addresses.map { "\($0.address)" }.joined(separator: " ")
        }
    }

    private static func times(_ messages: [Message]) -> [UInt64] {
        messages.flatMap { message -> [UInt64] in
            guard case .addrv2(let addresses) = message else { return [] }
            return addresses.map(\.lastSeenSeconds)
        }
    }
}
