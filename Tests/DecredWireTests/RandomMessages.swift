import Addressing
import DecredWire
import Timing

/// Messages of any kind with any content that they can have.
struct RandomMessages {
    var random: SeededRandom

    init(seed: UInt64) {
        random = SeededRandom(seed: seed)
    }

    mutating func next() -> Message {
        next(MessageKind.allCases[random.number(below: MessageKind.allCases.count)])
    }

    mutating func next(_ kind: MessageKind) -> Message {
        switch kind {
        case .version: .version(version())
        case .verack: .verack
        case .ping: .ping(nonce: random.next())
        case .pong: .pong(nonce: random.next())
        case .getaddr: .getaddr
        case .addr: .addr(addresses(old: true))
        case .addrv2: .addrv2(addresses(old: false))
        case .sendheaders: .sendheaders
        case .feefilter: .feefilter(rate: Int64(bitPattern: random.next()))
        }
    }

    private mutating func version() -> VersionMessage {
        VersionMessage(
            protocolVersion: Int32(truncatingIfNeeded: random.next()),
            services: random.next(),
            unixSeconds: Int64(bitPattern: random.next()),
            receiver: endpoint(),
            sender: endpoint(),
            nonce: random.next(),
            userAgent: userAgent(),
            lastBlock: Int32(truncatingIfNeeded: random.next()),
            relaysTransactions: random.number(below: 2) == 0
        )
    }

    private mutating func userAgent() -> String {
        let length = random.number(below: VersionMessage.mostUserAgentBytes + 1)
        let bytes = (0..<length).map { _ in UInt8(0x20 + random.number(below: 0x5f)) }
        return String(decoding: bytes, as: UTF8.self)
    }

    private mutating func endpoint() -> VersionMessage.Endpoint {
        .init(services: random.next(), ip: ip(), port: port())
    }

    /// Mostly a few, sometimes as many as there may be.
    private mutating func addresses(old: Bool) -> [AdvertisedAddress] {
        let most = random.number(below: 20) == 0 ? AdvertisedAddress.mostInMessage : 5
        return (0...random.number(below: most)).map { _ in
            let host: PeerAddress.Host = random.number(below: 3) > 0 || old ? .ip(ip()) : onion()
            return AdvertisedAddress(
                address: PeerAddress(host: host, port: port()),
                services: random.next(),
                lastSeenSeconds: old ? random.next() >> 32 : random.next() >> 1
            )
        }
    }

    private mutating func ip() -> IPAddress {
        random.number(below: 2) == 0
            ? IPAddress(v4: UInt32(truncatingIfNeeded: random.next()))
            : IPAddress(high: random.next(), low: random.next())
    }

    private mutating func onion() -> PeerAddress.Host {
        .onion(
            OnionKey(a: random.next(), b: random.next(), c: random.next(), d: random.next())
        )
    }

    private mutating func port() -> UInt16 { UInt16(truncatingIfNeeded: random.next()) }
}
