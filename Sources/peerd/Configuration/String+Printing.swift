extension String {
    /// The text with its control characters escaped, so that what somebody wrote into a file can't
    /// begin a line of its own in the log or leave the comment it is printed in.
    var onOneLine: String {
        guard unicodeScalars.contains(where: \.isControl) else { return self }
        var result = ""
        for scalar in unicodeScalars {
            if scalar.isControl {
                result += scalar.escaped(asASCII: true)
            } else {
                result.unicodeScalars.append(scalar)
            }
        }
        return result
    }

    /// The text as TOML writes it, between double quotes.
    var quotedForTOML: String {
        var result = "\""
        for scalar in unicodeScalars {
            switch scalar {
            case "\"": result += "\\\""
            case "\\": result += "\\\\"
            default:
                if scalar.isControl {
                    let digits = String(scalar.value, radix: 16, uppercase: true)
                    result += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
                } else {
                    result.unicodeScalars.append(scalar)
                }
            }
        }
        return result + "\""
    }

    /// What errors show of a text: its first 64 characters.
    var shortened: String {
        let start = unicodeScalars.prefix(64)
        return start.endIndex == unicodeScalars.endIndex ? self : String(start) + "…"
    }
}

extension Unicode.Scalar {
    /// C0, DEL and C1 controls and the two separators of lines and paragraphs.
    fileprivate var isControl: Bool {
        value < 0x20 || (0x7F...0x9F).contains(value) || (0x2028...0x2029).contains(value)
    }
}
