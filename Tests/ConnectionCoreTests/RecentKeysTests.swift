import Testing
import Timing

@testable import ConnectionCore

@Suite("Recent keys")
struct RecentKeysTests {
    private static let start = Instant(nanoseconds: 0)

    @Test("are the last 1,000, each for a day from when it was noted last")
    func remembered() {
        var keys = RecentKeys<Int>()
        let later = Self.start + .seconds(1)
        for key in 0..<1_000 { keys.insert(key, at: Self.start) }
        keys.insert(0, at: later)
        keys.insert(1_000, at: later)
        #expect(keys.contains(0, at: later) && keys.contains(1_000, at: later))
        #expect(!keys.contains(1, at: later) && keys.contains(2, at: later))
        let day = Duration.seconds(24 * 60 * 60)
        #expect(!keys.contains(2, at: Self.start + day))
        #expect(keys.expiry(of: 0, at: Self.start + day) == later + day)
    }

    @Test(
        "that come again and again take no more room, within one moment or in many",
        arguments: [0, 1]
    )
    func again(nanoseconds: Int64) {
        var keys = RecentKeys<Int>()
        for number in 0..<10_000 {
            keys.insert(number % 3, at: Self.start + .nanoseconds(nanoseconds * Int64(number)))
            keys.checkInvariants()
        }
        #expect(keys.count == 3)
    }
}
