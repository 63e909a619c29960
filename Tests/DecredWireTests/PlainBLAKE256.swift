/// BLAKE-256 as its specification describes it, step by step with tables, slow and apart from the
/// one that it checks.
enum PlainBLAKE256 {
    static func digest(of message: [UInt8]) -> [UInt8] {
        var padded = message + [0x80]
        while padded.count % 64 != 56 { padded.append(0) }
        padded[padded.count - 1] |= 1
        let bits = UInt64(message.count) * 8
        padded += (0..<8).map { UInt8(truncatingIfNeeded: bits >> (56 - 8 * $0)) }

        var chain = initial
        for start in stride(from: 0, to: padded.count, by: 64) {
            let counted = max(0, min(64, message.count - start))
            let counter = counted == 0 ? 0 : UInt64(start + counted) * 8
            compress(Array(padded[start..<(start + 64)]), into: &chain, counter: counter)
        }
        return chain.flatMap { word in (0..<4).map { UInt8(word >> (24 - 8 * $0) & 0xff) } }
    }

    private static func compress(_ block: [UInt8], into chain: inout [UInt32], counter: UInt64) {
        let m = (0..<16).map { word in
            (0..<4).reduce(UInt32(0)) { $0 << 8 | UInt32(block[4 * word + $1]) }
        }
        let low = UInt32(counter & 0xffff_ffff)
        let high = UInt32(counter >> 32)
        var v = chain + pi[..<8]
        for (index, word) in [(12, low), (13, low), (14, high), (15, high)] { v[index] ^= word }
        for round in 0..<14 {
            let order = permutations[round % 10]
            for (index, (a, b, c, d)) in quarters.enumerated() {
                let (first, second) = (order[2 * index], order[2 * index + 1])
                v[a] = v[a] &+ v[b] &+ (m[first] ^ pi[second])
                v[d] = rotated(v[d] ^ v[a], by: 16)
                v[c] = v[c] &+ v[d]
                v[b] = rotated(v[b] ^ v[c], by: 12)
                v[a] = v[a] &+ v[b] &+ (m[second] ^ pi[first])
                v[d] = rotated(v[d] ^ v[a], by: 8)
                v[c] = v[c] &+ v[d]
                v[b] = rotated(v[b] ^ v[c], by: 7)
            }
        }
        for index in 0..<8 { chain[index] ^= v[index] ^ v[index + 8] }
    }

    private static func rotated(_ word: UInt32, by count: Int) -> UInt32 {
        word >> count | word << (32 - count)
    }

    /// Columns, then diagonals.
    private static let quarters = [
        (0, 4, 8, 12), (1, 5, 9, 13), (2, 6, 10, 14), (3, 7, 11, 15),
        (0, 5, 10, 15), (1, 6, 11, 12), (2, 7, 8, 13), (3, 4, 9, 14),
    ]

    private static let initial: [UInt32] = [
        0x6a09_e667, 0xbb67_ae85, 0x3c6e_f372, 0xa54f_f53a,
        0x510e_527f, 0x9b05_688c, 0x1f83_d9ab, 0x5be0_cd19,
    ]

    private static let pi: [UInt32] = [
        0x243f_6a88, 0x85a3_08d3, 0x1319_8a2e, 0x0370_7344,
        0xa409_3822, 0x299f_31d0, 0x082e_fa98, 0xec4e_6c89,
        0x4528_21e6, 0x38d0_1377, 0xbe54_66cf, 0x34e9_0c6c,
        0xc0ac_29b7, 0xc97c_50dd, 0x3f84_d5b5, 0xb547_0917,
    ]

    private static let permutations = [
        [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15],
        [14, 10, 4, 8, 9, 15, 13, 6, 1, 12, 0, 2, 11, 7, 5, 3],
        [11, 8, 12, 0, 5, 2, 15, 13, 10, 14, 3, 6, 7, 1, 9, 4],
        [7, 9, 3, 1, 13, 12, 11, 14, 2, 6, 5, 10, 4, 0, 15, 8],
        [9, 0, 5, 7, 2, 4, 10, 15, 14, 1, 11, 12, 6, 8, 3, 13],
        [2, 12, 6, 10, 0, 11, 8, 3, 4, 13, 7, 5, 15, 14, 1, 9],
        [12, 5, 1, 15, 14, 13, 4, 10, 0, 7, 6, 3, 9, 2, 8, 11],
        [13, 11, 7, 14, 12, 1, 3, 9, 5, 0, 15, 4, 8, 6, 2, 10],
        [6, 15, 14, 9, 11, 3, 0, 8, 12, 2, 13, 7, 1, 4, 10, 5],
        [10, 2, 8, 4, 7, 6, 1, 5, 15, 11, 9, 14, 3, 12, 13, 0],
    ]
}
