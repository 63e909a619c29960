/// Rows in columns that are as wide as what is in them, and no wider than the terminal.
///
/// Columns in which every cell is empty aren't shown. Where the rest doesn't fit, those that matter
/// least are left out until it does with the widest ones shortened. So a line never wraps, and a
/// number isn't cut before nothing else is left to give up.
struct Table {
    struct Column {
        var title: String
        var alignment = Alignment.left
        var shortening = Shortening.never
        /// What a shortened one keeps as long as another can be left out.
        var least = 12
        /// From 0, which is never left out, to what is left out first.
        var rank = 0
    }

    enum Alignment { case left, right }

    enum Shortening {
        case never
        /// `Name or serv…`
        case end
        /// `peer.exam…org:9108`
        case middle
    }

    /// What a shortened column keeps when nothing more can be left out.
    static let leastWidth = 6
    private static let gap = 2

    let columns: [Column]
    private(set) var rows: [[Text]] = []

    init(_ columns: [Column]) {
        self.columns = columns
    }

    mutating func append(_ row: [Text]) {
        precondition(row.count == columns.count, "\(row.count) cells in \(columns.count) columns")
        rows.append(row)
    }

    /// The headings and the rows, each at most as wide as the terminal.
    func lines(on terminal: Terminal) -> [Text] {
        let natural = columns.indices.map { column in
            rows.reduce(columns[column].title.count) { max($0, $1[column].width) }
        }
        var shown = columns.indices.filter { column in
            rows.contains { $0[column].width > 0 }
        }
        var widths = natural
        if let limit = terminal.width {
            leaveOut(from: &shown, natural, toFit: limit)
            shorten(&widths, of: shown, toFit: limit)
        }
        let headings = columns.map { Text($0.title, .heading) }
        return ([headings] + rows).map { row in
            let line = self.line(row, shown, widths)
            // Below what the columns of rank 0 need nothing is left but to cut.
            return terminal.width.map { line.shortened(to: $0) } ?? line
        }
    }

    private func leaveOut(from shown: inout [Int], _ natural: [Int], toFit limit: Int) {
        func least(_ column: Int) -> Int {
            switch columns[column].shortening {
            case .never: natural[column]
            case .end, .middle: min(natural[column], columns[column].least)
            }
        }
        while Self.total(shown.map(least)) > limit,
            let last = shown.max(by: { columns[$0].rank < columns[$1].rank }),
            columns[last].rank > 0
        {
            shown.removeAll { $0 == last }
        }
    }

    /// Takes a character at a time from the widest that may be shortened.
    private func shorten(_ widths: inout [Int], of shown: [Int], toFit limit: Int) {
        var excess = Self.total(shown.map { widths[$0] }) - limit
        for isLast in [false, true] {
            while excess > 0 {
                let widest = shown.filter { column in
                    let floor = isLast ? Self.leastWidth : columns[column].least
                    return columns[column].shortening != .never && widths[column] > floor
                }.max { widths[$0] < widths[$1] }
                guard let widest else { break }
                widths[widest] -= 1
                excess -= 1
            }
        }
    }

    private static func total(_ widths: [Int]) -> Int {
        widths.reduce(0, +) + gap * max(0, widths.count - 1)
    }

    private func line(_ row: [Text], _ shown: [Int], _ widths: [Int]) -> Text {
        var line: Text = ""
        var pending = 0
        for (place, column) in shown.enumerated() {
            let cell = fitted(row[column], columns[column].shortening, widths[column])
            let padding = widths[column] - cell.width
            if place > 0 { pending += Self.gap }
            // Spaces are put before a cell and never after the last one.
            if columns[column].alignment == .right { pending += padding }
            if cell.width > 0 {
                line = line + Text(String(repeating: " ", count: pending)) + cell
                pending = 0
            }
            if columns[column].alignment == .left { pending += padding }
        }
        return line
    }

    private func fitted(_ cell: Text, _ shortening: Shortening, _ width: Int) -> Text {
        switch shortening {
        case .never: cell
        case .end: cell.shortened(to: width)
        case .middle: cell.shortenedInTheMiddle(to: width)
        }
    }
}
