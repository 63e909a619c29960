import Addressing
import ConnectionCore
import Facts
import Testing
import Timing

@Suite("The retry of a persistent peer")
struct RetryTests {
    private let remote = "203.0.113.7:9108"

    /// The waits of a peer that refuses again and again.
    private func waits(
        seed: UInt64,
        count: Int,
        _ change: (inout Policy) -> Void = { _ in }
    ) throws -> [Duration] {
        let manager = TestManager(seed: seed, change)
        let id = try manager.addPersistent(remote)
        var waits: [Duration] = []
        for _ in 0..<count {
            manager.fail(id)
            let said = try #require(manager.reports.last?.retryDelay)
            manager.run(for: said - .tick)
            #expect(manager.dialing.isEmpty)
            manager.run(for: .tick)
            #expect(manager.dialing == [id])
            waits.append(said)
        }
        return waits
    }

    @Test("waits twice as long after each failure up to 5 min, of which half is random")
    func backoff() throws {
        let all = try (UInt64(1)...200).map { try waits(seed: $0, count: 9) }
        for (retry, whole) in [5, 10, 20, 40, 80, 160, 300, 300, 300].enumerated() {
            let whole = Duration.seconds(whole)
            let drawn = all.map { $0[retry] }
            #expect(drawn.allSatisfy { whole / 2 <= $0 && $0 <= whole }, "retry \(retry + 1)")
            // All of the range is used.
            #expect(drawn.contains { $0 < whole * 0.55 }, "retry \(retry + 1)")
            #expect(drawn.contains { $0 > whole * 0.95 }, "retry \(retry + 1)")
        }
    }

    @Test("never waits longer than the maximum, after however many failures")
    func maximum() throws {
        let waits = try waits(seed: 3, count: 300)
        #expect(waits.allSatisfy { $0 <= .seconds(300) })
        #expect(waits.dropFirst(6).allSatisfy { $0 >= .seconds(150) })
    }

    @Test("has the numbers that are set, and a maximum below the first wait counts")
    func settings() throws {
        let doubled = try waits(seed: 5, count: 4) {
            $0.persistent.retry = .seconds(1)
            $0.persistent.maxRetry = .seconds(3)
        }
        for (wait, whole) in zip(doubled, [1, 2, 3, 3]) {
            #expect((.seconds(whole) / 2 ... .seconds(whole)).contains(wait))
        }
        let capped = try waits(seed: 5, count: 2) { $0.persistent.maxRetry = .seconds(2) }
        #expect(capped.allSatisfy { (.seconds(1) ... .seconds(2)).contains($0) })
    }

    @Test("comes at once when a connection that lasted for 1 min is lost, and backs off below")
    func stable() throws {
        for (lasted, isStable) in [(Duration.seconds(60) - .tick, false), (.seconds(60), true)] {
            let manager = TestManager()
            let id = try manager.addPersistent(remote)
            // Failures before it are forgiven by a stable connection only.
            for _ in 0..<3 {
                manager.fail(id)
                manager.run(for: .seconds(30))
            }
            manager.succeed(id)
            manager.run(for: lasted)
            manager.lose(id)
            #expect((manager.dialing == [id]) == isStable)
            #expect(manager.table.persistence(of: id)?.retries == (isStable ? 0 : 4))
        }
    }

    @Test("measures the stable time from the connection, not from the start of the attempt")
    func stableSince() throws {
        let manager = TestManager()
        let id = try manager.addPersistent(remote)
        manager.run(for: .seconds(25))
        manager.succeed(id)
        manager.run(for: .seconds(59))
        manager.lose(id)
        #expect(manager.table[id]?.isWaiting == true)
        // A black hole isn't redialled without a wait because its time-out was long.
        let hole = try manager.addPersistent("\(peer(0))")
        manager.run(for: .seconds(30))
        #expect(manager.table[hole]?.isWaiting == true)
    }

    @Test("has the stable time that is set")
    func stableSetting() throws {
        let manager = TestManager { $0.persistent.stableAfter = .seconds(7) }
        let id = try manager.addPersistent(remote)
        manager.succeed(id)
        manager.run(for: .seconds(7))
        manager.lose(id)
        #expect(manager.dialing == [id])
    }

    @Test("backs off after a disconnect by an operator, however long the connection lasted")
    func afterDisconnect() throws {
        let manager = TestManager()
        let id = try manager.addPersistent(remote)
        manager.succeed(id)
        manager.run(for: .seconds(10_000))
        try manager.disconnect(.id(id))
        #expect(manager.trace.suffix(2) == ["close 1", "retrying 1, retries 1"])
        #expect(manager.table[id]?.isWaiting == true)
        manager.run(for: .seconds(5))
        try manager.disconnect(.id(id))
        #expect(manager.trace.last == "retrying 1, retries 2")
    }

    @Test(
        "waits for the retry interval and doesn't back off where nobody is to blame",
        arguments: [
            DialFailure.noRoute, .noLocalEnd(.port(among: nil)), .resourcesExhausted(errno: 24),
        ]
    )
    func blameless(failure: DialFailure) throws {
        let manager = TestManager()
        let id = try manager.addPersistent(remote)
        for _ in 0..<50 {
            manager.fail(id, failure)
            let next = manager.now.instant + .seconds(5)
            #expect(manager.table[id]?.phase == .waiting(until: next))
            #expect(manager.table.persistence(of: id)?.retries == 0)
            manager.run(for: .seconds(5))
            #expect(manager.dialing == [id])
        }
    }

    @Test(
        "says once that nobody is to blame, and nothing more until something else comes of it",
        arguments: [DialFailure.noRoute, .resourcesExhausted(errno: 24)]
    )
    func quiet(failure: DialFailure) throws {
        let manager = TestManager()
        let id = try manager.addPersistent(remote)
        let begins = "waiting 1: \(failure) every 5 s"
        for another in [DialFailure.refused, .unresolved("no server"), .refused] {
            manager.forgetTrace()
            for _ in 0..<20 {
                manager.fail(id, failure)
                manager.run(for: .seconds(5))
            }
            #expect(manager.trace.count { $0 == "failed 1: \(failure)" } == 1)
            #expect(manager.trace.count { $0 == begins } == 1)
            #expect(manager.trace.count { $0 == "failed again 1: \(failure)" } == 19)
            #expect(manager.reports.allSatisfy { $0.retryDelay == nil })
            #expect(manager.table.persistence(of: id)?.setback?.number ?? 0 >= 20)
            manager.fail(id, another)
            #expect(manager.trace.contains("failed 1: \(another)"))
            #expect(manager.reports.last?.retryDelay != nil)
            while manager.dialing.isEmpty, let deadline = manager.core.deadline {
                manager.run(for: deadline - manager.now.instant)
            }
        }
    }

    @Test("is the same for the same seed, and another for another")
    func seeds() throws {
        #expect(try waits(seed: 7, count: 20) == waits(seed: 7, count: 20))
        #expect(try waits(seed: 7, count: 20) != waits(seed: 8, count: 20))
    }
}
