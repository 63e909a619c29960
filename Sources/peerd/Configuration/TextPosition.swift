/// A place in a text: line and column count from 1, the column in code points.
struct TextPosition: Comparable, Sendable {
    var line: Int
    var column: Int

    static func < (one: TextPosition, other: TextPosition) -> Bool {
        (one.line, one.column) < (other.line, other.column)
    }
}
