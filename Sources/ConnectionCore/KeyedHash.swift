/// A hash of our own, under a key: peers who don't know the key can't aim for one bucket, and
/// unlike Swift's own, which draws a key anew in each process, it repeats a run.
struct KeyedHash: Sendable {
    private let key: UInt64

    init(key: UInt64) {
        self.key = key
    }

    /// What `fold` begins with.
    var start: UInt64 { key }

    /// Multiplies to 128 bits and folds the halves: each bit of either word reaches all of the
    /// result.
    @inline(__always)
    func fold(_ state: UInt64, _ word: UInt64) -> UInt64 {
        let (high, low) = (state ^ word ^ 0x9e37_79b9_7f4a_7c15)
            .multipliedFullWidth(by: key | 0x2545_f491_4f6c_dd1d)
        return high ^ low &+ word
    }
}
