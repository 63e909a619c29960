import Testing
import Timing

@Suite("A wall time")
struct WallTimeTests {
    /// Computed with Python's datetime; beyond its years by the calendar's rule.
    @Test(
        "is printed as RFC 3339 has it, in UTC",
        arguments: [
            (0, "1970-01-01T00:00:00Z"),
            (1, "1970-01-01T00:00:00.000001Z"),
            (-1, "1969-12-31T23:59:59.999999Z"),
            (951_782_400_000_000, "2000-02-29T00:00:00Z"),
            (68_169_600_000_000, "1972-02-29T00:00:00Z"),
            (1_772_368_496_123_456, "2026-03-01T12:34:56.123456Z"),
            (1_772_368_496_120_000, "2026-03-01T12:34:56.120000Z"),
            (4_107_542_399_000_000, "2100-02-28T23:59:59Z"),
            (4_107_542_400_000_000, "2100-03-01T00:00:00Z"),
            (253_402_300_799_999_999, "9999-12-31T23:59:59.999999Z"),
            (253_402_300_800_000_000, "10000-01-01T00:00:00Z"),
            (-62_135_596_800_000_000, "0001-01-01T00:00:00Z"),
            (-62_167_219_200_000_000, "0000-01-01T00:00:00Z"),
            (-62_167_219_200_000_001, "-0001-12-31T23:59:59.999999Z"),
        ] as [(Int64, String)]
    )
    func printed(microseconds: Int64, text: String) {
        #expect(WallTime(microseconds: microseconds).description == text)
    }

    @Test("is printed at both ends of what it can count", arguments: [Int64.min, .max])
    func ends(microseconds: Int64) {
        #expect(WallTime(microseconds: microseconds).description.hasSuffix("Z"))
    }

    @Test("moves by a duration, cut off to microseconds, and stops at its ends")
    func moves() {
        let start = WallTime(microseconds: 10)
        #expect(start + .milliseconds(2) == WallTime(microseconds: 2_010))
        #expect(start + .nanoseconds(1_999) == WallTime(microseconds: 11))
        #expect(start - .microseconds(11) == WallTime(microseconds: -1))
        #expect(start + .seconds(Int64.max) == WallTime(microseconds: .max))
        #expect(WallTime(microseconds: .min) - .seconds(1) == WallTime(microseconds: .min))
        #expect(WallTime(microseconds: 2_000_010) - start == .seconds(2))
        #expect(start < WallTime(microseconds: 11))
    }
}
