import Control
import PlainText

/// One line for people, in pieces of different looks. It has no control characters, wherever it
/// came from: a peer's or the daemon's text can't move the cursor, recolour the terminal or forge a
/// line.
struct Text: Equatable, Sendable, ExpressibleByStringInterpolation {
    struct Piece: Equatable, Sendable {
        var text: String
        var style: Style
    }

    private(set) var pieces: [Piece]

    init(_ text: String, _ style: Style = .plain) {
        pieces = text.isEmpty ? [] : [Piece(text: text.printable, style: style)]
    }

    init(stringLiteral: String) {
        self.init(stringLiteral)
    }

    static func + (left: Text, right: Text) -> Text {
        var sum = left
        sum.pieces += right.pieces
        return sum
    }

    /// Without the looks.
    var plain: String { pieces.map(\.text).joined() }

    /// Columns of a terminal. One a character: what the daemon sends is ASCII but for the
    /// resolver's and the kernel's own words, which have no wide characters.
    var width: Int { pieces.reduce(0) { $0 + $1.text.count } }

    /// The beginning in at most so many columns, with `…` for what is missing.
    func shortened(to limit: Int) -> Text {
        guard width > limit else { return self }
        guard limit > 0 else { return "" }
        return prefix(limit - 1) + Text("…", pieces.first?.style ?? .plain)
    }

    /// The same with both ends kept: of an address, the network and the port.
    func shortenedInTheMiddle(to limit: Int) -> Text {
        guard width > limit else { return self }
        guard limit > 2 else { return shortened(to: limit) }
        let style = pieces.first?.style ?? .plain
        let tail = (limit - 1) / 2
        return prefix(limit - 1 - tail) + Text("…", style)
            + Text(String(plain.suffix(tail)), pieces.last?.style ?? .plain)
    }

    private func prefix(_ count: Int) -> Text {
        var rest = count
        var result: Text = ""
        for piece in pieces where rest > 0 {
            let kept = piece.text.prefix(rest)
            result.pieces.append(Piece(text: String(kept), style: piece.style))
            rest -= kept.count
        }
        return result
    }
}

/// How a piece of text looks where there is colour.
enum Style: Equatable, Sendable, CaseIterable {
    case plain
    case heading
    case good
    case pending
    case bad
    case faint
}
