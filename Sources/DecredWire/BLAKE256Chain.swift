/// The chaining value of BLAKE-256, and the compression that takes a block into it.
///
/// Everything is in scalars, and which word goes where is known to the compiler: the 14 rounds
/// become one run of about 2,400 instructions, without a table or a branch but for bounds.
struct BLAKE256Chain: Sendable {
    /// The initial value is SHA-256's.
    private(set) var h0: UInt32 = 0x6a09_e667
    private(set) var h1: UInt32 = 0xbb67_ae85
    private(set) var h2: UInt32 = 0x3c6e_f372
    private(set) var h3: UInt32 = 0xa54f_f53a
    private(set) var h4: UInt32 = 0x510e_527f
    private(set) var h5: UInt32 = 0x9b05_688c
    private(set) var h6: UInt32 = 0x1f83_d9ab
    private(set) var h7: UInt32 = 0x5be0_cd19

    /// Takes in the 64 bytes at a place. Traps if they don't lie within the bytes. `counter` is the
    /// bits of the message up to the end of this block, padding not counted; 0 if it is all
    /// padding.
    mutating func compress(_ bytes: RawSpan, at offset: Int, counter: UInt64) {
        let m = BLAKE256Words(bytes, at: offset)
        var state = BLAKE256State(self, counter: counter)
        // Each round takes the block's words in another order; after ten they begin again.
        state.round(m, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15)
        state.round(m, 14, 10, 4, 8, 9, 15, 13, 6, 1, 12, 0, 2, 11, 7, 5, 3)
        state.round(m, 11, 8, 12, 0, 5, 2, 15, 13, 10, 14, 3, 6, 7, 1, 9, 4)
        state.round(m, 7, 9, 3, 1, 13, 12, 11, 14, 2, 6, 5, 10, 4, 0, 15, 8)
        state.round(m, 9, 0, 5, 7, 2, 4, 10, 15, 14, 1, 11, 12, 6, 8, 3, 13)
        state.round(m, 2, 12, 6, 10, 0, 11, 8, 3, 4, 13, 7, 5, 15, 14, 1, 9)
        state.round(m, 12, 5, 1, 15, 14, 13, 4, 10, 0, 7, 6, 3, 9, 2, 8, 11)
        state.round(m, 13, 11, 7, 14, 12, 1, 3, 9, 5, 0, 15, 4, 8, 6, 2, 10)
        state.round(m, 6, 15, 14, 9, 11, 3, 0, 8, 12, 2, 13, 7, 1, 4, 10, 5)
        state.round(m, 10, 2, 8, 4, 7, 6, 1, 5, 15, 11, 9, 14, 3, 12, 13, 0)
        state.round(m, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15)
        state.round(m, 14, 10, 4, 8, 9, 15, 13, 6, 1, 12, 0, 2, 11, 7, 5, 3)
        state.round(m, 11, 8, 12, 0, 5, 2, 15, 13, 10, 14, 3, 6, 7, 1, 9, 4)
        state.round(m, 7, 9, 3, 1, 13, 12, 11, 14, 2, 6, 5, 10, 4, 0, 15, 8)
        h0 ^= state.v0 ^ state.v8
        h1 ^= state.v1 ^ state.v9
        h2 ^= state.v2 ^ state.v10
        h3 ^= state.v3 ^ state.v11
        h4 ^= state.v4 ^ state.v12
        h5 ^= state.v5 ^ state.v13
        h6 ^= state.v6 ^ state.v14
        h7 ^= state.v7 ^ state.v15
    }
}

/// The 16 big-endian words of a block.
private struct BLAKE256Words {
    private let words: InlineArray<16, UInt32>

    @inline(__always)
    init(_ bytes: RawSpan, at offset: Int) {
        words = InlineArray { bytes.bigEndian(at: offset + 4 * $0) }
    }

    /// Word `index` mixed with constant `other`.
    @inline(__always)
    func mixed(_ index: Int, _ other: Int) -> UInt32 {
        words[index] ^ Self.constant(other)
    }

    /// The first digits of pi behind the point. A switch, which becomes a literal wherever the
    /// number is one; a table would be read.
    @inline(__always)
    private static func constant(_ index: Int) -> UInt32 {
        switch index {
        case 0: 0x243f_6a88
        case 1: 0x85a3_08d3
        case 2: 0x1319_8a2e
        case 3: 0x0370_7344
        case 4: 0xa409_3822
        case 5: 0x299f_31d0
        case 6: 0x082e_fa98
        case 7: 0xec4e_6c89
        case 8: 0x4528_21e6
        case 9: 0x38d0_1377
        case 10: 0xbe54_66cf
        case 11: 0x34e9_0c6c
        case 12: 0xc0ac_29b7
        case 13: 0xc97c_50dd
        case 14: 0x3f84_d5b5
        default: 0xb547_0917
        }
    }
}

/// The 4 × 4 words that the rounds work on.
private struct BLAKE256State {
    var v0, v1, v2, v3, v4, v5, v6, v7: UInt32
    var v8: UInt32 = 0x243f_6a88
    var v9: UInt32 = 0x85a3_08d3
    var v10: UInt32 = 0x1319_8a2e
    var v11: UInt32 = 0x0370_7344
    var v12, v13, v14, v15: UInt32

    @inline(__always)
    init(_ chain: BLAKE256Chain, counter: UInt64) {
        (v0, v1, v2, v3) = (chain.h0, chain.h1, chain.h2, chain.h3)
        (v4, v5, v6, v7) = (chain.h4, chain.h5, chain.h6, chain.h7)
        let low = UInt32(truncatingIfNeeded: counter)
        let high = UInt32(truncatingIfNeeded: counter >> 32)
        (v12, v13) = (0xa409_3822 ^ low, 0x299f_31d0 ^ low)
        (v14, v15) = (0x082e_fa98 ^ high, 0xec4e_6c89 ^ high)
    }

    /// The columns, then the diagonals. The numbers are a row of the specification's permutations,
    /// two for each of the eight.
    @inline(__always)
    mutating func round(
        _ m: BLAKE256Words,
        _ s0: Int,
        _ s1: Int,
        _ s2: Int,
        _ s3: Int,
        _ s4: Int,
        _ s5: Int,
        _ s6: Int,
        _ s7: Int,
        _ s8: Int,
        _ s9: Int,
        _ s10: Int,
        _ s11: Int,
        _ s12: Int,
        _ s13: Int,
        _ s14: Int,
        _ s15: Int
    ) {
        mix(&v0, &v4, &v8, &v12, m.mixed(s0, s1), m.mixed(s1, s0))
        mix(&v1, &v5, &v9, &v13, m.mixed(s2, s3), m.mixed(s3, s2))
        mix(&v2, &v6, &v10, &v14, m.mixed(s4, s5), m.mixed(s5, s4))
        mix(&v3, &v7, &v11, &v15, m.mixed(s6, s7), m.mixed(s7, s6))
        mix(&v0, &v5, &v10, &v15, m.mixed(s8, s9), m.mixed(s9, s8))
        mix(&v1, &v6, &v11, &v12, m.mixed(s10, s11), m.mixed(s11, s10))
        mix(&v2, &v7, &v8, &v13, m.mixed(s12, s13), m.mixed(s13, s12))
        mix(&v3, &v4, &v9, &v14, m.mixed(s14, s15), m.mixed(s15, s14))
    }
}

/// The specification's G: a quarter of half a round.
@inline(__always)
private func mix(
    _ a: inout UInt32,
    _ b: inout UInt32,
    _ c: inout UInt32,
    _ d: inout UInt32,
    _ first: UInt32,
    _ second: UInt32
) {
    a = a &+ b &+ first
    d = rotated(d ^ a, by: 16)
    c = c &+ d
    b = rotated(b ^ c, by: 12)
    a = a &+ b &+ second
    d = rotated(d ^ a, by: 8)
    c = c &+ d
    b = rotated(b ^ c, by: 7)
}

@inline(__always)
private func rotated(_ word: UInt32, by count: UInt32) -> UInt32 {
    word &>> count | word &<< (32 &- count)
}
