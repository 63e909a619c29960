import DecredWire
import Testing

@Suite("BLAKE-256")
struct BLAKE256Tests {
    struct Vector: Sendable, CustomTestStringConvertible {
        var name: String
        var message: [UInt8]
        var digest: String
        var testDescription: String { name }
    }

    /// The second and third are those of the specification, with one block and two; the others are
    /// widely published.
    @Test(
        "gives the known digests",
        arguments: [
            Vector(
                name: "nothing",
                message: [],
                digest: "716f6e863f744b9ac22c97ec7b76ea5f5908bc5b2f67c61510bfc4751384ea7a"
            ),
            Vector(
                name: "one zero byte",
                message: [0],
                digest: "0ce8d4ef4dd7cd8d62dfded9d4edb0a774ae6a41929a74da23109e8f11139c87"
            ),
            Vector(
                name: "72 zero bytes",
                message: Array(repeating: 0, count: 72),
                digest: "d419bad32d504fb7d44d460c42c5593fe544fa4c135dec31e21bd9abdcc22d41"
            ),
            Vector(
                name: "abc",
                message: Array("abc".utf8),
                digest: "1833a9fa7cf4086bd5fda73da32e5a1d75b4c3f89d5c436369f9d78bb2da5c28"
            ),
        ]
    )
    func digests(_ vector: Vector) {
        #expect(hex(digest(vector.message)) == vector.digest)
    }

    @Test("agrees with the specification written down plainly", arguments: 0...300)
    func agreesWithPlain(length: Int) {
        let message = Self.message(of: length)
        #expect(digest(message) == PlainBLAKE256.digest(of: message))
    }

    /// The digest of the 301 digests one after the other, computed with the package `blake256`
    /// 0.1.1 of PyPI.
    @Test("agrees with another implementation for all lengths from 0 to 300")
    func agreesWithOther() {
        let digests = (0...300).flatMap { digest(Self.message(of: $0)) }
        #expect(
            hex(digest(digests))
                == "668f31891c93ed105c0dd94087cb5d25c013b4885abe0a5dbb16da0a23326ad2"
        )
    }

    @Test("doesn't mind in which pieces a message comes", arguments: [1, 3, 55, 63, 64, 65, 129])
    func pieces(size: Int) {
        for length in [0, 1, 55, 56, 63, 64, 65, 128, 200, 300] {
            let message = Self.message(of: length)
            var hash = BLAKE256()
            for start in stride(from: 0, to: length, by: size) {
                hash.update(message.span.bytes.extracting(start..<min(start + size, length)))
            }
            #expect(hash.finalized().bytes == digest(message))
        }
    }

    @Test("goes on after a digest was asked for")
    func continued() {
        let message = Self.message(of: 100)
        var hash = BLAKE256()
        for length in 0..<100 {
            #expect(hash.finalized().bytes == digest(Array(message[..<length])))
            hash.update(message.span.bytes.extracting(length..<(length + 1)))
        }
    }

    @Test("its checksum is the digest's first four bytes, the first one lowest")
    func checksum() {
        let none: [UInt8] = []
        #expect(BLAKE256.digest(of: none.span.bytes).checksum == 0x866e_6f71)
    }

    private static func message(of length: Int) -> [UInt8] {
        (0..<length).map { UInt8(truncatingIfNeeded: $0 * 7 + 3) }
    }
}

func digest(_ message: [UInt8]) -> [UInt8] {
    BLAKE256.digest(of: message.span.bytes).bytes
}

func hex(_ bytes: [UInt8]) -> String {
    bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
}
