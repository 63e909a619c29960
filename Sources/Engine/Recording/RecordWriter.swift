/// What the values of a recording are put into, one behind the other: bytes, or a digest of them.
protocol RecordSink {
    mutating func put(byte: UInt8)
    /// In as few bytes as it needs, the lowest seven bits first.
    mutating func put(_ number: UInt64)
    /// In eight bytes, whatever it is.
    mutating func put(fixed number: UInt64)
    mutating func put(fixed number: UInt32)
    /// Without their count.
    mutating func put(raw bytes: RawSpan)
}

extension RecordSink {
    mutating func put(_ flag: Bool) { put(byte: flag ? 1 : 0) }

    mutating func put(_ number: UInt32) { put(UInt64(number)) }

    /// Small ones of either sign take one byte.
    mutating func put(_ number: Int64) {
        put(UInt64(bitPattern: number << 1 ^ number >> 63))
    }

    mutating func put(_ number: Int) { put(Int64(number)) }

    mutating func put(_ number: Int32) { put(Int64(number)) }

    mutating func put(_ number: Double) { put(fixed: number.bitPattern) }

    /// Behind its length.
    mutating func put(_ text: String) { unsafe put(text.utf8Span.span.bytes) }

    /// Behind their count.
    mutating func put(_ more: [UInt8]) { unsafe put(more.span.bytes) }

    /// Behind their count.
    mutating func put(_ more: RawSpan) {
        put(more.byteCount)
        put(raw: more)
    }

    mutating func put<Value: Recordable>(_ value: Value) { value.put(to: &self) }

    mutating func put<Value: Recordable>(_ value: Value?) {
        put(value != nil)
        value?.put(to: &self)
    }

    mutating func put<Value: Recordable>(_ values: [Value]) {
        put(values.count)
        for value in values { value.put(to: &self) }
    }
}

/// A value that a recording has, in one way to be written and read.
protocol Recordable {
    func put(to record: inout some RecordSink)
    init(from record: inout RecordReader) throws(RecordError)
}

/// Writes a recording. Every input of a running daemon goes through it, so that what it costs
/// counts: it looks once for all of a record's values whether there is room.
struct RecordWriter: Sendable {
    /// Nearly all records take less.
    private static let usualRoom = 512

    /// Of which `count` bytes are written.
    private var buffer: [UInt8] = []
    private(set) var count = 0

    init() {}

    var bytes: [UInt8] { Array(buffer[..<count]) }

    mutating func reserve(_ count: Int) {
        guard buffer.count < count else { return }
        buffer.append(contentsOf: repeatElement(0, count: count - buffer.count))
    }

    /// Writes what is put into the sink behind what is written. `put` is called again with more
    /// room where there wasn't enough, and must put the same.
    @inline(__always)
    mutating func write(_ put: (inout RecordPen) -> Void) {
        if buffer.count - count < Self.usualRoom { reserve(max(2 * buffer.count, Self.usualRoom)) }
        while true {
            let start = count
            var end = start
            unsafe buffer.withUnsafeMutableBytes { bytes in
                var pen = unsafe RecordPen(bytes, at: start)
                put(&pen)
                end = pen.place
            }
            guard end > buffer.count else {
                count = end
                return
            }
            reserve(max(2 * buffer.count, end))
        }
    }

    /// Hands out what was written, and goes on in another buffer.
    mutating func exchange(for other: consuming [UInt8]) -> [UInt8] {
        buffer.removeLast(buffer.count - count)
        swap(&buffer, &other)
        count = 0
        return other
    }
}

/// Writes into memory that is lent, and beyond it nothing: there it only counts. Safe as long as
/// nobody keeps it: `RecordWriter.write` makes the only ones.
@safe struct RecordPen: RecordSink {
    private let bytes: UnsafeMutableRawBufferPointer
    private(set) var place: Int

    init(_ bytes: UnsafeMutableRawBufferPointer, at place: Int) {
        unsafe self.bytes = unsafe bytes
        self.place = place
    }

    @inline(__always)
    mutating func put(byte: UInt8) {
        if unsafe place < bytes.count {
            unsafe bytes.storeBytes(of: byte, toByteOffset: place, as: UInt8.self)
        }
        place += 1
    }

    @inline(__always)
    mutating func put(_ number: UInt64) {
        var rest = number
        while rest > 0x7f {
            put(byte: UInt8(truncatingIfNeeded: rest) | 0x80)
            rest >>= 7
        }
        put(byte: UInt8(truncatingIfNeeded: rest))
    }

    @inline(__always)
    mutating func put(fixed number: UInt64) {
        if unsafe place + 8 <= bytes.count {
            unsafe bytes.storeBytes(of: number.littleEndian, toByteOffset: place, as: UInt64.self)
        }
        place += 8
    }

    @inline(__always)
    mutating func put(fixed number: UInt32) {
        if unsafe place + 4 <= bytes.count {
            unsafe bytes.storeBytes(of: number.littleEndian, toByteOffset: place, as: UInt32.self)
        }
        place += 4
    }

    mutating func put(raw more: RawSpan) {
        if unsafe place + more.byteCount <= bytes.count, more.byteCount > 0 {
            unsafe more.withUnsafeBytes { source in
                unsafe UnsafeMutableRawBufferPointer(rebasing: bytes[place...]).copyMemory(
                    from: source
                )
            }
        }
        place += more.byteCount
    }
}

/// Tells values from others by a number: each changes it by all of its bits.
struct RecordDigester: RecordSink {
    private var state: UInt64 = 0

    /// 32 bits of all that was put in.
    var digest: UInt32 { UInt32(truncatingIfNeeded: state ^ state >> 32) }

    mutating func put(byte: UInt8) { RecordDigest.mix(UInt64(byte), &state) }

    mutating func put(_ number: UInt64) { RecordDigest.mix(number, &state) }

    mutating func put(fixed number: UInt64) { RecordDigest.mix(number, &state) }

    mutating func put(fixed number: UInt32) { RecordDigest.mix(UInt64(number), &state) }

    mutating func put(raw bytes: RawSpan) { RecordDigest.mix(RecordDigest.of(bytes), &state) }
}

/// Tells bytes from others, eight at a time, and fast. It keeps nobody out who wants to make two
/// that are equal.
enum RecordDigest {
    static func of(_ bytes: RawSpan) -> UInt64 {
        unsafe bytes.withUnsafeBytes { bytes in
            // The golden ratio's, so that a length alone spreads.
            var state = UInt64(bytes.count) &* 0x9e37_79b9_7f4a_7c15
            guard let start = bytes.baseAddress else { return state }
            var place = unsafe start
            let end = unsafe start + bytes.count
            while unsafe place + 8 <= end {
                unsafe mix(place.loadUnaligned(as: UInt64.self), &state)
                unsafe place += 8
            }
            guard unsafe place < end else { return state }
            if bytes.count >= 8 {
                // Some of them again, which costs less than one after the other.
                unsafe mix((end - 8).loadUnaligned(as: UInt64.self), &state)
            } else {
                var rest: UInt64 = 0
                while unsafe place < end {
                    unsafe rest = rest << 8 | UInt64(place.load(as: UInt8.self))
                    unsafe place += 1
                }
                mix(rest, &state)
            }
            return state
        }
    }

    static func of(_ bytes: [UInt8], from start: Int) -> UInt64 {
        unsafe of(bytes.span.bytes.extracting(start..<bytes.count))
    }

    /// As one step of SplitMix64: each bit of either comes to bear on those above, then on all.
    @inline(__always)
    static func mix(_ word: UInt64, _ state: inout UInt64) {
        let product = (state ^ word &+ 0x9e37_79b9_7f4a_7c15) &* 0xd6e8_feb8_6659_fd93
        state = product ^ product >> 32
    }
}
