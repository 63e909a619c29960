import Testing

@testable import LinuxIO

@Suite("A calendar's time")
struct LocalTimeTests {
    @Test(
        "is to the second, and rounded down",
        arguments: [
            (Int64(0), "1970-01-01 00:00:00"), (999_999, "1970-01-01 00:00:00"),
            (-1, "1969-12-31 23:59:59"), (1_767_225_600_000_000, "2026-01-01 00:00:00"),
            (1_709_210_096_500_000, "2024-02-29 12:34:56"),
        ]
    )
    func utc(microseconds: Int64, text: String) {
        #expect(LocalTime.utc.text(unixMicroseconds: microseconds) == text)
    }

    @Test("can be told for every number", arguments: [Int64.min, .max])
    func extremes(microseconds: Int64) {
        #expect(!LocalTime.utc.text(unixMicroseconds: microseconds).isEmpty)
        #expect(!LocalTime.machine.text(unixMicroseconds: microseconds).isEmpty)
    }
}
