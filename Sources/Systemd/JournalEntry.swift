/// One entry of the journal while it is written, in journald's native form.
///
/// Made once and used again for each entry: it keeps its memory, so that writing one allocates
/// nothing.
///
/// A field is `NAME=value` and a line break, or, if the value has a line break itself, `NAME`, a
/// line break, the value's length in 8 bytes with the lowest first, the value and a line break.
package struct JournalEntry: Sendable {
    /// An entry of more than so many bytes is not sent. A sentence and a dozen fields take 500;
    /// only a list of all mistakes of a long configuration could come near. While one is sent, it
    /// takes its size twice: here and in a memory file.
    package static let sizeLimit = 8 << 20

    /// Memory beyond this isn't kept for the next entry.
    package static let keptCapacity = 65_536

    private var bytes: [UInt8] = []

    package init() {
        bytes.reserveCapacity(1_024)
    }

    /// Bytes that would be sent now.
    package var size: Int { bytes.count }

    /// Bytes of memory that it holds.
    package var capacity: Int { bytes.capacity }

    /// Begins the next entry.
    package mutating func removeAll() {
        bytes.removeAll(keepingCapacity: bytes.capacity <= Self.keptCapacity)
    }

    /// Adds a text. A field may be added more than once; then it has several values.
    package mutating func append(_ field: JournalField, _ value: String) {
        var value = value
        value.withUTF8 { append(field, UnsafeRawBufferPointer($0)) }
    }

    /// Adds bytes that need not be text.
    package mutating func append(_ field: JournalField, bytes value: Span<UInt8>) {
        value.withUnsafeBytes { append(field, $0) }
    }

    /// Adds a number, in decimal.
    package mutating func append(_ field: JournalField, _ value: Int64) {
        appendName(field, endedBy: UInt8(ascii: "="))
        if value < 0 { bytes.append(UInt8(ascii: "-")) }
        appendDigits(value.magnitude)
        bytes.append(Self.lineBreak)
    }

    package func withBytes<Result>(_ body: (UnsafeRawBufferPointer) -> Result) -> Result {
        bytes.withUnsafeBytes(body)
    }

    private static let lineBreak = UInt8(ascii: "\n")

    private mutating func append(_ field: JournalField, _ value: UnsafeRawBufferPointer) {
        if value.contains(Self.lineBreak) {
            appendName(field, endedBy: Self.lineBreak)
            withUnsafeBytes(of: UInt64(value.count).littleEndian) { bytes.append(contentsOf: $0) }
        } else {
            appendName(field, endedBy: UInt8(ascii: "="))
        }
        bytes.append(contentsOf: value)
        bytes.append(Self.lineBreak)
    }

    private mutating func appendName(_ field: JournalField, endedBy end: UInt8) {
        field.withUTF8 { bytes.append(contentsOf: $0) }
        bytes.append(end)
    }

    private mutating func appendDigits(_ number: UInt64) {
        if number >= 10 { appendDigits(number / 10) }
        bytes.append(UInt8(ascii: "0") + UInt8(number % 10))
    }
}
