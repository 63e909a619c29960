import Addressing
import DecredWire
import Testing
import Timing

@Suite("Messages as bytes")
struct MessageCodingTests {
    struct Golden: Sendable, CustomTestStringConvertible {
        var message: Message
        /// The whole frame on mainnet; spaces say where its fields begin.
        var frame: String
        var testDescription: String { "\(message.kind)" }
    }

    static let introduction = VersionMessage(
        protocolVersion: 12,
        services: 0,
        unixSeconds: 1_790_000_000,
        receiver: .init(services: 1, ip: IPAddress(v4: 0xcb00_7107), port: 9_108),
        nonce: 0x0102_0304_0506_0708,
        userAgent: "/peerd:0.1.0/",
        relaysTransactions: false
    )

    /// As dcrd's own tests have them: `wire/msgaddrv2_test.go`.
    static let advertised = [
        AdvertisedAddress(
            address: PeerAddress(IPAddress(v4: 0x7f00_0001), port: 8_333),
            services: 1,
            lastSeenSeconds: 0x495f_ab29
        ),
        AdvertisedAddress(
            address: PeerAddress(IPAddress(high: 0x2620_0100_0000_0000, low: 1), port: 8_333),
            services: 1,
            lastSeenSeconds: 0x495f_ab29
        ),
        AdvertisedAddress(
            address: PeerAddress(
                host: .onion(
                    OnionKey(
                        a: 0xb839_1d20_03bb_3bd2,
                        b: 0x85b0_35ac_8eb3_0c80,
                        c: 0xc4e2_a29b_b7a2_f0ce,
                        d: 0x0df8_743c_37ec_3593
                    )
                ),
                port: 8_333
            ),
            services: 1,
            lastSeenSeconds: 0x495f_ab29
        ),
    ]

    /// Worked out by hand from the protocol; the checksums were computed with another
    /// implementation, the package `blake256` 0.1.1 of PyPI.
    static let golden = [
        Golden(
            message: .version(introduction),
            frame: """
                f900b4d9 76657273696f6e0000000000 63000000 9a8dee62 \
                0c000000 0000000000000000 803bb16a00000000 \
                0100000000000000 00000000000000000000ffffcb007107 2394 \
                0000000000000000 00000000000000000000000000000000 0000 \
                0807060504030201 0d 2f70656572643a302e312e302f 00000000 00
                """
        ),
        Golden(
            message: .verack,
            frame: "f900b4d9 76657261636b000000000000 00000000 716f6e86"
        ),
        Golden(
            message: .ping(nonce: 0x0807_0605_0403_0201),
            frame: "f900b4d9 70696e670000000000000000 08000000 31598462 0102030405060708"
        ),
        Golden(
            message: .addr([
                advertised[0],
                AdvertisedAddress(
                    address: PeerAddress(IPAddress(v4: 0xc0a8_0001), port: 8_334),
                    services: 1,
                    lastSeenSeconds: 0x495f_ab29
                ),
            ]),
            frame: """
                f900b4d9 616464720000000000000000 3d000000 c72b2547 02 \
                29ab5f49 0100000000000000 00000000000000000000ffff7f000001 208d \
                29ab5f49 0100000000000000 00000000000000000000ffffc0a80001 208e
                """
        ),
        Golden(
            message: .addrv2(advertised),
            frame: """
                f900b4d9 616464727632000000000000 6e000000 70d9b429 03 \
                29ab5f4900000000 0100000000000000 01 7f000001 8d20 \
                29ab5f4900000000 0100000000000000 02 26200100000000000000000000000001 8d20 \
                29ab5f4900000000 0100000000000000 03 b8391d2003bb3bd285b035ac8eb30c80\
                c4e2a29bb7a2f0ce0df8743c37ec3593 8d20
                """
        ),
    ]

    @Test("are what the protocol says, byte for byte", arguments: golden)
    func goldenFrames(_ golden: Golden) throws {
        let frame = Frames.encoded(golden.message)
        #expect(hex(frame) == golden.frame.filter { $0 != " " })
        #expect(try Frames.steps(frame) == [.message(golden.message)])
    }

    @Test("come back as they were", arguments: 0..<100 as Range<UInt64>)
    func inverse(seed: UInt64) throws {
        var messages = RandomMessages(seed: seed)
        for kind in MessageKind.allCases {
            let message = messages.next(kind)
            let frame = Frames.encoded(message)
            #expect(frame.count - 24 <= kind.mostPayloadBytes)
            #expect(try Frames.steps(frame) == [.message(message)], "seed \(seed)")
        }
    }

    /// Payloads that a hostile peer made from right ones, with checksums that fit: refused, or read
    /// as something that is written in the same bytes, but for what comes behind them.
    @Test("have one form only", arguments: 0..<200 as Range<UInt64>)
    func oneForm(seed: UInt64) throws {
        var messages = RandomMessages(seed: seed)
        for kind in MessageKind.allCases {
            var payload = Frames.payload(of: messages.next(kind))
            for _ in 0..<(1 + messages.random.number(below: 3)) where !payload.isEmpty {
                let place = messages.random.number(below: min(payload.count, 120))
                payload[place] = UInt8(truncatingIfNeeded: messages.random.next())
            }
            if messages.random.number(below: 4) == 0 {
                payload.removeLast(messages.random.number(below: payload.count + 1))
            }
            let frame = Frames.frame("\(kind)", payload)
            let steps: [FrameReader.Step]
            do throws(WireError) {
                steps = try Frames.steps(frame)
            } catch {
                #expect(error.command == kind.command)
                #expect((24...frame.count).contains(error.offset), "seed \(seed)")
                continue
            }
            guard case .message(let message) = steps.first else {
                Issue.record("no message was read, seed \(seed)")
                continue
            }
            let again = Frames.encoded(message)
            if kind == .version {
                // Missing fields are written, and so is the shape of true.
                #expect(try Frames.steps(again) == [.message(message)], "seed \(seed)")
            } else {
                #expect(payload.starts(with: Frames.payload(of: message)), "seed \(seed)")
            }
        }
    }

    @Test("are appended to what is there")
    func appended() {
        var bytes: [UInt8] = [1, 2, 3]
        Message.verack.append(to: &bytes, on: .simnet)
        Message.ping(nonce: 5).append(to: &bytes, on: .simnet)
        #expect(
            bytes == [1, 2, 3] + Frames.encoded(.verack, on: .simnet)
                + Frames.encoded(.ping(nonce: 5), on: .simnet)
        )
    }

    /// Where an old peer's introduction may end, and what is read then.
    @Test("an introduction may lack its last fields, each of them")
    func missingFields() throws {
        var full = Self.introduction
        full.sender = .init(services: 3, ip: IPAddress(v4: 0x7f00_0001), port: 9_108)
        full.lastBlock = 234_234
        let payload = Frames.payload(of: .version(full))

        func version(ofFirst count: Int) throws -> VersionMessage? {
            let steps = try Frames.steps(Frames.frame("version", Array(payload[..<count])))
            guard case .message(.version(let version)) = steps.first else { return nil }
            return version
        }

        var expected = VersionMessage(
            protocolVersion: full.protocolVersion,
            services: full.services,
            unixSeconds: full.unixSeconds,
            receiver: full.receiver,
            nonce: 0,
            userAgent: "",
            relaysTransactions: true
        )
        #expect(try version(ofFirst: 46) == expected)
        expected.sender = full.sender
        #expect(try version(ofFirst: 72) == expected)
        expected.nonce = full.nonce
        #expect(try version(ofFirst: 80) == expected)
        #expect(try version(ofFirst: 94)?.userAgent == full.userAgent)
        #expect(try version(ofFirst: 94)?.lastBlock == 0)
        #expect(try version(ofFirst: 98)?.lastBlock == 234_234)
        #expect(try version(ofFirst: 98)?.relaysTransactions == true)
        #expect(try version(ofFirst: 99) == full)
    }

    /// As dcrd reads it.
    @Test("any number but zero means that transactions are relayed", arguments: [1, 2, 255])
    func relay(byte: UInt8) throws {
        var payload = Frames.payload(of: .version(Self.introduction))
        payload[98] = byte
        var expected = Self.introduction
        expected.relaysTransactions = true
        #expect(
            try Frames.steps(Frames.frame("version", payload)) == [.message(.version(expected))]
        )
    }

    @Test("times are sent as the latest that a message can hold")
    func latestTimes() throws {
        func sent(_ seconds: UInt64, _ wrap: ([AdvertisedAddress]) -> Message) throws -> UInt64? {
            let address = AdvertisedAddress(
                address: Self.advertised[0].address,
                services: 1,
                lastSeenSeconds: seconds
            )
            switch try Frames.steps(Frames.encoded(wrap([address]))).first {
            case .message(.addr(let read)), .message(.addrv2(let read)):
                return read.first?.lastSeenSeconds
            case .message, .skipping, .skipped, .unexpected, nil: return nil
            }
        }
        #expect(try sent(0xffff_ffff, Message.addr) == 0xffff_ffff)
        #expect(try sent(0x1_0000_0000, Message.addr) == 0xffff_ffff)
        let latest: UInt64 = (.max >> 1) - 62_135_596_800
        #expect(try sent(latest, Message.addrv2) == latest)
        #expect(try sent(latest + 1, Message.addrv2) == latest)
        #expect(try sent(.max, Message.addrv2) == latest)
    }

    @Test(
        "a last sight is a moment, however late",
        arguments: [
            (0, 0), (1_790_000_000, 1_790_000_000_000_000),
            (UInt64(Int64.max) / 1_000_000, Int64.max / 1_000_000 * 1_000_000),
            (UInt64(Int64.max) / 1_000_000 + 1, .max), (.max, .max),
        ] as [(UInt64, Int64)]
    )
    func lastSeen(seconds: UInt64, microseconds: Int64) {
        let address = AdvertisedAddress(
            address: Self.advertised[0].address,
            services: 0,
            lastSeenSeconds: seconds
        )
        #expect(address.lastSeen == WallTime(microseconds: microseconds))
    }
}
