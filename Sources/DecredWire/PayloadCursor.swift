/// Where in a frame the next field begins. The bytes themselves are given to each call, since a
/// struct can't hold a span yet.
struct PayloadCursor {
    let command: Command
    /// From the frame's first byte.
    private(set) var position = FrameHeader.byteCount

    init(_ command: Command) {
        self.command = command
    }

    func isAtEnd(of frame: RawSpan) -> Bool { position == frame.byteCount }

    /// The next number, its first byte lowest. Throws `truncated` at the field's first byte if it
    /// isn't there as a whole, as all that follow do.
    @inline(__always)
    mutating func littleEndian<Number: FixedWidthInteger & BitwiseCopyable>(
        _ field: WireError.Field,
        in frame: RawSpan
    ) throws(WireError) -> Number {
        let start = try take(MemoryLayout<Number>.size, for: field, in: frame)
        return frame.littleEndian(at: start)
    }

    /// The next number, its first byte uppermost: addresses, and in most messages ports.
    @inline(__always)
    mutating func bigEndian<Number: FixedWidthInteger & BitwiseCopyable>(
        _ field: WireError.Field,
        in frame: RawSpan
    ) throws(WireError) -> Number {
        let start = try take(MemoryLayout<Number>.size, for: field, in: frame)
        return frame.bigEndian(at: start)
    }

    /// A number in one, three, five or nine bytes, of which only the shortest form is valid.
    mutating func varint(
        _ field: WireError.Field,
        in frame: RawSpan
    ) throws(WireError) -> UInt64 {
        let start = position
        let number: UInt64
        let least: UInt64
        switch try littleEndian(field, in: frame) as UInt8 {
        case 0xfd:
            number = try rest(of: field, from: start, in: frame, as: UInt16.self)
            least = 0xfd
        case 0xfe:
            number = try rest(of: field, from: start, in: frame, as: UInt32.self)
            least = 0x1_0000
        case 0xff:
            number = try rest(of: field, from: start, in: frame, as: UInt64.self)
            least = 0x1_0000_0000
        case let byte: return UInt64(byte)
        }
        guard number >= least else { throw error(.notShortest, in: field, at: start) }
        return number
    }

    /// The number behind the first byte, which belongs to the field as well: it is there that a
    /// truncated one begins.
    private mutating func rest<Number: FixedWidthInteger & BitwiseCopyable>(
        of field: WireError.Field,
        from start: Int,
        in frame: RawSpan,
        as: Number.Type
    ) throws(WireError) -> UInt64 {
        guard frame.byteCount - position >= MemoryLayout<Number>.size else {
            throw error(.truncated, in: field, at: start)
        }
        return UInt64(try littleEndian(field, in: frame) as Number)
    }

    /// Moves behind the next `count` bytes and returns where they begin.
    @inline(__always)
    mutating func take(
        _ count: Int,
        for field: WireError.Field,
        in frame: RawSpan
    ) throws(WireError) -> Int {
        guard frame.byteCount - position >= count else {
            throw error(.truncated, in: field, at: position)
        }
        defer { position += count }
        return position
    }

    func error(_ reason: WireError.Reason, in field: WireError.Field, at offset: Int) -> WireError {
        WireError(reason, in: field, at: offset, of: command)
    }
}
