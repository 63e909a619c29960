import Addressing
import ConnectionCore
import Facts
import Testing
import Timing

@Suite("Failures of the outbound dialler")
struct OutboundPacingTests {
    private func manager(target: Int, _ change: (inout Policy) -> Void = { _ in }) -> TestManager {
        let manager = TestManager {
            $0.outbound.target = target
            change(&$0)
        }
        manager.source.append(contentsOf: (0..<1_000).map { peer($0) })
        return manager
    }

    private let pause = "paused after 25 for 5 s"

    /// Fails whatever is dialled, at the moment when it is dialled, for so long.
    private func failAll(_ manager: TestManager, for duration: Duration) {
        let end = manager.now.instant + duration
        while true {
            manager.run(for: .zero)
            while let id = manager.dialing.first { manager.fail(id) }
            guard let deadline = manager.core.deadline, deadline <= end else { break }
            manager.run(for: deadline - manager.now.instant)
        }
        manager.run(for: end - manager.now.instant)
    }

    @Test("start the next dial at once up to the 24th in a row")
    func below() {
        let manager = manager(target: 1)
        manager.run(for: .zero)
        for _ in 0..<24 { manager.fail(manager.dialing[0]) }
        #expect(manager.dials.count == 25)
        #expect(!manager.trace.contains(pause))
    }

    @Test("pause it for 5 s from the 25th in a row on, and say so once")
    func paused() {
        let manager = manager(target: 1)
        manager.run(for: .zero)
        for _ in 0..<25 { manager.fail(manager.dialing[0]) }
        #expect(manager.dials.count == 25)
        #expect(manager.trace.contains(pause))
        manager.run(for: .seconds(5) - .tick)
        #expect(manager.dials.count == 25)
        manager.run(for: .tick)
        #expect(manager.dials.count == 26)
        failAll(manager, for: .seconds(600))
        #expect(manager.trace.count { $0 == pause } == 1)
    }

    @Test(
        "include what an operator ends before it is ready, and nothing that was ready",
        arguments: ["dialing", "established", "ready"],
        [false, true]
    )
    func byOperator(phase: String, isBan: Bool) throws {
        let manager = manager(target: 1)
        manager.run(for: .zero)
        let id = manager.dialing[0]
        if phase != "dialing" { manager.succeed(id) }
        if phase == "ready" { manager.run(for: .seconds(10)) }
        if isBan {
            let ip = try #require(manager.table[id]?.remote?.ip)
            try manager.ban("\(ip)")
        } else {
            try manager.disconnect(.id(id))
        }
        #expect(manager.core.outboundFailures == (phase == "ready" ? 0 : 1))
    }

    @Test("don't include what the network's end took")
    func byNetwork() throws {
        let manager = manager(target: 3)
        manager.run(for: .zero)
        manager.succeed(manager.dialing[0])
        try manager.setNetworkActive(false)
        #expect(manager.core.outboundFailures == 0)
    }

    @Test("let one attempt start every 5 s after that, however many are missing")
    func rationed() {
        let manager = manager(target: 8)
        manager.run(for: .zero)
        failAll(manager, for: .zero)
        // 8 at first and one for each of the 24 failures.
        #expect(manager.dials.count == 32)
        manager.forgetTrace()
        let start = manager.now.instant
        failAll(manager, for: .seconds(60))
        #expect(manager.dials.map { $0.at - start } == (1...12).map { .seconds(5 * $0) })
    }

    @Test("let one attempt start every 5 s though the earlier ones still go on")
    func rationedSlow() {
        let manager = manager(target: 8)
        failAll(manager, for: .zero)
        manager.forgetTrace()
        let start = manager.now.instant
        manager.run(for: .seconds(26))
        #expect(manager.dials.map { $0.at - start } == (1...5).map { .seconds(5 * $0) })
    }

    @Test("end with one connection that gets ready: all that is missing is dialled together")
    func reset() {
        let manager = manager(target: 8)
        failAll(manager, for: .zero)
        manager.run(for: .seconds(5))
        manager.succeed(manager.dialing[0])
        manager.run(for: .seconds(10) - .tick)
        let before = manager.dials.count
        manager.run(for: .tick)
        manager.run(for: .seconds(5))
        let after = Array(manager.dials[before...])
        #expect(manager.table.census.limited.outbound == 8)
        // One of the 8 is ready, two were started by ration.
        #expect(after.count == 8 - 1 - (before - 33))
        #expect(Set(after.map(\.at)).count == 1)
    }

    @Test("begin to be counted anew after one that gets ready")
    func countedAnew() {
        let manager = manager(target: 2)
        manager.run(for: .zero)
        manager.succeed(manager.dialing[0])
        for _ in 0..<24 { manager.fail(manager.dialing[0]) }
        manager.run(for: .seconds(10))
        for _ in 0..<24 { manager.fail(manager.dialing[0]) }
        #expect(!manager.trace.contains(pause))
        manager.fail(manager.dialing[0])
        #expect(manager.trace.contains(pause))
    }

    @Test(
        "are counted, of whatever cause",
        arguments: [
            DialFailure.refused, .timedOut(after: .seconds(30)), .unreachable, .selfConnection,
            .noLocalEnd(.port(among: nil)), .io(errno: 71),
        ]
    )
    func causes(failure: DialFailure) {
        let manager = manager(target: 1)
        manager.run(for: .zero)
        for _ in 0..<25 { manager.fail(manager.dialing[0], failure) }
        #expect(manager.trace.contains(pause))
    }

    @Test("include connections that end before they are ready")
    func notReady() {
        let manager = manager(target: 1)
        manager.run(for: .zero)
        for _ in 0..<25 {
            let id = manager.dialing[0]
            manager.succeed(id)
            manager.run(for: .seconds(10) - .tick)
            manager.lose(id)
        }
        #expect(manager.trace.contains(pause))
    }

    @Test("don't include those of manual and persistent connections")
    func others() throws {
        let manager = manager(target: 1)
        manager.run(for: .zero)
        for _ in 0..<30 { manager.fail(try manager.connect("198.51.100.7:9108")) }
        #expect(!manager.trace.contains(pause))
    }

    @Test("come together when the network is down, and cause no storm")
    func storm() {
        let manager = manager(target: 8)
        for _ in 0..<100 { failAll(manager, for: .seconds(60)) }
        #expect(manager.dials.count <= 32 + 100 * 12)
        #expect(manager.table.count <= 8)
    }

    @Test("pause for the retry interval that is set")
    func interval() {
        let manager = manager(target: 1) { $0.outbound.retry = .seconds(20) }
        failAll(manager, for: .seconds(100))
        #expect(manager.trace.contains("paused after 25 for 20 s"))
        #expect(manager.dials.count == 25 + 5)
    }

    @Test("don't hold back addresses that are new")
    func newAddresses() {
        let manager = TestManager { $0.outbound.target = 1 }
        manager.source.append(contentsOf: (0..<25).map { peer($0) })
        failAll(manager, for: .seconds(1))
        #expect(manager.trace.contains(pause))
        manager.source.append(peer(25))
        manager.run(for: .seconds(1))
        #expect(manager.dials.count == 25)
        manager.tell(.addressesAdded)
        #expect(manager.dials.count == 26)
    }
}
