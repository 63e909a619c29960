/// Some of the buckets: a bit each.
struct BucketSet: Equatable, Sendable {
    static let words = BookTables.buckets / 64

    private var words = [UInt64](repeating: 0, count: words)

    init() {}

    mutating func insert(_ bucket: Int) {
        words[bucket / 64] |= 1 << UInt64(bucket % 64)
    }

    var isEmpty: Bool { words.allSatisfy { $0 == 0 } }

    /// In their order.
    var buckets: [Int] {
        var buckets: [Int] = []
        for word in words.indices {
            var rest = words[word]
            while rest != 0 {
                buckets.append(word * 64 + rest.trailingZeroBitCount)
                rest &= rest - 1
            }
        }
        return buckets
    }
}

extension UInt64 {
    /// Where the bit is that has so many set ones below it. Traps if there is none.
    func bit(_ index: Int) -> Int {
        var rest = self
        for _ in 0..<index { rest &= rest &- 1 }
        precondition(rest != 0, "no \(index + 1) bits are set")
        return rest.trailingZeroBitCount
    }
}
