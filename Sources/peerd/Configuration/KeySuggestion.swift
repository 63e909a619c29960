/// Finds what somebody meant who wrote a key that does not exist.
enum KeySuggestion {
    /// Longer keys are no slips of the pen, and comparing takes the product of both lengths.
    private static let maximumLength = 64

    /// The known key or table most like `key`, or nil if none is like it. A key without its table,
    /// or in the wrong one, is like the key that ends the same.
    static func nearest(to key: String) -> String? {
        guard key.utf8.count <= maximumLength else { return nil }
        // A third of the letters may differ; of the shortest keys, two letters.
        let limit = max(2, key.utf8.count / 3)
        let candidates = ConfigurationSchema.names + ConfigurationSchema.sections
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
            return least > limit ? least : editDistance(one, other)
        }
        return min(distance(key, known), distance(lastPart(of: key), lastPart(of: known)) + 1)
    }

    private static func lastPart(of key: String) -> String {
        key.split(separator: ".").last.map(String.init) ?? key
    }

    /// How many letters must be added, removed, replaced or swapped with their neighbour to make
    /// one text the other (optimal string alignment).
    static func editDistance(_ one: String, _ other: String) -> Int {
        let one = Array(one.utf8)
        let other = Array(other.utf8)
        var beforeLast: [Int] = []
        var last = Array(0...other.count)
        for i in one.indices {
            var row = [i + 1]
            row.reserveCapacity(other.count + 1)
            for j in other.indices {
                var best = min(
                    last[j + 1] + 1,
                    row[j] + 1,
                    last[j] + (one[i] == other[j] ? 0 : 1)
                )
                if i > 0, j > 0, one[i] == other[j - 1], one[i - 1] == other[j] {
                    best = min(best, beforeLast[j - 1] + 1)
                }
                row.append(best)
            }
            beforeLast = last
            last = row
        }
        return last[other.count]
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
