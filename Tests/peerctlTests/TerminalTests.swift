import Testing

@testable import peerctl

@Suite("Standard output")
struct TerminalTests {
    struct Case: CustomTestStringConvertible, Sendable {
        var isTerminal = true
        var columns: Int? = 100
        var variables = ["TERM": "xterm"]
        var width: Int?
        var isColoured: Bool
        var testDescription: String { "\(isTerminal) \(variables)" }
    }

    @Test(
        "is coloured and limited only where it is a terminal that wants it",
        arguments: [
            Case(width: 100, isColoured: true),
            Case(columns: nil, width: 80, isColoured: true),
            Case(isTerminal: false, width: nil, isColoured: false),
            Case(variables: ["TERM": "xterm", "NO_COLOR": "1"], width: 100, isColoured: false),
            // https://no-color.org: an empty one doesn't count.
            Case(variables: ["TERM": "xterm", "NO_COLOR": ""], width: 100, isColoured: true),
            Case(variables: ["TERM": "dumb"], width: 100, isColoured: false),
            Case(variables: [:], width: 100, isColoured: false),
        ]
    )
    func rules(_ example: Case) {
        let terminal = Terminal(
            isTerminal: example.isTerminal,
            columns: example.columns,
            variable: { example.variables[$0] }
        )
        #expect(terminal == Terminal(width: example.width, isColoured: example.isColoured))
    }

    @Test("gets colour in pieces, each ended by itself, or none")
    func rendering() {
        let text = Text("up", .good) + " for 3 s"
        #expect(
            Terminal(width: 80, isColoured: true).rendered(text) == "\u{1b}[32mup\u{1b}[0m for 3 s"
        )
        #expect(Terminal(width: 80).rendered(text) == "up for 3 s")
    }

    @Test("has a look for every style, and none for plain text", arguments: Style.allCases)
    func styles(_ style: Style) {
        let rendered = Terminal(width: nil, isColoured: true).rendered(Text("x", style))
        #expect((rendered == "x") == (style == .plain))
    }
}
