import Addressing
import DecredWire
import Testing
import Timing

@Suite("A zone on the wire")
struct WireZoneTests {
    private static let onLink = "[fe80::1%eth0]:1"
    private static let bare = "[fe80::1]:1"

    private func advertised(_ text: String) throws -> AdvertisedAddress {
        AdvertisedAddress(
            address: try PeerAddress(parsing: text),
            services: 1,
            lastSeenSeconds: 0
        )
    }

    private func introduction(to ip: IPAddress) -> VersionMessage {
        var message = MessageCodingTests.introduction
        message.receiver = .init(services: 1, ip: ip, port: 1)
        return message
    }

    /// Each message that has addresses, with this one.
    private func messages(with text: String) throws -> [Message] {
        let advertised = try advertised(text)
        return [
            .addr([advertised]), .addrv2([advertised]),
            .version(introduction(to: try #require(advertised.address.ip))),
        ]
    }

    @Test("isn't sent")
    func sent() throws {
        for (zoned, bare) in zip(try messages(with: Self.onLink), try messages(with: Self.bare)) {
            #expect(Frames.encoded(zoned) == Frames.encoded(bare))
        }
    }

    /// Else a peer could name hosts of our links.
    @Test("isn't received, whatever bits are in its place")
    func received() throws {
        let zone = try Zone(named: "eth0")
        for message in try messages(with: Self.bare) {
            var payload = Array(Frames.encoded(message).dropFirst(24))
            let start = try #require(
                payload.indices.dropLast().first {
                    payload[$0] == 0xfe && payload[$0 + 1] == 0x80
                }
            )
            payload[start + 3] = UInt8(zone.number)
            let steps = try Frames.steps(Frames.frame("\(message.kind)", payload))
            #expect(steps == [.message(message)])
        }
    }
}
