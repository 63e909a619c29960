import Control
import Facts
import Testing

@testable import peerctl

@Suite("A table")
struct TableTests {
    private let connections = Peers.Connection.table(
        of: Examples.connections,
        seenFrom: Examples.viewpoint
    )

    @Test("on no terminal has every column that says something, at any width")
    func unlimited() {
        let lines = connections.lines(on: Terminal(width: nil)).plain
        #expect(
            lines == [
                """
                           ID  TYPE        PEER                                          STATE       \
                  AGE  NEXT                            RTT      IN    OUT  NOTES
                """,
                """
                            1  persistent  peer.example.org:9108                         waiting     \
                       retries in 2 min, 3 failures
                """,
                """
                            2  outbound    203.0.113.7:9108                              ready      \
                34 min                                12 ms  1.2 MB  999 B
                """,
                """
                            3  inbound     [2001:db8:85a3:8d3:1319:8a2e:370:7348]:40122  connected   \
                  4 s                                                      whitelisted, proxied
                """,
                """
                1099511627775  outbound    192.0.2.1:9108                                dialing     \
                       gives up in 12 s
                """,
            ]
        )
    }

    @Test("leaves out first what matters least, and keeps both ends of an address")
    func narrow() {
        let lines = connections.lines(on: Terminal(width: 60)).plain
        #expect(
            lines == [
                "           ID  TYPE        PEER                    STATE",
                "            1  persistent  peer.example.org:9108   waiting",
                "            2  outbound    203.0.113.7:9108        ready",
                "            3  inbound     [2001:db8:8…348]:40122  connected",
                "1099511627775  outbound    192.0.2.1:9108          dialing",
            ]
        )
    }

    @Test("never has a line that is wider than the terminal", arguments: 1...220)
    func fits(width: Int) {
        let terminal = Terminal(width: width, isColoured: true)
        let ended = Examples.setbackCauses.enumerated().map { number, cause in
            Peers.EndedConnection(
                id: UInt64(number),
                kind: .inbound,
                persistent: false,
                target: "peer.example.org:9108",
                remote: "203.0.113.7:9108",
                connected: true,
                ready: true,
                cause: cause,
                endedUnixUSec: Examples.now,
                durationUSec: Examples.seconds(61)
            )
        }
        let tables = [
            connections,
            Peers.EndedConnection.table(of: ended, seenFrom: Examples.viewpoint),
        ]
        for line in tables.flatMap({ $0.lines(on: terminal) }) {
            #expect(line.width <= width, "\(line.plain)")
        }
    }

    @Test("keeps what tells rows apart at usual widths", arguments: [40, 80, 200])
    func keeps(width: Int) {
        let lines = connections.lines(on: Terminal(width: width)).plain
        #expect(lines.count == Examples.connections.count + 1)
        for (line, connection) in zip(lines.dropFirst(), Examples.connections) {
            #expect(line.firstRange(of: "\(connection.id) ") != nil, "\(line)")
            #expect(line.firstRange(of: connection.state.plain) != nil, "\(line)")
        }
        #expect(Set(lines).count == lines.count)
    }

    @Test("shortens at the limit and not before")
    func limit() {
        var table = Table([.init(title: "A", shortening: .end), .init(title: "B")])
        table.append([Text(String(repeating: "x", count: 20)), "yy"])
        // 20 and a gap of 2 and 2.
        #expect(table.lines(on: Terminal(width: 24)).plain[1] == "xxxxxxxxxxxxxxxxxxxx  yy")
        #expect(table.lines(on: Terminal(width: 23)).plain[1] == "xxxxxxxxxxxxxxxxxx…  yy")
        #expect(table.lines(on: Terminal(width: 16)).plain[1] == "xxxxxxxxxxx…  yy")
        // Nothing else could be left out, so it goes on; and below `leastWidth` the line itself is
        // cut.
        #expect(table.lines(on: Terminal(width: 10)).plain[1] == "xxxxx…  yy")
        #expect(table.lines(on: Terminal(width: 9)).plain[1] == "xxxxx…  …")
    }

    @Test("has no spaces at the ends of lines")
    func trimmed() {
        for line in connections.lines(on: Terminal(width: nil)).plain {
            #expect(line.last != " ", "'\(line)'")
        }
    }

    @Test(
        "of bytes counts in threes",
        arguments: [
            (UInt64(0), "0 B"), (999, "999 B"), (1_000, "1.0 kB"), (1_234, "1.2 kB"),
            (9_949, "9.9 kB"), (9_950, "10 kB"), (99_950, "100 kB"), (999_499, "999 kB"),
            (999_500, "1.0 MB"), (1_234_567, "1.2 MB"), (UInt64.max, "18 EB"),
        ]
    )
    func bytes(_ count: UInt64, _ text: String) {
        #expect(byteCount(count) == text)
    }
}
