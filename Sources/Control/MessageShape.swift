/// A look at the shape of a message before it is read as JSON: what the reader would build is
/// bounded, whatever was sent. It doesn't say that the message is JSON.
enum MessageShape {
    private static let quote = UInt8(ascii: "\"")
    private static let backslash = UInt8(ascii: "\\")

    static func check(_ message: [UInt8]) throws(MessageError) {
        var depth = 0
        var items = 0
        var isInText = false
        var isEscaped = false
        for byte in message {
            if isInText {
                if isEscaped {
                    isEscaped = false
                } else if byte == backslash {
                    isEscaped = true
                    items += 1
                } else if byte == quote {
                    isInText = false
                }
            } else {
                switch byte {
                case quote:
                    isInText = true
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
            }
            guard depth <= Bounds.depth, items <= Bounds.items else { throw .tooComplex }
        }
    }
}
