/// The name of a field of the journal.
///
/// Always a literal, so that using one allocates nothing and what a peer sends can't become one:
/// `static let peer: JournalField = "PEERD_PEER"`.
package struct JournalField: Sendable, ExpressibleByStringLiteral {
    /// journald drops a longer field without a word.
    package static let lengthLimit = 64

    private let literal: StaticString

    /// Traps on a name that journald would drop: it takes capitals, digits and underscores, with a
    /// capital first (names that begin with an underscore are its own).
    package init(stringLiteral literal: StaticString) {
        self.literal = literal
        precondition(
            literal.withUTF8Buffer(Self.isValid),
            "journald takes no field named \(literal)"
        )
    }

    package var name: String { "\(literal)" }

    func withUTF8(_ body: (UnsafeBufferPointer<UInt8>) -> Void) {
        literal.withUTF8Buffer(body)
    }

    package static func isValid(_ name: some Collection<UInt8>) -> Bool {
        let capitals = UInt8(ascii: "A")...UInt8(ascii: "Z")
        let digits = UInt8(ascii: "0")...UInt8(ascii: "9")
        guard let first = name.first, capitals.contains(first), name.count <= lengthLimit else {
            return false
        }
        return name.allSatisfy {
            capitals.contains($0) || digits.contains($0) || $0 == UInt8(ascii: "_")
        }
    }
}
