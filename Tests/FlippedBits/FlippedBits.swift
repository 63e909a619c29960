/// Some bytes with one bit changed, for each bit in turn: what a bad cable, disk or memory makes of
/// something that is checked.
package struct FlippedBits: Sequence {
    package struct Element: CustomStringConvertible, Sendable {
        package let bytes: [UInt8]
        /// Counted from the lowest bit of the first byte.
        package let bit: Int

        /// Which byte it is in.
        package var byte: Int { bit / 8 }

        package var description: String { "bit \(bit % 8) of byte \(byte)" }
    }

    private let bytes: [UInt8]
    private let bits: StrideTo<Int>

    /// - Parameters:
    ///   - bytes: What is sound.
    ///   - range: The bytes of which bits are changed; nil for all.
    ///   - step: Every how many bits one is changed. One that has no factor in common with 8 meets
    ///     all places within bytes.
    package init(of bytes: [UInt8], in range: Range<Int>? = nil, every step: Int = 1) {
        self.bytes = bytes
        let range = range ?? bytes.indices
        bits = stride(from: range.lowerBound * 8, to: range.upperBound * 8, by: step)
    }

    package func makeIterator() -> some IteratorProtocol<Element> {
        bits.lazy.map { bit in
            var flipped = bytes
            flipped[bit / 8] ^= 1 << UInt8(bit % 8)
            return Element(bytes: flipped, bit: bit)
        }.makeIterator()
    }
}
