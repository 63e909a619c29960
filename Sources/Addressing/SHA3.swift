/// SHA3-256 (FIPS 202), for the checksum in an onion service's name. Written to be short: a name
/// takes a few microseconds, and none is hashed but when text is read or printed.
enum SHA3 {
    /// Bytes of the message that go into the state between two permutations: 200 less twice the 32
    /// of the digest.
    private static let rate = 136

    /// The 32 bytes of the digest.
    static func digest256(of message: [UInt8]) -> [UInt8] {
        // The padding: 0x06 for SHA-3's two bits and the first 1, then zeros, then 0x80 for the
        // last.
        var padded = message + [0x06]
        padded += Array(repeating: 0, count: (rate - padded.count % rate) % rate)
        padded[padded.count - 1] |= 0x80

        var state = [UInt64](repeating: 0, count: 25)
        for start in stride(from: 0, to: padded.count, by: rate) {
            for offset in 0..<rate {
                state[offset / 8] ^= UInt64(padded[start + offset]) << (offset % 8 * 8)
            }
            permute(&state)
        }
        return (0..<32).map { UInt8(truncatingIfNeeded: state[$0 / 8] >> ($0 % 8 * 8)) }
    }

    /// Keccak-f[1600]. The lane in column `x` and row `y` is `state[x + 5 * y]`.
    private static func permute(_ state: inout [UInt64]) {
        for constant in roundConstants {
            // θ: each lane takes in the parity of two columns.
            let parity = (0..<5).map { column in
                stride(from: column, to: 25, by: 5).reduce(0) { $0 ^ state[$1] }
            }
            for index in state.indices {
                let x = index % 5
                state[index] ^= parity[(x + 4) % 5] ^ rotated(parity[(x + 1) % 5], by: 1)
            }
            // ρ and π: all lanes but the first move along one cycle, each turned further.
            var lane = state[1]
            for (target, turn) in zip(cycle, turns) {
                let next = state[target]
                state[target] = rotated(lane, by: turn)
                lane = next
            }
            // χ: the only step that is not linear.
            for row in stride(from: 0, to: 25, by: 5) {
                let old = Array(state[row..<(row + 5)])
                for x in 0..<5 {
                    state[row + x] = old[x] ^ (~old[(x + 1) % 5] & old[(x + 2) % 5])
                }
            }
            // ι: rounds differ by this alone.
            state[0] ^= constant
        }
    }

    private static func rotated(_ lane: UInt64, by count: Int) -> UInt64 {
        lane << count | lane >> (64 - count)
    }

    private static let cycle = [
        10, 7, 11, 17, 18, 3, 5, 16, 8, 21, 24, 4, 15, 23, 19, 13, 12, 2, 20, 14, 22, 9, 6, 1,
    ]

    private static let turns = [
        1, 3, 6, 10, 15, 21, 28, 36, 45, 55, 2, 14, 27, 41, 56, 8, 25, 43, 62, 18, 39, 61, 20, 44,
    ]

    private static let roundConstants: [UInt64] = [
        0x0000_0000_0000_0001, 0x0000_0000_0000_8082, 0x8000_0000_0000_808a,
        0x8000_0000_8000_8000, 0x0000_0000_0000_808b, 0x0000_0000_8000_0001,
        0x8000_0000_8000_8081, 0x8000_0000_0000_8009, 0x0000_0000_0000_008a,
        0x0000_0000_0000_0088, 0x0000_0000_8000_8009, 0x0000_0000_8000_000a,
        0x0000_0000_8000_808b, 0x8000_0000_0000_008b, 0x8000_0000_0000_8089,
        0x8000_0000_0000_8003, 0x8000_0000_0000_8002, 0x8000_0000_0000_0080,
        0x0000_0000_0000_800a, 0x8000_0000_8000_000a, 0x8000_0000_8000_8081,
        0x8000_0000_0000_8080, 0x0000_0000_8000_0001, 0x8000_0000_8000_8008,
    ]
}
