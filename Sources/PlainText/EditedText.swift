/// Texts that people edit (the configuration, its drop-ins, lists of addresses) are read alike,
/// wherever they were written: in UTF-8, with its mark in front or without, and with lines that end
/// in LF, in CR and LF, or in CR alone. Behind a CR alone everything would belong to the line
/// before, a comment maybe.
package enum EditedText {
    /// Some editors put U+FEFF in front of UTF-8.
    private static let mark: [UInt8] = [0xef, 0xbb, 0xbf]

    /// Without the mark.
    package static func withoutMark(_ bytes: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
        bytes.starts(with: mark) ? bytes.dropFirst(mark.count) : bytes
    }

    /// Without the mark, and with lines that end in LF.
    package static func unified(_ bytes: [UInt8]) -> [UInt8] {
        var ends = LineEnds()
        return ends.unify(withoutMark(bytes[...]))
    }

    /// Whether the text begins as UTF-16 does: what another editor means by Unicode.
    package static func isUTF16(_ bytes: [UInt8]) -> Bool {
        bytes.starts(with: [0xff, 0xfe]) || bytes.starts(with: [0xfe, 0xff])
    }

    /// What is wrong with a file that is in UTF-16.
    package static let utf16 = "the file is in UTF-16: it must be saved in UTF-8"

    /// What is on a line of a list, without blanks around it and without what follows a `#`.
    package static func content(of line: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
        trimmed(line.prefix { $0 != UInt8(ascii: "#") })
    }

    /// Without blanks around it.
    package static func trimmed(_ text: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
        let rest = text.drop(while: isBlank)
        let last = rest.lastIndex { !isBlank($0) }
        return last.map { rest[...$0] } ?? rest.prefix(0)
    }

    private static func isBlank(_ byte: UInt8) -> Bool {
        byte == UInt8(ascii: " ") || byte == UInt8(ascii: "\t") || byte == UInt8(ascii: "\r")
    }

    /// Makes lines end in LF, in a text that comes in pieces.
    package struct LineEnds: Sendable {
        private var isBehindReturn = false

        package init() {}

        package mutating func unify(_ bytes: ArraySlice<UInt8>) -> [UInt8] {
            let (carriageReturn, lineFeed) = (UInt8(ascii: "\r"), UInt8(ascii: "\n"))
            guard isBehindReturn || bytes.contains(carriageReturn) else { return Array(bytes) }
            var result: [UInt8] = []
            result.reserveCapacity(bytes.count)
            for byte in bytes {
                if byte == carriageReturn {
                    result.append(lineFeed)
                } else if byte != lineFeed || !isBehindReturn {
                    result.append(byte)
                }
                isBehindReturn = byte == carriageReturn
            }
            return result
        }
    }
}
