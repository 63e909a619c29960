import Addressing
import DecredWire
import Timing

/// Whole sessions in simulated time, one against whatever the input says, or two of them with
/// somebody between who changes what they say.
enum SessionsCheck {
    static func run(_ input: InputReader) throws(BrokenPromise) {
        var input = input
        if input.flag() {
            try PairCheck.run(&input)
        } else {
            try single(&input)
        }
    }

    private static func single(_ input: inout InputReader) throws(BrokenPromise) {
        let roles: [PeerSession.Role] = [.inbound, .outbound, .manual]
        let role = roles[input.choice(below: roles.count)]
        let surroundings = surroundings(&input)
        var session = try WatchedSession(role, nonce: 1, in: surroundings)
        while !input.isAtEnd {
            switch input.choice(below: 8) {
            case 0:
                try session.receive(input.bytes(Int(input.byte())))
            case 1, 2:
                try session.receive(message(&input, on: surroundings.policy.network))
            case 3:
                try session.receive(introduction(&input, on: surroundings.policy.network))
            case 4:
                session.pass(duration(&input))
                try session.wake(nonce: input.number())
            case 5:
                session.pass(session.untilDeadline ?? .zero)
                try session.wake(nonce: input.number())
            case 6:
                // What answers our last ping.
                let pong = Frames.payload(of: .pong(nonce: session.lastPing))
                try session.receive(
                    Frames.frame(.pong, pong, on: surroundings.policy.network)
                )
            default:
                if input.flag() {
                    session.waiting = Int(input.number(UInt16.self)) * 2
                } else {
                    try session.giveIfOwed(addresses(&input))
                }
            }
        }
    }

    /// Any of the numbers that sessions decide by, as far as operators can set them.
    static func surroundings(_ input: inout InputReader) -> SessionSurroundings {
        let networks = WireNetwork.allCases
        var policy = SessionPolicy(network: networks[input.choice(below: networks.count)])
        let oldest = SessionPolicy.oldestVersion
        let versions = Int(SessionPolicy.latestVersion - oldest) + 1
        policy.protocolVersion = oldest + Int32(input.choice(below: versions))
        let choices = input.byte()
        policy.gossips = choices & 1 != 0
        policy.requiredServices = choices & 2 != 0 ? 1 : 0
        policy.services = choices & 4 != 0 ? 1 : 0
        if choices & 8 != 0 { policy.addressBurst = 4 }
        if choices & 16 != 0 {
            policy.advertised = [
                PeerAddress(IPAddress(v4: 0xcb00_7107), port: 9_108),
                PeerAddress(host: .onion(OnionKey(a: 1, b: 2, c: 3, d: 4)), port: 9_108),
            ]
        }
        policy.tellsUnroutable = choices & 64 != 0
        var surroundings = SessionSurroundings(policy: policy)
        surroundings.wantsAddresses = choices & 32 != 0
        // What a peer echoes that knows the nonce of one of our dials.
        surroundings.liveDials.insert(nonce: 0x4242, of: 7)
        return surroundings
    }

    /// Up to some 36 hours, in steps that are finer the shorter it is.
    static func duration(_ input: inout InputReader) -> Duration {
        let choice = input.byte()
        return .milliseconds(Int64(choice & 31) << (((choice >> 5) * 3)))
    }

    /// A right frame of a command that is known or not, with any payload.
    private static func message(
        _ input: inout InputReader,
        on network: WireNetwork
    ) -> [UInt8] {
        let kinds = MessageKind.allCases
        let choice = input.choice(below: kinds.count + 1)
        let payload = input.bytes(Int(input.byte()))
        guard choice < kinds.count else {
            return Frames.frame(Array("inv".utf8), payload, on: network)
        }
        return Frames.frame(kinds[choice], payload, on: network)
    }

    /// A `version` that most would accept.
    private static func introduction(
        _ input: inout InputReader,
        on network: WireNetwork
    ) -> [UInt8] {
        let version = VersionMessage(
            protocolVersion: 8 + Int32(input.choice(below: 6)),
            services: UInt64(input.byte()),
            unixSeconds: 1_790_000_000,
            receiver: .none,
            nonce: UInt64(input.number(UInt16.self)),
            userAgent: "/fuzz/",
            relaysTransactions: false
        )
        return Frames.frame(.version, Frames.payload(of: .version(version)), on: network)
    }

    static func addresses(_ input: inout InputReader) -> [AdvertisedAddress] {
        let count = input.choice(below: 16)
        let isOnion = input.flag()
        return (0..<count).map { index in
            let host: PeerAddress.Host =
                isOnion && index % 2 == 0
                ? .onion(OnionKey(a: UInt64(index), b: 0, c: 0, d: 0))
                : .ip(IPAddress(v4: 0x0800_0000 + UInt32(index)))
            return AdvertisedAddress(
                address: PeerAddress(host: host, port: 9_108),
                services: 1,
                lastSeenSeconds: UInt64(index) << 30
            )
        }
    }
}
