import DecredWire
import Testing
import Timing

@testable import Engine

@Suite("The turns of sessions")
struct SessionTurnsTests {
    struct Case {
        let interval: Duration
        let idle: Duration
        let step: Duration
    }

    static let cases = [
        Case(interval: .seconds(107), idle: .seconds(120), step: .milliseconds(1_070)),
        Case(interval: .seconds(1), idle: .seconds(2), step: .milliseconds(10)),
        // Little time to answer: a peer has nine tenths of it all the same.
        Case(interval: .seconds(3_600), idle: .seconds(3_601), step: .milliseconds(100)),
        // What no configuration can say.
        Case(interval: .seconds(10), idle: .seconds(10), step: .nanoseconds(1)),
    ]

    @Test(
        "come at equal distances, never before what is due and less than one too late",
        arguments: cases
    )
    func distance(_ example: Case) {
        var policy = SessionPolicy(network: .regnet)
        policy.pingInterval = example.interval
        policy.idleTimeout = example.idle
        let turns = SessionTurns(policy)
        let step = example.step.clampedNanoseconds
        for count: Int64 in [0, 1, 2, 1_000_000] {
            let turn = Instant(nanoseconds: count * step)
            #expect(turns.first(from: turn) == turn)
            let next = Instant(nanoseconds: turn.nanoseconds + step)
            #expect(turns.first(from: Instant(nanoseconds: turn.nanoseconds + 1)) == next)
            #expect(turns.first(from: Instant(nanoseconds: next.nanoseconds - 1)) >= turn)
        }
        #expect(turns.first(from: .distantFuture) <= .distantFuture)
    }
}
