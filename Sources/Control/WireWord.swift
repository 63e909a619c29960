import PlainText

/// An enumeration of the interface, which stands in messages as one of its words.
package protocol WireWord: RawRepresentable<String>, CaseIterable, Decodable, Sendable {}

extension WireWord {
    package init(from decoder: any Decoder) throws {
        let text = try decoder.singleValueContainer().decode(String.self)
        guard let word = Self(word: text) else {
            throw DecodingError.dataCorrupted(
                .init(codingPath: decoder.codingPath, debugDescription: "no word of \(Self.self)")
            )
        }
        self = word
    }
}
