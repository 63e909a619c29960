import Addressing
import Facts
import Testing
import Timing

@testable import Engine

@Suite("The history")
struct HistoryTests {
    private func subject(_ port: UInt16) -> Subject {
        let address = PeerAddress(IPAddress(v4: 0x7f00_0001), port: port)
        return Subject(
            id: ConnectionID(number: UInt64(port), slot: 0),
            kind: .inbound,
            isPersistent: false,
            target: .address(address),
            address: address
        )
    }

    private func append(to history: inout History, _ report: Report) throws {
        let ended = EndedConnection(report, at: Instant(nanoseconds: 0))
        history.append(try #require(ended))
    }

    /// Of `count` connections, each from another port.
    private func history(of count: Int) throws -> History {
        var history = History()
        for port in 1...count {
            let end = Report.ended(
                subject(UInt16(port)),
                .closedByPeer,
                after: .seconds(1),
                wasReady: false
            )
            try append(to: &history, end)
        }
        return history
    }

    private func ports(_ connections: [EndedConnection]) -> [UInt16] {
        connections.compactMap(\.remote?.port)
    }

    @Test(
        "of failed attempts is forgotten apart, and given alone or with the others in their order"
    )
    func sorts() throws {
        var history = try history(of: 3)
        for port in 1...1_500 { try append(to: &history, .failed(subject(UInt16(port)), .refused)) }
        #expect(history.count == 1_003 && history.total == 1_503)
        let all = history.page(limit: 2_000).connections
        #expect(ports(all) == (501...1_500).reversed() + [3, 2, 1])
        var (pages, cursor) = history.page(limit: 64, onlyFailed: true)
        while let previous = cursor {
            let next = history.page(after: previous, limit: 64, onlyFailed: true)
            pages += next.connections
            cursor = next.cursor
        }
        #expect(ports(pages) == (501...1_500).reversed())
    }

    @Test("gives the latest first, in pages")
    func pages() throws {
        let history = try history(of: 10)
        let first = history.page(limit: 4)
        #expect(ports(first.connections) == [10, 9, 8, 7])
        let second = history.page(after: first.cursor, limit: 4)
        #expect(ports(second.connections) == [6, 5, 4, 3])
        let third = history.page(after: second.cursor, limit: 4)
        #expect(ports(third.connections) == [2, 1])
        #expect(third.cursor == nil)
        #expect(History().page(limit: 4).connections == [])
    }

    @Test("has no further page when one ends with the oldest")
    func exactPages() throws {
        #expect(try history(of: 8).page(limit: 8).cursor == nil)
    }

    @Test("remembers the last 1,000", arguments: [999, 1_000, 1_001, 2_500])
    func bound(ended: Int) throws {
        let history = try history(of: ended)
        #expect(history.count == min(ended, 1_000))
        #expect(history.total == UInt64(ended))
        let all = history.page(limit: 5_000)
        #expect(ports(all.connections).first == UInt16(ended))
        #expect(ports(all.connections).last == UInt16(max(1, ended - 999)))
        #expect(all.cursor == nil)
    }

    @Test("goes on where a page ended although more connections end, up to what is forgotten")
    func cursor() throws {
        var history = try history(of: 1_000)
        let first = history.page(limit: 4)
        guard let latest = first.connections.first else { return }
        for _ in 0..<10 { history.append(latest) }
        #expect(ports(history.page(after: first.cursor, limit: 3).connections) == [996, 995, 994])
        for _ in 0..<989 { history.append(latest) }
        // One of those behind the page is left.
        #expect(history.page(after: first.cursor, limit: 3).connections == [])
    }
}
