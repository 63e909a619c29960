import Addressing
import Testing

@Suite("SHA3-256")
struct SHA3Tests {
    struct Vector: Sendable, CustomTestStringConvertible {
        var name: String
        var message: [UInt8]
        var digest: String
        var testDescription: String { name }
    }

    /// The first four are NIST's examples; the lengths around 136, where padding needs a block of
    /// its own, were computed with Python's hashlib.
    @Test(
        "gives the known digests",
        arguments: [
            Vector(
                name: "nothing",
                message: [],
                digest: "a7ffc6f8bf1ed76651c14756a061d662f580ff4de43b49fa82d80a4b80f8434a"
            ),
            Vector(
                name: "abc",
                message: Array("abc".utf8),
                digest: "3a985da74fe225b2045c172d6bd390bd855f086e3e9d525b46bfe24511431532"
            ),
            Vector(
                name: "448 bits",
                message: Array("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq".utf8),
                digest: "41c0dba2a9d6240849100376a8235e2c82e1b9998a999e21db32dd97496d3376"
            ),
            Vector(
                name: "1600 bits",
                message: Array(repeating: 0xa3, count: 200),
                digest: "79f38adec5c20307a98ef76e8324afbfd46cfd81b22e3973c65fa1bd9de31787"
            ),
            Vector(
                name: "one byte less than a block",
                message: Array(repeating: 0x61, count: 135),
                digest: "8094bb53c44cfb1e67b7c30447f9a1c33696d2463ecc1d9c92538913392843c9"
            ),
            Vector(
                name: "a block",
                message: Array(repeating: 0x61, count: 136),
                digest: "3fc5559f14db8e453a0a3091edbd2bc25e11528d81c66fa570a4efdcc2695ee1"
            ),
            Vector(
                name: "one byte more than a block",
                message: Array(repeating: 0x61, count: 137),
                digest: "f8d6846cedd2ccfadf15c5879ef95af724d799eed7391fb1c91f95344e738614"
            ),
        ]
    )
    func digests(_ vector: Vector) {
        let digest = SHA3.digest256(of: vector.message)
            .map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }
            .joined()
        #expect(digest == vector.digest)
    }
}
