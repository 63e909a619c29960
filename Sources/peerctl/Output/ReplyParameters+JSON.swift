import Control
import PlainText

extension ReplyParameters {
    /// The reply's parameters as a JSON object in one line.
    var json: String {
        var message: [UInt8] = []
        encode(into: &message)
        // {"parameters": ... }, and the zero that ends a message.
        let object = message.dropFirst(#"{"parameters":"#.utf8.count).dropLast(2)
        return String(decoding: object, as: UTF8.self).jsonForTerminals
    }
}

extension String {
    /// JSON in one line, with everything escaped that a terminal would obey and JSON allows as it
    /// is. It says the same.
    var jsonForTerminals: String {
        var result = ""
        for scalar in unicodeScalars {
            switch scalar.value {
            case ..<0x20:
                // As text they are escaped already: this one stands between two values.
                result += " "
            case _ where scalar.isHarmful:
                // Beyond U+FFFF, JSON has two for one.
                for unit in UTF16.encode(scalar) ?? .init() {
                    let digits = String(unit, radix: 16)
                    result += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
                }
            default:
                result.unicodeScalars.append(scalar)
            }
        }
        return result
    }
}
