/// Where a value of the configuration, or what is wrong with it, stands.
enum ConfigurationOrigin: Hashable, Sendable {
    /// Nobody set it: it is built in.
    case standard
    /// A place in a file: with line and column that of a key or value, with a line that of an
    /// address, without either the file as a whole.
    case file(String, line: Int?, column: Int?)
    /// A `--set` argument, as it was given.
    case setting(String)
}

extension ConfigurationOrigin: CustomStringConvertible {
    /// `default`, `/etc/peerd/peerd.toml:3:10` or `--set outbound.target=16`, on one line.
    var description: String {
        switch self {
        case .standard: "default"
        case .file(let path, let line?, let column?): "\(path.onOneLine):\(line):\(column)"
        case .file(let path, let line?, nil): "\(path.onOneLine):\(line)"
        case .file(let path, nil, _): path.onOneLine
        case .setting(let argument): "--set \(argument.onOneLine)"
        }
    }
}

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
}

extension Unicode.Scalar {
    /// C0, DEL and C1 controls and the two separators of lines and paragraphs.
    fileprivate var isControl: Bool {
        value < 0x20 || (0x7F...0x9F).contains(value) || (0x2028...0x2029).contains(value)
    }
}
