import Glibc
import LinuxIO

/// What standard output is, for what people read.
struct Terminal: Equatable, Sendable {
    /// Columns to fit into; nil where lines may have any length: it is no terminal.
    var width: Int?
    var isColoured: Bool

    /// A terminal that doesn't know its size has the usual one.
    static let usualWidth = 80

    static func ofStandardOutput() -> Terminal {
        let output = StandardStream.output
        return Terminal(
            isTerminal: output.isTerminal,
            columns: output.columns,
            variable: { name in getenv(name).map { String(cString: $0) } }
        )
    }

    /// - Parameters:
    ///   - isTerminal: Whether it is one at all.
    ///   - columns: What the terminal says.
    ///   - variable: A variable of the environment.
    init(isTerminal: Bool, columns: Int?, variable: (String) -> String?) {
        width = isTerminal ? columns ?? Self.usualWidth : nil
        // https://no-color.org: set and not empty. Without TERM nobody has said that it can.
        let isPlainWanted = !(variable("NO_COLOR") ?? "").isEmpty
        let kind = variable("TERM") ?? ""
        isColoured = isTerminal && !isPlainWanted && !kind.isEmpty && kind != "dumb"
    }

    init(width: Int?, isColoured: Bool = false) {
        self.width = width
        self.isColoured = isColoured
    }

    func rendered(_ text: Text) -> String {
        guard isColoured else { return text.plain }
        return text.pieces.map { piece in
            piece.style.code.map { "\u{1b}[\($0)m\(piece.text)\u{1b}[0m" } ?? piece.text
        }.joined()
    }
}

extension Style {
    /// The parameter of "select graphic rendition" (ECMA-48); nil for the terminal's own look. Only
    /// the eight colours that every palette defines.
    fileprivate var code: Int? {
        switch self {
        case .plain: nil
        case .heading: 1
        case .good: 32
        case .pending: 33
        case .bad: 31
        case .faint: 2
        }
    }
}
