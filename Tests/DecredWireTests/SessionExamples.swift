import Addressing
import DecredWire

extension VersionMessage {
    /// What a full node says.
    static func example(
        _ protocolVersion: Int32 = 12,
        services: UInt64 = 1,
        nonce: UInt64 = 4_711,
        lastBlock: Int32 = 900_000
    ) -> VersionMessage {
        VersionMessage(
            protocolVersion: protocolVersion,
            services: services,
            unixSeconds: 1_790_000_000,
            receiver: Endpoint(services: 0, ip: IPAddress(v4: 0xc633_6404), port: 40_122),
            sender: Endpoint(services: services, ip: Endpoint.none.ip, port: 0),
            nonce: nonce,
            userAgent: "/dcrwire:1.0.0/dcrd:2.1.0/",
            lastBlock: lastBlock,
            relaysTransactions: true
        )
    }
}

extension AdvertisedAddress {
    /// Any number of different ones.
    static func examples(_ count: Int) -> [AdvertisedAddress] {
        (0..<count).map { number in
            AdvertisedAddress(
                address: PeerAddress(IPAddress(v4: 0x1000_0001 + UInt32(number)), port: 9_108),
                services: 1,
                lastSeenSeconds: dayOfExamples
            )
        }
    }

    static let onion = AdvertisedAddress(
        address: PeerAddress(host: .onion(OnionKey(a: 1, b: 2, c: 3, d: 4)), port: 9_108),
        services: 1,
        lastSeenSeconds: dayOfExamples
    )

    /// The beginning of a day, as all times are that are told.
    private static let dayOfExamples: UInt64 = 1_789_948_800
}

extension Message {
    func frame(_ network: WireNetwork = .mainnet) -> [UInt8] {
        var bytes: [UInt8] = []
        append(to: &bytes, on: network)
        return bytes
    }
}

/// A frame as a peer may make it, of whatever command and payload; what is read past has no
/// checksum that anybody looks at.
func frame(
    _ command: String,
    payload: [UInt8] = [],
    length: Int? = nil,
    checksum: [UInt8] = [0, 0, 0, 0],
    magic: UInt32 = WireNetwork.mainnet.magic
) -> [UInt8] {
    func littleEndian(_ number: UInt32) -> [UInt8] {
        (0..<4).map { UInt8(truncatingIfNeeded: number >> (8 * $0)) }
    }
    let name = Array(command.utf8)
    return littleEndian(magic) + name + [UInt8](repeating: 0, count: 12 - name.count)
        + littleEndian(UInt32(length ?? payload.count)) + checksum + payload
}

/// The same with the checksum that the payload has.
func checkedFrame(_ command: String, payload: [UInt8]) -> [UInt8] {
    let digest = BLAKE256.digest(of: payload.span.bytes)
    return frame(command, payload: payload, checksum: Array(digest.bytes.prefix(4)))
}
