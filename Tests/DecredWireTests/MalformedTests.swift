import Addressing
import DecredWire
import Testing

@Suite("Malformed frames")
struct MalformedTests {
    struct Case: Sendable, CustomTestStringConvertible {
        var name: String
        var bytes: [UInt8]
        /// The message that the error names.
        var message: String?
        var field: WireError.Field
        /// From the frame's first byte.
        var offset: Int
        var reason: WireError.Reason
        var testDescription: String { name }
    }

    static let headers = [
        Case(
            name: "another network",
            bytes: Frames.encoded(.verack, on: .testnet),
            field: .magic,
            offset: 0,
            reason: .wrongMagic(0xb194_aa75)
        ),
        Case(
            name: "another protocol, by its first four bytes",
            bytes: Array("GET ".utf8),
            field: .magic,
            offset: 0,
            reason: .wrongMagic(0x2054_4547)
        ),
        Case(
            name: "no command",
            bytes: Frames.frame(""),
            field: .command,
            offset: 4,
            reason: .badCommand
        ),
        Case(
            name: "a command with a control character",
            bytes: Frames.frame("in\u{1f}"),
            field: .command,
            offset: 6,
            reason: .badCommand
        ),
        Case(
            name: "a command with a letter that isn't ASCII",
            bytes: Frames.frame("blöck"),
            field: .command,
            offset: 6,
            reason: .badCommand
        ),
        Case(
            name: "something behind a command's zeros",
            bytes: Frames.frame("ping\0\0x"),
            field: .command,
            offset: 10,
            reason: .badCommand
        ),
        Case(
            name: "something in the command's last byte",
            bytes: Frames.frame("inv\0\0\0\0\0\0\0\0x"),
            field: .command,
            offset: 15,
            reason: .badCommand
        ),
        Case(
            name: "more than 32 MiB of what isn't read",
            bytes: Frames.frame("block", length: 32 << 20 + 1),
            message: "block",
            field: .payloadLength,
            offset: 16,
            reason: .tooLong(32 << 20 + 1, most: 32 << 20)
        ),
        Case(
            name: "a wrong checksum of a message",
            bytes: Frames.frame("ping", Array(repeating: 0, count: 8), checksum: 5),
            message: "ping",
            field: .checksum,
            offset: 20,
            reason: .wrongChecksum(
                BLAKE256.digest(of: [UInt8](repeating: 0, count: 8).span.bytes).checksum,
                announced: 5
            )
        ),
        Case(
            name: "a wrong checksum of nothing",
            bytes: Frames.frame("verack", checksum: 0),
            message: "verack",
            field: .checksum,
            offset: 20,
            reason: .wrongChecksum(0x866e_6f71, announced: 0)
        ),
    ]

    static func addrv2(type: UInt8, _ address: [UInt8], seconds: UInt64 = 0) -> [UInt8] {
        let entry =
            Frames.littleEndian(seconds) + Frames.littleEndian(1 as UInt64) + [type] + address
        return Frames.frame("addrv2", [1] + entry + [0x94, 0x23])
    }

    static let mapped: [UInt8] = [UInt8](repeating: 0, count: 10) + [0xff, 0xff, 203, 0, 113, 7]

    static func version(userAgent: [UInt8]) -> [UInt8] {
        let rest = Frames.payload(of: .version(MessageCodingTests.introduction))
        return Frames.frame("version", Array(rest[..<80]) + userAgent + [0, 0, 0, 0, 1])
    }

    static let payloads = [
        Case(
            name: "an empty addr",
            bytes: Frames.frame("addr", [0]),
            message: "addr",
            field: .count,
            offset: 24,
            reason: .badCount(0)
        ),
        Case(
            name: "an empty addrv2",
            bytes: Frames.frame("addrv2", [0]),
            message: "addrv2",
            field: .count,
            offset: 24,
            reason: .badCount(0)
        ),
        Case(
            name: "1,001 addresses",
            bytes: Frames.frame("addrv2", [0xfd, 0xe9, 0x03]),
            message: "addrv2",
            field: .count,
            offset: 24,
            reason: .badCount(1_001)
        ),
        Case(
            name: "as many addresses as a number can say",
            bytes: Frames.frame("addr", Array(repeating: 0xff, count: 9)),
            message: "addr",
            field: .count,
            offset: 24,
            reason: .badCount(.max)
        ),
        Case(
            name: "an address of type 0",
            bytes: addrv2(type: 0, [127, 0, 0, 1]),
            message: "addrv2",
            field: .addressType,
            offset: 24 + 17,
            reason: .unknownAddressType(0)
        ),
        Case(
            name: "an address of type 4",
            bytes: addrv2(type: 4, [127, 0, 0, 1]),
            message: "addrv2",
            field: .addressType,
            offset: 24 + 17,
            reason: .unknownAddressType(4)
        ),
        Case(
            name: "an IPv4 address as an IPv6 address",
            bytes: addrv2(type: 2, mapped),
            message: "addrv2",
            field: .address,
            offset: 24 + 18,
            reason: .mappedIPv4
        ),
        Case(
            name: "a time in the year 292 billion",
            bytes: addrv2(type: 1, [127, 0, 0, 1], seconds: (1 << 63) - 62_135_596_800),
            message: "addrv2",
            field: .lastSeen,
            offset: 24 + 1,
            reason: .badTime((1 << 63) - 62_135_596_800)
        ),
        Case(
            name: "a user agent of 257 bytes",
            bytes: version(userAgent: [0xfd, 1, 1] + [UInt8](repeating: 0x61, count: 257)),
            message: "version",
            field: .userAgentLength,
            offset: 24 + 80,
            reason: .tooLong(257, most: 256)
        ),
        Case(
            name: "a user agent with a control character",
            bytes: version(userAgent: [3, 0x61, 0x1f, 0x61]),
            message: "version",
            field: .userAgent,
            offset: 24 + 82,
            reason: .badCharacter(0x1f)
        ),
        Case(
            name: "a user agent that ends with a delete",
            bytes: version(userAgent: [3, 0x20, 0x7e, 0x7f]),
            message: "version",
            field: .userAgent,
            offset: 24 + 83,
            reason: .badCharacter(0x7f)
        ),
        Case(
            name: "a user agent in UTF-8",
            bytes: version(userAgent: [2, 0xc3, 0xb6]),
            message: "version",
            field: .userAgent,
            offset: 24 + 81,
            reason: .badCharacter(0xc3)
        ),
    ]

    @Test("name message, field and place", arguments: headers + payloads)
    func malformed(_ wrong: Case) {
        let error = Frames.error(wrong.bytes)
        #expect(error?.reason == wrong.reason)
        #expect(error?.field == wrong.field)
        #expect(error?.offset == wrong.offset)
        #expect((error?.command).map { "\($0)" } == wrong.message)
    }

    @Test("are the same when each byte comes alone", arguments: headers + payloads)
    func byteByByte(_ wrong: Case) throws {
        let expected = try #require(Frames.error(wrong.bytes))
        var reader = FrameReader(network: .mainnet)
        let pieces = Array(repeating: 1, count: wrong.bytes.count)
        #expect(throws: expected) {
            try Frames.steps(wrong.bytes, pieces: pieces, reader: &reader)
        }
    }

    @Test("come after the messages before them")
    func earlierMessages() throws {
        let bytes = Frames.encoded(.ping(nonce: 3)) + Frames.frame("")
        var reader = FrameReader(network: .mainnet)
        var position = 0
        #expect(try reader.next(in: bytes.span.bytes, at: &position) == .message(.ping(nonce: 3)))
        #expect(throws: WireError.self) { try reader.next(in: bytes.span.bytes, at: &position) }
    }

    /// dcrd reads past it, and a newer peer's message may have more. What is as long as its command
    /// allows has no room for it.
    @Test("what comes behind the last field is read past", arguments: [1, 2, 200])
    func bytesBehind(count: Int) throws {
        let behind = [UInt8](repeating: 0xff, count: count)
        let messages: [Message] = [
            .version(MessageCodingTests.introduction),
            .addr(Array(MessageCodingTests.advertised[..<2])),
            .addrv2(MessageCodingTests.advertised),
        ]
        for message in messages {
            let payload = Frames.payload(of: message)
            #expect(payload.count + count <= message.kind.mostPayloadBytes)
            let bytes = Frames.frame("\(message.kind)", payload + behind)
            #expect(try Frames.steps(bytes) == [.message(message)], "\(message.kind)")
        }
        for kind in ["addr", "addrv2"] {
            #expect(Frames.error(Frames.frame(kind, [0] + behind))?.reason == .badCount(0))
        }
    }

    @Test(
        "a payload may be as long as its command allows, and no longer",
        arguments: MessageKind.allCases
    )
    func tooLong(kind: MessageKind) {
        let most = kind.mostPayloadBytes
        #expect(
            Frames.error(Frames.frame("\(kind)", length: UInt32(most), checksum: 0))?.field
                != .payloadLength
        )
        for length in [most + 1, 32 << 20, Int(UInt32.max)] {
            let error = Frames.error(Frames.frame("\(kind)", length: UInt32(length)))
            #expect(error?.field == .payloadLength)
            #expect(error?.offset == 16)
            #expect(error?.reason == .tooLong(UInt64(length), most: most))
        }
    }

    @Test("1,000 addresses and an agent of 256 bytes are the most that is right")
    func mostThatIsRight() throws {
        let addresses = Array(repeating: MessageCodingTests.advertised[0], count: 1_000)
        for message in [Message.addr(addresses), .addrv2(addresses)] {
            #expect(try Frames.steps(Frames.encoded(message)) == [.message(message)])
        }
        let agent = [0xfd, 0, 1] + [UInt8](repeating: 0x7e, count: 256)
        guard
            case .message(.version(let version)) = try Frames.steps(Self.version(userAgent: agent))
                .first
        else {
            Issue.record("no version was read")
            return
        }
        #expect(version.userAgent == String(repeating: "~", count: 256))
        #expect(VersionMessage.isUserAgent(version.userAgent))
        #expect(!VersionMessage.isUserAgent(version.userAgent + "~"))
        #expect(!VersionMessage.isUserAgent("ö"))
    }

    @Test(
        "a number in more bytes than it needs",
        arguments: [
            ([0xfd, 0xfc, 0], false), ([0xfd, 0xfd, 0], true),
            ([0xfe, 0xff, 0xff, 0, 0], false), ([0xfe, 0, 0, 1, 0], true),
            ([0xff, 0xff, 0xff, 0xff, 0xff, 0, 0, 0, 0], false),
            ([0xff, 0, 0, 0, 0, 1, 0, 0, 0], true),
        ] as [([UInt8], Bool)]
    )
    func shortestNumbers(bytes: [UInt8], isShortest: Bool) {
        let error = Frames.error(Frames.frame("addr", bytes))
        #expect((error?.reason == .notShortest) == !isShortest)
        #expect(error?.offset == (isShortest && bytes[0] == 0xfd ? 27 : 24))
    }

    /// Its reason is one for people, in one line.
    @Test("read well")
    func description() {
        let error = Frames.error(Frames.frame("addr", [0]))
        #expect(
            error?.description
                == "message 'addr', count at byte 24: 0 addresses where 1 to 1000 may be"
        )
    }
}
