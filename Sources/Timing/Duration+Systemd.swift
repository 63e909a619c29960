/// Durations as systemd spells them, in its unit files and in our configuration.
///
/// Source of units and lengths: systemd.time(7).
extension Duration {
    /// Reads `"5min 20s"`, `"300ms"`, `"1.5h"`, or `"90"`, which means seconds.
    ///
    /// Spaces may stand anywhere but inside numbers and words; the parts are added up. Fractions of
    /// a microsecond are cut off. Stricter than systemd in two things: a number without unit must
    /// stand alone, since `"1h 30"` is a slip, and there is no `"infinity"`, since every wait has a
    /// limit.
    ///
    /// - Throws: `DurationError` for anything else, and for more than 292 years.
    package init(systemdSpelling text: String) throws(DurationError) {
        var rest = text.unicodeScalars[...]
        func skipSpaces() {
            rest = rest.drop { $0 == " " || $0 == "\t" }
        }
        func takeWhile(_ belongs: (Unicode.Scalar) -> Bool) -> Substring.UnicodeScalarView {
            let taken = rest.prefix(while: belongs)
            rest = rest[taken.endIndex...]
            return taken
        }

        skipSpaces()
        guard let first = rest.first else { throw DurationError(text, .empty) }
        guard first != "-" else { throw DurationError(text, .negative) }

        var total: Int64 = 0
        var parts = 0
        var lacksUnit = false
        while !rest.isEmpty {
            let whole = takeWhile(Self.isDigit)
            guard !whole.isEmpty else { throw DurationError(text, .missingNumber) }
            var fraction = Substring.UnicodeScalarView()
            if rest.first == "." {
                rest.removeFirst()
                fraction = takeWhile(Self.isDigit)
                guard !fraction.isEmpty else { throw DurationError(text, .missingNumber) }
            }
            skipSpaces()
            let unit = String(takeWhile { !Self.isDigit($0) && $0 != " " && $0 != "\t" })
            skipSpaces()

            parts += 1
            lacksUnit = lacksUnit || unit.isEmpty
            guard parts == 1 || !lacksUnit else { throw DurationError(text, .missingUnit) }
            guard let length = Self.microseconds(inUnit: unit) else {
                throw DurationError(text, .unknownUnit(unit))
            }
            guard
                let part = Self.microseconds(whole, fraction, times: length),
                case let (sum, overflowed) = total.addingReportingOverflow(part),
                !overflowed, sum <= Int64.max / 1_000
            else { throw DurationError(text, .tooLong) }
            total = sum
        }
        self = .microseconds(total)
    }

    /// The duration as `init(systemdSpelling:)` reads it back, exact to the microsecond: `"5min
    /// 20s"`, `"1s 500ms"`, `"0s"`. Days are the largest unit, so that 30 days don't become 4 weeks
    /// and 2 days. Traps if it is negative, for which there is no spelling.
    package var systemdSpelling: String {
        precondition(self >= .zero, "systemd has no spelling for \(self)")
        var rest = clampedMicroseconds
        var parts: [String] = []
        for (unit, length) in Self.spelledUnits where rest >= length {
            parts.append("\(rest / length)\(unit)")
            rest %= length
        }
        return parts.isEmpty ? "0s" : parts.joined(separator: " ")
    }

    private static let spelledUnits: [(unit: String, microseconds: Int64)] = [
        ("d", 86_400_000_000), ("h", 3_600_000_000), ("min", 60_000_000), ("s", 1_000_000),
        ("ms", 1_000), ("us", 1),
    ]

    private static func microseconds(inUnit unit: String) -> Int64? {
        // Comparing a long text of combining marks takes the square of their number.
        guard unit.utf8.count <= "minutes".utf8.count else { return nil }
        return switch unit {
        // Both the Greek letter and the older sign that keyboards have.
        case "us", "usec", "\u{3bc}s", "\u{b5}s": 1
        case "ms", "msec": 1_000
        case "", "s", "sec", "second", "seconds": 1_000_000
        case "m", "min", "minute", "minutes": 60_000_000
        case "h", "hr", "hour", "hours": 3_600_000_000
        case "d", "day", "days": 86_400_000_000
        case "w", "week", "weeks": 604_800_000_000
        // The twelfth part of a year, 30.44 days.
        case "M", "month", "months": 2_629_800_000_000
        // 365.25 days.
        case "y", "year", "years": 31_557_600_000_000
        default: nil
        }
    }

    /// The length of `whole.fraction` units; nil if 64 bits can't hold it.
    private static func microseconds(
        _ whole: Substring.UnicodeScalarView,
        _ fraction: Substring.UnicodeScalarView,
        times length: Int64
    ) -> Int64? {
        guard let count = Int64(String(whole)) else { return nil }
        let (product, overflowed) = count.multipliedReportingOverflow(by: length)
        guard !overflowed else { return nil }

        // What follows the 17th digit is less than a thousandth of a microsecond, even of years.
        var numerator: Int64 = 0
        var denominator: Int64 = 1
        for digit in fraction.prefix(17) {
            numerator = numerator * 10 + Int64(digit.value - 0x30)
            denominator *= 10
        }
        let partial = numerator.multipliedFullWidth(by: length)
        let (sum, sumOverflowed) = product.addingReportingOverflow(
            denominator.dividingFullWidth(partial).quotient
        )
        return sumOverflowed ? nil : sum
    }

    private static func isDigit(_ scalar: Unicode.Scalar) -> Bool {
        ("0"..."9").contains(scalar)
    }
}
