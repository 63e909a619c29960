import PlainText

/// A look at a message before it is read as JSON: what the reader would build, hash and compare is
/// bounded, whatever was sent. It doesn't say that the message is JSON.
enum MessageShape {
    private static let quote = UInt8(ascii: "\"")
    private static let backslash = UInt8(ascii: "\\")
    /// Stands in no key of the interface.
    private static let substitute = UInt8(ascii: "?")

    /// Checks that a call is neither deep nor full, and makes its keys plain.
    static func check(_ message: inout [UInt8]) throws(MessageError) {
        try look(at: &message, depth: Bounds.depth, items: Bounds.items)
    }

    /// Only the latter, for a reply, which has as many items as there are rows.
    static func makeKeysPlain(_ message: inout [UInt8]) throws(MessageError) {
        try look(at: &message, depth: .max, items: .max)
    }

    private static func look(
        at message: inout [UInt8],
        depth mostDepth: Int,
        items mostItems: Int
    ) throws(MessageError) {
        var depth = 0
        var items = 0
        var start: Int?
        var isEscaped = false
        // The text that was read last, if nothing but blanks followed.
        var text: Range<Int>?
        for index in message.indices {
            let byte = message[index]
            if let begin = start {
                if isEscaped {
                    isEscaped = false
                } else if byte == backslash {
                    isEscaped = true
                    items += 1
                } else if byte == quote {
                    text = begin..<index
                    start = nil
                }
            } else {
                switch byte {
                case quote:
                    start = index + 1
                case UInt8(ascii: ":"):
                    if let text { makePlain(text, of: &message) }
                case UInt8(ascii: "{"), UInt8(ascii: "["):
                    depth += 1
                    items += 1
                case UInt8(ascii: "}"), UInt8(ascii: "]"):
                    depth -= 1
                case UInt8(ascii: ","):
                    items += 1
                default:
                    break
                }
                if !isBlank(byte) && byte != quote { text = nil }
            }
            guard depth <= mostDepth, items <= mostItems else { throw .tooComplex }
        }
    }

    private static func isBlank(_ byte: UInt8) -> Bool {
        byte == 0x20 || byte == 0x09 || byte == 0x0a || byte == 0x0d
    }

    /// Makes a key that is no word (`String.isWord`), or is written with escapes, one that is, and
    /// that no method knows: so it is refused by a name that resembles what was sent.
    private static func makePlain(_ key: Range<Int>, of message: inout [UInt8]) {
        let isLong = key.count > Bounds.textBytes
        for index in isLong ? key.prefix(Bounds.echoBytes) : key {
            let byte = message[index]
            if byte >= 0x80 || byte == backslash || byte == quote { message[index] = substitute }
        }
        guard isLong else { return }
        // Blanks may stand between a key and its colon, and take the place of the rest.
        let end = key.lowerBound + Bounds.echoBytes
        message[end - 1] = substitute
        message[end] = quote
        for index in end + 1...key.upperBound { message[index] = UInt8(ascii: " ") }
    }
}
