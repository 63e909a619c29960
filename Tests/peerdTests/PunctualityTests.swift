import Testing
import Timing

@testable import peerd

/// Turns, waits and deadlines in milliseconds from the beginning of the turn before.
@Suite("A turn of the loop")
struct PunctualityTests {
    struct Case: CustomTestStringConvertible {
        let what: String
        var work = 1
        /// Nil for no deadline at all.
        let due: Int?
        let now: Int
        var wasStopped = false
        let expected: Duration?

        var testDescription: String { what }
    }

    @Test(
        "is late when the process was stopped, or long after its deadline",
        arguments: [
            Case(what: "events before the deadline", due: 5_000, now: 4_000, expected: nil),
            Case(what: "a deadline", due: 5_000, now: 5_001, expected: nil),
            Case(what: "a deadline, a little late", due: 5_000, now: 5_100, expected: nil),
            Case(what: "asleep", due: 5_000, now: 5_101, expected: .milliseconds(101)),
            Case(what: "asleep for long", due: 5_000, now: 95_000, expected: .seconds(90)),
            Case(what: "no deadline", due: nil, now: 100_000, expected: nil),
            Case(what: "due at once", due: -3_000, now: 2, expected: nil),
            Case(what: "due at once and asleep", due: -9, now: 200, expected: .milliseconds(199)),
            Case(
                what: "stopped in the wait, nothing due",
                due: 5_000,
                now: 4_000,
                wasStopped: true,
                expected: .zero
            ),
            Case(
                what: "stopped in a wait without end",
                due: nil,
                now: 9_000,
                wasStopped: true,
                expected: .zero
            ),
            Case(
                what: "stopped in the wait",
                due: 5_000,
                now: 5_001,
                wasStopped: true,
                expected: .seconds(5)
            ),
            Case(
                what: "stopped in the turn",
                work: 9_000,
                due: 5_000,
                now: 9_001,
                expected: .seconds(9)
            ),
            Case(
                what: "stopped in the turn and in the wait",
                work: 9_000,
                due: 9_500,
                now: 20_000,
                wasStopped: true,
                expected: .seconds(20)
            ),
            Case(what: "a busy turn", work: 100, due: 50, now: 101, expected: nil),
        ]
    )
    func standstill(_ example: Case) {
        var punctuality = Punctuality()
        #expect(punctuality.judge(example) == example.expected)
    }

    @Test("that is late by its own work, one after the other, wins no time but the first")
    func busy() {
        var punctuality = Punctuality()
        let busy = Case(what: "", work: 300, due: 0, now: 301, expected: nil)
        #expect(punctuality.judge(busy) == .milliseconds(300))
        for _ in 0..<5 { #expect(punctuality.judge(busy) == .zero) }
        #expect(punctuality.judge(Case(what: "", due: 9, now: 9, expected: nil)) == nil)
        #expect(punctuality.judge(busy) == .milliseconds(300))
    }
}

extension Punctuality {
    fileprivate mutating func judge(_ example: PunctualityTests.Case) -> Duration? {
        let turn = Instant(nanoseconds: 5_000_000_000_000)
        func instant(_ milliseconds: Int) -> Instant { turn + .milliseconds(milliseconds) }
        return standstill(
            since: turn,
            Wait(
                from: instant(example.work),
                until: example.due.map(instant) ?? .distantFuture
            ),
            wasStopped: example.wasStopped,
            at: instant(example.now)
        )
    }
}
