extension String {
    /// The text with everything that a terminal would obey, and what reorders or hides text,
    /// spelled out: `\u{1b}`.
    var printable: String {
        guard unicodeScalars.contains(where: \.isHarmful) else { return self }
        var result = ""
        for scalar in unicodeScalars {
            if scalar.isHarmful {
                result += "\\u{\(String(scalar.value, radix: 16))}"
            } else {
                result.unicodeScalars.append(scalar)
            }
        }
        return result
    }
}

extension Unicode.Scalar {
    /// A terminal obeys it, or shows something else than what is there.
    var isHarmful: Bool {
        guard value >= 0x7f else { return value < 0x20 }
        return switch properties.generalCategory {
        case .control, .format, .lineSeparator, .paragraphSeparator, .surrogate, .privateUse,
            .unassigned:
            true
        default:
            // A foreign enumeration; what is left are letters, marks, numbers, signs and spaces.
            false
        }
    }
}
