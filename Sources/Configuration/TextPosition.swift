/// A place in a text: line and column count from 1, the column in code points.
package struct TextPosition: Comparable, Sendable {
    package var line: Int
    package var column: Int

    package static func < (one: TextPosition, other: TextPosition) -> Bool {
        (one.line, one.column) < (other.line, other.column)
    }
}
