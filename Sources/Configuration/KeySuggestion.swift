import PlainText

/// Finds what somebody meant who wrote a key that does not exist.
enum KeySuggestion {
    /// The known key or table most like `key`, or nil if none is like it. A key without its table,
    /// or in the wrong one, is like the key that ends the same.
    static func nearest(to key: String) -> String? {
        guard key.utf8.count <= Spelling.longestWord else { return nil }
        // A third of the letters may differ; of the shortest keys, two letters.
        let limit = max(2, key.utf8.count / 3)
        let candidates =
            ConfigurationSchema.names + ConfigurationSchema.sections + [ConfigurationSchema.listen]
        let scored = candidates.map { (name: $0, score: difference(key, $0, upTo: limit)) }
        guard let best = scored.min(by: { $0.score < $1.score }) else { return nil }
        return best.score <= limit ? best.name : nil
    }

    /// Compares the keys, and their last parts alone, where a difference before them counts as one.
    /// More than the limit may be any number above it.
    private static func difference(_ key: String, _ known: String, upTo limit: Int) -> Int {
        func distance(_ one: String, _ other: String) -> Int {
            // So many letters at least must be added: most keys needn't be compared.
            let least = abs(one.utf8.count - other.utf8.count)
            return least > limit ? least : Spelling.editDistance(one, other)
        }
        return min(distance(key, known), distance(lastPart(of: key), lastPart(of: known)) + 1)
    }

    private static func lastPart(of key: String) -> String {
        key.split(separator: ".").last.map(String.init) ?? key
    }
}

extension ConfigurationProblems {
    mutating func addUnknownKey(_ name: String, _ origin: ConfigurationOrigin) {
        func message() -> String {
            let unknown = "unknown key '\(name.shortened)'"
            guard let known = KeySuggestion.nearest(to: name) else { return unknown }
            return "\(unknown); did you mean '\(known)'?"
        }
        add(origin, message())
    }
}
