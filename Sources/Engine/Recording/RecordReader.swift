/// Why a recording can't be read on.
package enum RecordError: Error, Equatable, Sendable {
    /// No recording of peerd's at all.
    case notARecording
    /// A recording of a format that isn't this one.
    case otherFormat(UInt64)
    /// What it says at this byte can't be.
    case damaged(at: Int)
    /// It ends within what begins at this byte, as where a disk was full or a machine lost its
    /// power.
    case cutOff(at: Int)
}

extension RecordError: CustomStringConvertible {
    package var description: String {
        switch self {
        case .notARecording: "it is no recording of peerd"
        case .otherFormat(let format):
            "it has format \(format), and this program reads \(Recording.format): replay it with "
                + "the program of the version that recorded it"
        case .damaged(let offset): "it is damaged at byte \(offset)"
        case .cutOff(let offset): "its end is missing: what begins at byte \(offset) isn't whole"
        }
    }
}

/// Reads what `RecordWriter` has written, and trusts nothing: whatever the bytes are, it gives a
/// value or throws, and takes no more memory than they are long.
struct RecordReader {
    private let bytes: [UInt8]
    private var index: Int
    private let end: Int

    /// Reads in a range of the bytes; nil for all of them.
    init(_ bytes: [UInt8], range: Range<Int>? = nil) {
        let range = range ?? bytes.indices
        self.bytes = bytes
        index = range.lowerBound
        end = range.upperBound
    }

    var isAtEnd: Bool { index == end }

    /// The place in the bytes of what is read next.
    var offset: Int { index }

    var damaged: RecordError { .damaged(at: offset) }

    mutating func byte() throws(RecordError) -> UInt8 {
        guard index < end else { throw damaged }
        defer { index += 1 }
        return bytes[index]
    }

    mutating func flag() throws(RecordError) -> Bool {
        switch try byte() {
        case 0: return false
        case 1: return true
        default: throw damaged
        }
    }

    mutating func unsigned() throws(RecordError) -> UInt64 {
        var number: UInt64 = 0
        var shift: UInt64 = 0
        while true {
            let byte = try byte()
            let bits = UInt64(byte & 0x7f)
            guard shift < 63 || (shift == 63 && bits <= 1) else { throw damaged }
            number |= bits << shift
            guard byte & 0x80 != 0 else { return number }
            shift += 7
        }
    }

    mutating func signed() throws(RecordError) -> Int64 {
        let number = try unsigned()
        return Int64(bitPattern: number >> 1) ^ -Int64(bitPattern: number & 1)
    }

    mutating func integer<Number: FixedWidthInteger>(
        _: Number.Type = Number.self
    ) throws(RecordError) -> Number {
        guard let number = Number(exactly: try signed()) else { throw damaged }
        return number
    }

    mutating func small<Number: FixedWidthInteger & UnsignedInteger>(
        _: Number.Type = Number.self
    ) throws(RecordError) -> Number {
        guard let number = Number(exactly: try unsigned()) else { throw damaged }
        return number
    }

    mutating func fixed<Number: FixedWidthInteger & UnsignedInteger>(
        _: Number.Type = Number.self
    ) throws(RecordError) -> Number {
        var number: Number = 0
        for place in 0..<MemoryLayout<Number>.size {
            number |= Number(truncatingIfNeeded: try byte()) << (8 * place)
        }
        return number
    }

    mutating func double() throws(RecordError) -> Double { Double(bitPattern: try fixed()) }

    mutating func text() throws(RecordError) -> String {
        let start = self
        let bytes = try rawBytes()
        guard let text = String(validating: bytes, as: UTF8.self) else { throw start.damaged }
        return text
    }

    mutating func rawBytes() throws(RecordError) -> [UInt8] {
        let count = try count()
        defer { index += count }
        return Array(bytes[index..<(index + count)])
    }

    /// How many things follow, each of which takes a byte at least.
    mutating func count() throws(RecordError) -> Int {
        let count = try integer(Int.self)
        guard (0...(end - index)).contains(count) else { throw damaged }
        return count
    }

    mutating func value<Value: Recordable>(
        _: Value.Type = Value.self
    ) throws(RecordError) -> Value {
        try Value(from: &self)
    }

    mutating func optional<Value: Recordable>(
        _: Value.Type = Value.self
    ) throws(RecordError) -> Value? {
        try flag() ? try value() : nil
    }

    mutating func list<Value: Recordable>(
        _: Value.Type = Value.self
    ) throws(RecordError) -> [Value] {
        let count = try count()
        var values: [Value] = []
        for _ in 0..<count { values.append(try value()) }
        return values
    }

    /// One of a list of words, by its place.
    mutating func ordinal<Word: CaseIterable>(
        of _: Word.Type = Word.self
    ) throws(RecordError) -> Word {
        let start = self
        let place = Int(try byte())
        guard let word = Array(Word.allCases).dropFirst(place).first else { throw start.damaged }
        return word
    }
}
