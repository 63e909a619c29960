/// The public key of a Tor v3 onion service, which is its address: 32 bytes, inline.
///
/// Its text is base 32 of key, checksum and version, and `.onion`: 62 characters in all. Source:
/// Tor's rend-spec-v3, "Encoding onion addresses".
package struct OnionKey: Hashable, BitwiseCopyable, Sendable {
    /// The key's bytes, eight a word, the first byte uppermost in `a`.
    package let a, b, c, d: UInt64

    @inlinable
    package init(a: UInt64, b: UInt64, c: UInt64, d: UInt64) {
        self.a = a
        self.b = b
        self.c = c
        self.d = d
    }
}

extension OnionKey: LosslessStringConvertible {
    static let suffix = ".onion"
    private static let version: UInt8 = 3
    private static let alphabet = Array("abcdefghijklmnopqrstuvwxyz234567".utf8)

    /// Reads the service's name with its `.onion`, in upper or lower case. Nil if it is not a v3
    /// name or its checksum is wrong: then it was mistyped.
    package init?(_ text: String) {
        let name = text.lowercased()
        guard
            name.hasSuffix(Self.suffix),
            let bytes = Self.decoded(name.utf8.dropLast(Self.suffix.utf8.count)),
            bytes[34] == Self.version
        else { return nil }

        func word(_ index: Int) -> UInt64 {
            bytes[(index * 8)..<(index * 8 + 8)].reduce(0) { $0 << 8 | UInt64($1) }
        }
        self.init(a: word(0), b: word(1), c: word(2), d: word(3))
        guard bytes[32..<34].elementsEqual(checksum) else { return nil }
    }

    package var description: String {
        let bytes = self.bytes + checksum + [Self.version]
        // Each 5 bytes are 8 digits, and 35 bytes leave no rest.
        var digits: [UInt8] = []
        for start in stride(from: 0, to: bytes.count, by: 5) {
            let chunk = bytes[start..<(start + 5)].reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
            digits += (0..<8).map { Self.alphabet[Int(chunk >> (35 - 5 * $0) & 31)] }
        }
        return String(decoding: digits, as: UTF8.self) + Self.suffix
    }

    private var bytes: [UInt8] {
        [a, b, c, d].flatMap { word in
            (0..<8).map { UInt8(truncatingIfNeeded: word >> (56 - 8 * $0)) }
        }
    }

    private var checksum: [UInt8] {
        let message = Array(".onion checksum".utf8) + bytes + [Self.version]
        return Array(SHA3.digest256(of: message).prefix(2))
    }

    /// The 35 bytes of 56 digits; nil if there are more or fewer, or others than base 32 has.
    private static func decoded(_ digits: Substring.UTF8View) -> [UInt8]? {
        guard digits.count == 56 else { return nil }
        var bytes: [UInt8] = []
        var pending: UInt64 = 0
        for (index, digit) in digits.enumerated() {
            guard let value = alphabet.firstIndex(of: digit) else { return nil }
            pending = pending << 5 | UInt64(value)
            guard index % 8 == 7 else { continue }
            bytes += (0..<5).map { UInt8(truncatingIfNeeded: pending >> (32 - 8 * $0)) }
        }
        return bytes
    }
}
