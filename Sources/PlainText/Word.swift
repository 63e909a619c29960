/// Text from outside is bytes until it is known to be short and plain.
///
/// Swift compares and hashes texts as Unicode has them equal: both bring them into a normal form
/// first, and that takes the square of the number of combining marks in a row. 300 kB of U+0301 and
/// U+0327 in turn, as a key or as a word, take a minute. So whatever somebody else wrote is only
/// compared or hashed when it is a word as these are; other text is only copied and shown.
extension String {
    /// In bytes: a name of 253 with its port fits well.
    package static let longestWord = 512

    /// ASCII, of which the normal form is itself, and at most `longestWord` bytes.
    package var isWord: Bool {
        utf8.count <= Self.longestWord && utf8.allSatisfy { $0 < 0x80 }
    }
}

extension String {
    /// Whether an argument of a command line may be compared with the names of commands and
    /// options. An option is compared as far as its `=`; whatever else there is has the length of a
    /// path at most, unless it is the value of an option.
    package func isComparable(longest: Int = 4_096) -> Bool {
        guard utf8.first == UInt8(ascii: "-") else { return utf8.count <= longest }
        let name = utf8.prefix { $0 != UInt8(ascii: "=") }
        return name.count <= Self.longestWord && name.allSatisfy { $0 < 0x80 }
    }
}

extension RawRepresentable<String> {
    /// The one that the text names; nil if it names none, and for a text that is no word.
    package init?(word text: String) {
        guard text.isWord else { return nil }
        self.init(rawValue: text)
    }
}
