extension [UInt8] {
    /// Appends a number, its lowest byte first.
    mutating func appendLittleEndian<Number: FixedWidthInteger>(_ number: Number) {
        for index in 0..<(Number.bitWidth / 8) {
            append(UInt8(truncatingIfNeeded: number >> (8 * index)))
        }
    }

    /// Appends a number, its uppermost byte first.
    mutating func appendBigEndian<Number: FixedWidthInteger>(_ number: Number) {
        appendLittleEndian(number.byteSwapped)
    }

    /// In the shortest form that holds it.
    mutating func appendVarint(_ number: UInt64) {
        switch number {
        case 0..<0xfd: append(UInt8(number))
        case 0xfd...0xffff:
            append(0xfd)
            appendLittleEndian(UInt16(number))
        case 0x1_0000...0xffff_ffff:
            append(0xfe)
            appendLittleEndian(UInt32(number))
        default:
            append(0xff)
            appendLittleEndian(number)
        }
    }
}
