import Control
import PlainText
import Facts
import Testing

@testable import peerctl

@Suite("A text for people")
struct TextTests {
    /// Everything that a terminal obeys, or that shows something else than what is there.
    private static let hostile =
        "\u{1b}[31m\u{7}\n\r\t\u{0}\u{7f}\u{9b}2J\u{202e}gpj\u{2028}\u{200b}\u{e000}end"

    @Test("has no control character, whoever sent it")
    func printable() {
        let text = Text(Self.hostile)
        #expect(
            text.plain
                == #"\u{1B}[31m\u{07}\n\r\t\0\u{7F}\u{009B}2J\u{202E}gpj\u{2028}\u{200B}"#
                + #"\u{E000}end"#
        )
        let interpolated: Text = "\(Self.hostile)"
        #expect(interpolated == text)
    }

    @Test("is the same text if there is nothing to take out")
    func harmless() {
        for text in ["", "203.0.113.7:9108", "12 µs", "Übergröße", "名前", "…"] {
            #expect(Text(text).plain == text)
        }
    }

    @Test("of every view is without control characters but for colours")
    func views() {
        var connection = Examples.connections[1]
        connection.target = Self.hostile
        connection.remote = Self.hostile
        let terminal = Terminal(width: nil, isColoured: true)
        let viewpoint = Examples.viewpoint
        let lines =
            Peers.Connection.table(of: [connection], seenFrom: viewpoint).lines(on: terminal)
            + Peers.BanEntry.table(
                of: [Peers.BanEntry(prefix: Self.hostile, origin: .operator)],
                seenFrom: viewpoint
            ).lines(on: terminal)
            + [
                Peers.Event(
                    timeUnixUSec: 0,
                    .report(.failed(Examples.subject, .unresolved(Self.hostile)))
                ).line(seenFrom: viewpoint)
            ]
            + Examples.status { $0.summary = Self.hostile }
            .lines(of: Instance(), seenFrom: viewpoint, on: terminal)
            + Peers.Explanation(address: Self.hostile, connections: [connection], findings: [])
            .lines(seenFrom: viewpoint, on: terminal)
            + CommandFailure.answered(
                .peers(.refused(.configurationRejected(problems: [Self.hostile]))),
                message: []
            ).lines(
                purpose: Self.hostile,
                method: .reload,
                of: Instance(),
                seenFrom: viewpoint
            )
        for line in lines {
            let codes = [1, 2, 31, 32, 33, 0].map { "\u{1b}[\($0)m" }
            var shown = terminal.rendered(line)
            for code in codes { shown = shown.split(separator: code).joined() }
            #expect(!shown.unicodeScalars.contains { $0.isHarmful }, "\(shown.debugDescription)")
        }
    }

    @Test("as JSON says the same without control characters")
    func json() {
        let reply = Peers.ListBans.Reply(bans: [
            Peers.BanEntry(prefix: Self.hostile, origin: .operator)
        ])
        let json = reply.json
        #expect(!json.unicodeScalars.contains { $0.isHarmful })
        let message = Array(#"{"parameters":\#(json)}"#.utf8)
        let read = try? ReplyMessage<Peers.ListBans.Reply>(decoding: message)
        #expect(read?.result == .success(reply))
    }

    @Test("as JSON is exactly the reply's parameters")
    func parameters() {
        #expect(Peers.AddPersistent.Reply(id: 7).json == #"{"id":7}"#)
        #expect(Done().json == "{}")
        #expect(
            Peers.Ban.Reply(closed: 3, spared: [1, 2]).json == #"{"closed":3,"spared":[1,2]}"#
        )
    }

    @Test(
        "is shortened with a sign that it was",
        arguments: [
            ("abcdef", 6, "abcdef", "abcdef"), ("abcdef", 5, "abcd…", "ab…ef"),
            ("abcdef", 3, "ab…", "a…f"), ("abcdef", 2, "a…", "a…"), ("abcdef", 1, "…", "…"),
            ("abcdef", 0, "", ""), ("", 0, "", ""),
        ]
    )
    func shortened(_ text: String, limit: Int, atTheEnd: String, inTheMiddle: String) {
        #expect(Text(text).shortened(to: limit).plain == atTheEnd)
        #expect(Text(text).shortenedInTheMiddle(to: limit).plain == inTheMiddle)
    }
}
