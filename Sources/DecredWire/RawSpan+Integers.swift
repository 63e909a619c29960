extension RawSpan {
    /// The number at a place, the first byte lowest. Traps if it doesn't lie within the bytes.
    @inline(__always)
    func littleEndian<Number: FixedWidthInteger & BitwiseCopyable>(
        _: Number.Type = Number.self,
        at offset: Int
    ) -> Number {
        // Any bits are a number, and the place is checked: nothing is unsafe here but the name.
        Number(littleEndian: unsafe unsafeLoadUnaligned(fromByteOffset: offset, as: Number.self))
    }

    /// As `littleEndian`, the first byte uppermost.
    @inline(__always)
    func bigEndian<Number: FixedWidthInteger & BitwiseCopyable>(
        _: Number.Type = Number.self,
        at offset: Int
    ) -> Number {
        Number(bigEndian: unsafe unsafeLoadUnaligned(fromByteOffset: offset, as: Number.self))
    }
}
