import Testing
import Timing

@Suite("An instant")
struct InstantTests {
    @Test(
        "moves by a duration, cut off to nanoseconds",
        arguments: [
            (.seconds(5), 5_000_001_000), (.nanoseconds(1), 1_001), (.zero, 1_000),
            (.seconds(-5), -4_999_999_000),
            (Duration(secondsComponent: 0, attosecondsComponent: 999_999_999), 1_000),
            (Duration(secondsComponent: 0, attosecondsComponent: -999_999_999), 1_000),
        ] as [(Duration, Int64)]
    )
    func moves(duration: Duration, nanoseconds: Int64) {
        let start = Instant(nanoseconds: 1_000)
        #expect(start + duration == Instant(nanoseconds: nanoseconds))
        #expect(start - (.zero - duration) == Instant(nanoseconds: nanoseconds))
    }

    @Test("stops at the ends of what it can count")
    func saturates() {
        let past = Instant(nanoseconds: .min)
        let ages = Duration.seconds(Int64.max)
        #expect(Instant(nanoseconds: 1) + ages == .distantFuture)
        #expect(Instant(nanoseconds: .max - 1) + .nanoseconds(1) == .distantFuture)
        #expect(Instant(nanoseconds: .max - 1) + .nanoseconds(2) == .distantFuture)
        #expect(Instant.distantFuture + .seconds(1) == .distantFuture)
        #expect(Instant(nanoseconds: -2) - ages == past)
        #expect(past - .nanoseconds(1) == past)
        #expect(past + .seconds(-1) == past)
        #expect(Instant(nanoseconds: 1) - .nanoseconds(Int64.min) == .distantFuture)
        #expect(Instant.distantFuture - past == .nanoseconds(Int64.max))
        #expect(past - Instant.distantFuture == .nanoseconds(Int64.min))
    }

    @Test("is as far from another as the duration between them, with its sign")
    func distance() {
        let early = Instant(nanoseconds: 1)
        let late = Instant(nanoseconds: 3_000_000_001)
        #expect(late - early == .seconds(3))
        #expect(early - late == .seconds(-3))
        #expect(early < late)
        #expect(late < .distantFuture)
    }
}
