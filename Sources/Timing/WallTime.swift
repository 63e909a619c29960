/// A moment as calendars have it: microseconds since 1970-01-01T00:00:00Z, leap seconds not counted
/// (CLOCK_REALTIME).
///
/// Whoever owns the machine can set this clock, so nothing waits by it: it is for what people read
/// and for what is stored. Arithmetic saturates; what is finer than a microsecond is cut off.
package struct WallTime: Hashable, BitwiseCopyable, Sendable {
    package let microseconds: Int64

    @inlinable
    package init(microseconds: Int64) {
        self.microseconds = microseconds
    }

    @inlinable
    package static func + (time: WallTime, duration: Duration) -> WallTime {
        WallTime(microseconds: time.microseconds.addingClamped(duration.clampedMicroseconds))
    }

    @inlinable
    package static func - (time: WallTime, duration: Duration) -> WallTime {
        WallTime(microseconds: time.microseconds.subtractingClamped(duration.clampedMicroseconds))
    }

    /// The time from `earlier` to `later`, negative if they come in the other order.
    @inlinable
    package static func - (later: WallTime, earlier: WallTime) -> Duration {
        .microseconds(later.microseconds.subtractingClamped(earlier.microseconds))
    }
}

extension WallTime: Comparable {
    @inlinable
    package static func < (left: WallTime, right: WallTime) -> Bool {
        left.microseconds < right.microseconds
    }
}

extension WallTime: CustomStringConvertible {
    /// As in RFC 3339, in UTC: `2026-03-01T12:34:56Z`, with `.` and six digits before the `Z` where
    /// the second is not a whole one. Years outside 0...9999, which RFC 3339 lacks, get a sign or
    /// more digits.
    package var description: String {
        let (seconds, fraction) = Self.divided(microseconds, by: 1_000_000)
        let (days, secondOfDay) = Self.divided(seconds, by: 86_400)
        let (year, month, day) = Self.date(daysSince1970: days)
        let date =
            "\(Self.padded(year, to: 4))-\(Self.padded(month, to: 2))-\(Self.padded(day, to: 2))"
        let (minuteOfDay, second) = Self.divided(secondOfDay, by: 60)
        let time = [minuteOfDay / 60, minuteOfDay % 60, second]
            .map { Self.padded($0, to: 2) }
            .joined(separator: ":")
        return fraction == 0
            ? "\(date)T\(time)Z" : "\(date)T\(time).\(Self.padded(fraction, to: 6))Z"
    }

    /// Division that rounds down, so that times before 1970 have fractions from 0 up as well.
    private static func divided(_ value: Int64, by divisor: Int64) -> (Int64, Int64) {
        let (quotient, remainder) = value.quotientAndRemainder(dividingBy: divisor)
        return remainder < 0 ? (quotient - 1, remainder + divisor) : (quotient, remainder)
    }

    /// The date in the Gregorian calendar.
    ///
    /// Years are taken to begin in March, so that the leap day is a year's last and the lengths of
    /// the months follow 153 days for each five months; 400 years are always 146,097 days. Source:
    /// Howard Hinnant, "chrono-Compatible Low-Level Date Algorithms", `civil_from_days`.
    private static func date(daysSince1970: Int64) -> (year: Int64, month: Int64, day: Int64) {
        // 719,468 days lie between 0000-03-01 and 1970-01-01.
        let (era, dayOfEra) = divided(daysSince1970 + 719_468, by: 146_097)
        let yearOfEra =
            (dayOfEra - dayOfEra / 1_460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let monthFromMarch = (5 * dayOfYear + 2) / 153
        let day = dayOfYear - (153 * monthFromMarch + 2) / 5 + 1
        let month = monthFromMarch < 10 ? monthFromMarch + 3 : monthFromMarch - 9
        return (yearOfEra + era * 400 + (month <= 2 ? 1 : 0), month, day)
    }

    private static func padded(_ number: Int64, to width: Int) -> String {
        let digits = String(number.magnitude)
        let zeros = String(repeating: "0", count: max(0, width - digits.count))
        return (number < 0 ? "-" : "") + zeros + digits
    }
}
