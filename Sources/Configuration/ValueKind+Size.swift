import PlainText

extension ValueKind where Value == Int {
    /// A number of bytes, spelled with K, M or G for powers of 1,024.
    static func size(in range: ClosedRange<Int>) -> Self {
        let shortest = range.lowerBound.sizeSpelling
        let longest = range.upperBound.sizeSpelling
        let expectation = "a size from \"\(shortest)\" to \"\(longest)\""
        return Self(
            expectation: expectation,
            read: { node, context in
                guard
                    case .string(let text) = node.value, text.isWord,
                    let size = Int(sizeSpelling: text), range.contains(size)
                else { return context.reject(node, expected: expectation) }
                return size
            },
            spell: \.sizeSpelling.quotedForTOML
        )
    }
}

extension Int {
    /// From the largest on. A larger unit than G would only hide a slip of the pen.
    private static let sizeUnits: [(unit: Character, bytes: Int)] = [
        ("G", 1 << 30), ("M", 1 << 20), ("K", 1 << 10),
    ]

    /// Reads `64K`, `1M` or `65536`, which is bytes: whole numbers without sign or space. Nil for
    /// anything else, and for what 64 bits can't hold.
    fileprivate init?(sizeSpelling text: String) {
        let unit = Self.sizeUnits.first { $0.unit == text.last }
        let digits = unit == nil ? text[...] : text.dropLast()
        // A number's own parser would take a sign.
        guard digits.utf8.allSatisfy((UInt8(ascii: "0")...UInt8(ascii: "9")).contains) else {
            return nil
        }
        guard let count = Int(digits) else { return nil }
        let (size, overflowed) = count.multipliedReportingOverflow(by: unit?.bytes ?? 1)
        guard !overflowed else { return nil }
        self = size
    }

    /// As `init(sizeSpelling:)` reads it back, with the largest unit that holds it exactly.
    fileprivate var sizeSpelling: String {
        let unit = Self.sizeUnits.first { self != 0 && self % $0.bytes == 0 }
        return unit.map { "\(self / $0.bytes)\($0.unit)" } ?? "\(self)"
    }
}
