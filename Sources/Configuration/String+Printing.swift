import PlainText

extension String {
    /// The text as TOML writes it, between double quotes.
    var quotedForTOML: String { quoted { $0.isHarmful } }

    /// A key for comparing and showing: itself if TOML takes it without quotes and it is short;
    /// else the beginning of it in quotes, which no key of ours has, and in ASCII. So keys can't
    /// make comparing slow, and a quoted one can't be taken for a dotted one.
    var asKey: String {
        isWord && isBareKey ? self : shortened.quoted { $0.isHarmful || !$0.isASCII }
    }

    private func quoted(escaping isEscaped: (Unicode.Scalar) -> Bool) -> String {
        var result = "\""
        for scalar in unicodeScalars {
            switch scalar {
            case "\"": result += "\\\""
            case "\\": result += "\\\\"
            default:
                if isEscaped(scalar) {
                    result += scalar.escapedForTOML
                } else {
                    result.unicodeScalars.append(scalar)
                }
            }
        }
        return result + "\""
    }

    private var isBareKey: Bool {
        !isEmpty
            && utf8.allSatisfy { byte in
                switch byte {
                case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                    UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "_"):
                    true
                default: false
                }
            }
    }

    /// What errors show of a text: its first 64 characters.
    var shortened: String {
        let start = unicodeScalars.prefix(64)
        return start.endIndex == unicodeScalars.endIndex ? self : String(start) + "…"
    }
}

extension Unicode.Scalar {
    /// `\u0007`, or `\U000E0001` where four digits don't do.
    fileprivate var escapedForTOML: String {
        let digits = String(value, radix: 16, uppercase: true)
        let count = digits.count > 4 ? 8 : 4
        return (count > 4 ? "\\U" : "\\u")
            + String(repeating: "0", count: count - digits.count) + digits
    }
}
