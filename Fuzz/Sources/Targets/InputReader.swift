/// Takes a case apart: choices first, then what is to be read. Behind the end everything is 0, so
/// that each prefix of a case is a case.
struct InputReader {
    private(set) var rest: ArraySlice<UInt8>

    init(_ bytes: ArraySlice<UInt8>) {
        rest = bytes
    }

    var isAtEnd: Bool { rest.isEmpty }

    mutating func byte() -> UInt8 {
        rest.popFirst() ?? 0
    }

    mutating func flag() -> Bool {
        byte() & 1 == 1
    }

    /// At least 0 and below `limit`, which is at most 256.
    mutating func choice(below limit: Int) -> Int {
        Int(byte()) % limit
    }

    /// The first byte lowest.
    mutating func number<Number: FixedWidthInteger & UnsignedInteger>(
        _: Number.Type = Number.self
    ) -> Number {
        var number: Number = 0
        for index in 0..<(Number.bitWidth / 8) { number |= Number(byte()) << (8 * index) }
        return number
    }

    /// The next `count` bytes, or what there is.
    mutating func bytes(_ count: Int) -> [UInt8] {
        let taken = rest.prefix(count)
        rest = rest.dropFirst(count)
        return Array(taken)
    }

    /// All that is left.
    mutating func remainder() -> [UInt8] {
        defer { rest = [] }
        return Array(rest)
    }
}
