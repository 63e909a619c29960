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
}

func digest(_ message: [UInt8]) -> [UInt8] {
    BLAKE256.digest(of: message.span.bytes).bytes
}

func hex(_ bytes: [UInt8]) -> String {
    bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
}
