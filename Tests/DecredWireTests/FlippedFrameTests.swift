import DecredWire
import FlippedBits
import Testing
import Timing

/// Every message that is read has a checksum over its payload, and a header whose fields are
/// checked one by one.
@Suite("A frame of which one bit is wrong")
struct FlippedFrameTests {
    /// One of each kind, short ones where they can be.
    private static let messages: [MessageKind: Message] = [
        .version: .version(.example()),
        .verack: .verack,
        .ping: .ping(nonce: 0x0123_4567_89ab_cdef),
        .pong: .pong(nonce: 0x0123_4567_89ab_cdef),
        .getaddr: .getaddr,
        .addr: .addr(AdvertisedAddress.examples(2)),
        .addrv2: .addrv2(AdvertisedAddress.examples(1) + [.onion]),
        .sendheaders: .sendheaders,
        .feefilter: .feefilter(rate: 10_000),
    ]

    @Test("is no message, in whatever pieces it comes", arguments: MessageKind.allCases)
    func nothing(_ kind: MessageKind) throws {
        let frame = Frames.encoded(try #require(Self.messages[kind]))
        for flipped in FlippedBits(of: frame) {
            // What lies wholly in what was read is parsed there, what doesn't elsewhere.
            for pieces in [[frame.count], [frame.count - 1, 1], [10, frame.count - 10]] {
                var reader = FrameReader(network: .mainnet)
                do throws(WireError) {
                    let steps = try Frames.steps(flipped.bytes, pieces: pieces, reader: &reader)
                    let isRead = steps.contains { step in
                        if case .message = step { true } else { false }
                    }
                    #expect(!isRead, "\(kind), \(flipped): \(steps)")
                    // Only another command, or a length for which more must come.
                    #expect(4..<20 ~= flipped.byte, "\(kind), \(flipped): \(steps)")
                } catch {
                    guard flipped.byte >= 20 else { continue }
                    // Everything that the checksum is over, and itself.
                    guard case .wrongChecksum = error.reason else {
                        Issue.record("\(kind), \(flipped): \(error)")
                        continue
                    }
                }
            }
        }
    }

    @Test("isn't answered, and ends the session or is read past")
    func session() {
        for flipped in FlippedBits(of: Message.ping(nonce: 99).frame()) {
            let session = TestSession.established(.inbound)
            session.receive(flipped.bytes)
            #expect(session.sent == [], "\(flipped)")
            let isOver = session.session.isClosed
            // A length that is too large for a ping, or another network's number, is told at once.
            #expect(isOver || 4..<20 ~= flipped.byte, "\(flipped): \(session.facts)")
        }
    }

    @Test("makes no handshake")
    func handshake() {
        let version = Message.version(.example()).frame()
        for flipped in FlippedBits(of: version) {
            let session = TestSession(.inbound)
            session.receive(flipped.bytes)
            session.receive(.verack)
            #expect(!session.session.isEstablished, "\(flipped): \(session.facts)")
            #expect(session.sent == [], "\(flipped)")
        }
    }
}
