/// Writes the values of a recording, one behind the other: numbers in as few bytes as they need,
/// the lowest seven bits first, texts and lists behind their length.
struct RecordWriter: Sendable {
    private(set) var bytes: [UInt8] = []

    init() {}

    var count: Int { bytes.count }

    mutating func reserve(_ count: Int) { bytes.reserveCapacity(count) }

    mutating func put(byte: UInt8) { bytes.append(byte) }

    mutating func put(_ flag: Bool) { bytes.append(flag ? 1 : 0) }

    mutating func put(_ number: UInt64) {
        var rest = number
        while rest > 0x7f {
            bytes.append(UInt8(truncatingIfNeeded: rest) | 0x80)
            rest >>= 7
        }
        bytes.append(UInt8(truncatingIfNeeded: rest))
    }

    mutating func put(_ number: UInt32) { put(UInt64(number)) }

    /// Small ones of either sign take one byte.
    mutating func put(_ number: Int64) {
        put(UInt64(bitPattern: number << 1 ^ number >> 63))
    }

    mutating func put(_ number: Int) { put(Int64(number)) }

    mutating func put(_ number: Int32) { put(Int64(number)) }

    /// In eight bytes, whatever it is.
    mutating func put(fixed number: UInt64) { append(number.littleEndian) }

    mutating func put(fixed number: UInt32) { append(number.littleEndian) }

    mutating func put(_ number: Double) { put(fixed: number.bitPattern) }

    mutating func put(_ text: String) {
        put(text.utf8.count)
        bytes.append(contentsOf: text.utf8)
    }

    /// With their count.
    mutating func put(_ more: [UInt8]) {
        put(more.count)
        bytes += more
    }

    /// With their count.
    mutating func put(_ more: RawSpan) {
        put(more.byteCount)
        unsafe more.withUnsafeBytes { unsafe bytes.append(contentsOf: $0) }
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

    /// What was written from a place on as one number, in whose place nothing is left.
    mutating func takeDigest(from start: Int) -> UInt32 {
        let digest = RecordDigest.of(bytes, from: start)
        bytes.removeLast(bytes.count - start)
        return UInt32(truncatingIfNeeded: digest ^ digest >> 32)
    }

    mutating func removeAll() { bytes.removeAll(keepingCapacity: true) }

    /// Hands out what was written, and goes on in another buffer.
    mutating func exchange(for buffer: consuming [UInt8]) -> [UInt8] {
        buffer.removeAll(keepingCapacity: true)
        swap(&bytes, &buffer)
        return buffer
    }

    private mutating func append(_ number: some FixedWidthInteger & BitwiseCopyable) {
        var number = number
        unsafe withUnsafeBytes(of: &number) { unsafe bytes.append(contentsOf: $0) }
    }
}

/// A value that a recording has, in one way to be written and read.
protocol Recordable {
    func put(to record: inout RecordWriter)
    init(from record: inout RecordReader) throws(RecordError)
}

/// Tells bytes from others, eight at a time, and fast. It keeps nobody out who wants to make two
/// that are equal.
enum RecordDigest {
    static func of(_ bytes: RawSpan) -> UInt64 {
        // The golden ratio's, so that a length alone spreads.
        var state = UInt64(bytes.byteCount) &* 0x9e37_79b9_7f4a_7c15
        var offset = 0
        while offset + 8 <= bytes.byteCount {
            let word = unsafe bytes.unsafeLoadUnaligned(fromByteOffset: offset, as: UInt64.self)
            mix(UInt64(littleEndian: word), &state)
            offset += 8
        }
        var rest: UInt64 = 0
        while offset < bytes.byteCount {
            rest =
                unsafe rest << 8
                | UInt64(bytes.unsafeLoad(fromByteOffset: offset, as: UInt8.self))
            offset += 1
        }
        mix(rest, &state)
        return state
    }

    static func of(_ bytes: [UInt8], from start: Int) -> UInt64 {
        unsafe of(bytes.span.bytes.extracting(start..<bytes.count))
    }

    /// Both halves of the product: every bit of either comes to bear on all.
    @inline(__always)
    private static func mix(_ word: UInt64, _ state: inout UInt64) {
        let product = (state ^ word).multipliedFullWidth(by: 0xd6e8_feb8_6659_fd93)
        state = product.high ^ product.low ^ word &* 0xa076_1d64_78bd_642f
    }
}
