import Addressing
import ConnectionCore
import Facts
import Testing
import Timing

@Suite("What is kept of an ended connection")
struct EndedConnectionTests {
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
}
