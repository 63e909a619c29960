/// SipHash-2-4: a hash under a key of 128 bits. Who doesn't know the key learns nothing from some
/// hashes about others, and can't make two inputs meet.
///
/// The input is given piece by piece, as the bytes of each in little-endian order. Source: Aumasson
/// and Bernstein, "SipHash: a fast short-input PRF" (2012).
package struct SipHash: Sendable {
    /// 16 bytes, as two words whose first byte is the lowest.
    package struct Key: Hashable, BitwiseCopyable, Sendable {
        package let low: UInt64
        package let high: UInt64

        package init(low: UInt64, high: UInt64) {
            self.low = low
            self.high = high
        }
    }

    private var v0: UInt64
    private var v1: UInt64
    private var v2: UInt64
    private var v3: UInt64
    /// The bytes that don't fill a word yet, the first one lowest.
    private var rest: UInt64 = 0
    private var count = 0

    package init(key: Key) {
        v0 = key.low ^ 0x736f_6d65_7073_6575
        v1 = key.high ^ 0x646f_7261_6e64_6f6d
        v2 = key.low ^ 0x6c79_6765_6e65_7261
        v3 = key.high ^ 0x7465_6462_7974_6573
    }

    /// The hash of some bytes.
    package static func hash(_ bytes: some Sequence<UInt8>, key: Key) -> UInt64 {
        var hash = SipHash(key: key)
        for byte in bytes { hash.combine(byte) }
        return hash.finish()
    }

    package mutating func combine(_ byte: UInt8) {
        combine(UInt64(byte), bytes: 1)
    }

    package mutating func combine(_ word: UInt64) {
        combine(word, bytes: 8)
    }

    /// Takes the lowest bytes of a word, of which the others must be 0.
    @inline(__always)
    mutating func combine(_ word: UInt64, bytes: Int) {
        let filled = count & 7
        // Swift's shifts by 64 and more leave nothing.
        rest |= word << UInt64(filled * 8)
        count += bytes
        guard filled + bytes >= 8 else { return }
        compress(rest)
        rest = word >> UInt64((8 - filled) * 8)
    }

    package consuming func finish() -> UInt64 {
        compress(rest | UInt64(truncatingIfNeeded: count) << 56)
        v2 ^= 0xff
        for _ in 0..<4 { round() }
        return v0 ^ v1 ^ v2 ^ v3
    }

    @inline(__always)
    private mutating func compress(_ word: UInt64) {
        v3 ^= word
        round()
        round()
        v0 ^= word
    }

    @inline(__always)
    private mutating func round() {
        v0 &+= v1
        v2 &+= v3
        v1 = Self.rotated(v1, by: 13) ^ v0
        v3 = Self.rotated(v3, by: 16) ^ v2
        v0 = Self.rotated(v0, by: 32)
        v2 &+= v1
        v0 &+= v3
        v1 = Self.rotated(v1, by: 17) ^ v2
        v3 = Self.rotated(v3, by: 21) ^ v0
        v2 = Self.rotated(v2, by: 32)
    }

    @inline(__always)
    private static func rotated(_ word: UInt64, by bits: UInt64) -> UInt64 {
        word &<< bits | word &>> (64 - bits)
    }
}
