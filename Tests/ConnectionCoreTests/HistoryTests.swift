import Addressing
import ConnectionCore
import Facts
import Testing
import Timing

@Suite("The history")
struct HistoryTests {
    /// Of `count` connections, each from another port.
    private func history(of count: Int) throws -> History {
        let manager = TestManager {
            $0.limits.perHost = 0
            $0.limits.connections = 2_000
        }
        manager.checksEachStep = false
        var history = History()
        for port in 1...count {
            manager.lose(try manager.admit("127.0.0.1:\(port)"))
            guard let report = manager.reports.last,
                let ended = EndedConnection(report, at: manager.now.instant)
            else {
                Issue.record("nothing ended")
                return history
            }
            history.append(ended)
        }
        return history
    }

    private func ports(_ connections: [EndedConnection]) -> [UInt16] {
        connections.compactMap(\.remote?.port)
    }

    @Test("tells of a connection what was known at its end")
    func entry() throws {
        let manager = TestManager()
        let id = try manager.connect("203.0.113.7:9108")
        manager.succeed(id)
        manager.run(for: .seconds(12))
        manager.lose(id, .io(errno: 104))
        let ended = manager.reports.last.flatMap {
            EndedConnection($0, at: manager.now.instant, bytesIn: 7, bytesOut: 9)
        }
        #expect(ended?.id == id)
        #expect(ended?.kind == .manual)
        #expect(ended?.remote == address("203.0.113.7:9108"))
        #expect(ended?.target == target("203.0.113.7:9108"))
        #expect(ended?.cause == .ended(.io(errno: 104)))
        #expect(ended?.isFailed == false)
        #expect(ended?.lasted == .seconds(12))
        #expect(ended?.ended == manager.now.instant)
        #expect(ended?.wasReady == true)
        #expect(ended?.isPersistent == false)
        #expect(ended?.bytesIn == 7)
        #expect(ended?.bytesOut == 9)
    }

    @Test("tells of an attempt that failed, but not of each that lacks a route again")
    func failures() throws {
        let manager = TestManager()
        let id = try manager.addPersistent("seed.example:9108")
        for failure in [DialFailure.unresolved("no server"), .noRoute, .noRoute, .refused] {
            if case .unresolved = failure {
                manager.fail(id, failure)
            } else {
                manager.resolve(id, to: ["203.0.113.7:9108"])
                manager.fail(id, failure)
            }
            while manager.dialing.isEmpty, let deadline = manager.core.deadline {
                manager.run(for: deadline - manager.now.instant)
            }
        }
        let failed = manager.reports.compactMap { EndedConnection($0, at: manager.now.instant) }
        #expect(
            failed.map(\.cause) == [
                .failed(.unresolved("no server")), .failed(.noRoute), .failed(.refused),
            ]
        )
        #expect(failed.map(\.remote) == [nil] + [1, 2].map { _ in address("203.0.113.7:9108") })
        #expect(failed.allSatisfy { $0.isFailed && $0.lasted == .zero && !$0.wasReady })
    }

    @Test(
        "of failed attempts is forgotten apart, and given alone or with the others in their order"
    )
    func sorts() throws {
        var history = try history(of: 3)
        let manager = TestManager { $0.limits.perHost = 0 }
        manager.checksEachStep = false
        for port in 1...1_500 {
            manager.fail(try manager.connect("203.0.113.7:\(port)"))
            if let failed = manager.reports.last.flatMap({
                EndedConnection($0, at: manager.now.instant)
            }) {
                history.append(failed)
            }
        }
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

    @Test("costs 300 KB and the names of either sort")
    func memory() {
        #expect((MemoryLayout<EndedConnection>.stride + 8) * History.capacity <= 300_000)
    }
}
