import DecredWire
import Testing

@Suite("Payloads that end too early")
struct TruncationTests {
    struct Layout: Sendable, CustomTestStringConvertible {
        var message: Message
        /// The fields in their order, with their bytes.
        var fields: [(WireError.Field, Int)]
        /// Bytes of payload after which an old peer may stop.
        var ends: Set<Int> = []
        var testDescription: String { "\(message.kind)" }
    }

    private static let old: [(WireError.Field, Int)] = [
        (.lastSeen, 4), (.services, 8), (.address, 16), (.port, 2),
    ]

    private static func new(_ addressBytes: Int) -> [(WireError.Field, Int)] {
        [(.lastSeen, 8), (.services, 8), (.addressType, 1), (.address, addressBytes), (.port, 2)]
    }

    static let layouts = [
        Layout(
            message: .version(MessageCodingTests.introduction),
            fields: [
                (.protocolVersion, 4), (.services, 8), (.time, 8),
                (.receiverServices, 8), (.receiverIP, 16), (.receiverPort, 2),
                (.senderServices, 8), (.senderIP, 16), (.senderPort, 2),
                (.nonce, 8), (.userAgentLength, 1), (.userAgent, 13), (.lastBlock, 4), (.relay, 1),
            ],
            ends: [46, 72, 80, 94, 98]
        ),
        Layout(message: .ping(nonce: 1), fields: [(.nonce, 8)]),
        Layout(message: .pong(nonce: 1), fields: [(.nonce, 8)]),
        Layout(message: .feefilter(rate: 10_000), fields: [(.rate, 8)]),
        Layout(
            message: .addr(Array(MessageCodingTests.advertised[..<2])),
            fields: [(.count, 1)] + old + old
        ),
        Layout(
            message: .addrv2(MessageCodingTests.advertised),
            fields: [(.count, 1)] + new(4) + new(16) + new(32)
        ),
    ]

    /// With a checksum that is right, as a hostile peer would send it.
    @Test("name the first field that isn't whole", arguments: layouts)
    func truncated(_ layout: Layout) {
        let kind = layout.message.kind
        let payload = Frames.payload(of: layout.message)
        var start = 0
        for (field, count) in layout.fields {
            for length in start..<(start + count) where !layout.ends.contains(length) {
                let error = Frames.error(Frames.frame("\(kind)", Array(payload[..<length])))
                #expect(
                    error == WireError(.truncated, in: field, at: 24 + start, of: kind.command),
                    "\(length) bytes"
                )
            }
            start += count
        }
        #expect(start == payload.count)
        for length in layout.ends {
            #expect(Frames.error(Frames.frame("\(kind)", Array(payload[..<length]))) == nil)
        }
    }

    @Test("a number that isn't whole begins where its first byte is", arguments: [1, 3, 5, 9])
    func truncatedNumber(bytes: Int) {
        let first: [Int: UInt8] = [3: 0xfd, 5: 0xfe, 9: 0xff]
        for count in 0..<bytes {
            let payload = [first[bytes] ?? 0] + [UInt8](repeating: 1, count: bytes)
            let error = Frames.error(Frames.frame("addr", Array(payload[..<count])))
            #expect(error?.reason == .truncated)
            #expect(error?.field == .count)
            #expect(error?.offset == 24)
        }
    }
}
