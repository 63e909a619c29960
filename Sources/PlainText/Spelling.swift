/// Finds what somebody meant who wrote a word that doesn't exist: for both programs.
package enum Spelling {
    /// Longer words are no slips of the pen, and comparing takes the product of both lengths.
    package static let longestWord = 64

    /// The known word most like `word`, or nil if none is like it: a third of the letters may
    /// differ, of the shortest words one.
    package static func nearest(to word: String, among known: [String]) -> String? {
        guard word.utf8.count <= longestWord else { return nil }
        let limit = max(1, word.utf8.count / 3)
        let scored = known.map { (word: $0, score: editDistance(word, $0)) }
        guard let best = scored.min(by: { $0.score < $1.score }) else { return nil }
        return best.score <= limit ? best.word : nil
    }

    /// How many letters must be added, removed, replaced or swapped with their neighbour to make
    /// one text the other (optimal string alignment).
    package static func editDistance(_ one: String, _ other: String) -> Int {
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
