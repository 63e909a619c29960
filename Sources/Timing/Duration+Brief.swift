extension Duration {
    /// The duration for people and log lines, in at most two units: `7.3 s`, `34 min`, `2 h 5 min`,
    /// `3 d 4 h`, `250 ms`.
    ///
    /// Rounded to the nearest multiple of what is shown: a tenth of a second below a minute, a
    /// second below ten minutes, a minute below a day, an hour from there on.
    package var briefDescription: String {
        guard self >= .zero else { return "-" + (.zero - self).briefDescription }

        let microseconds = rounded(to: .microseconds(1))
        guard microseconds > 0 else { return "0 s" }
        guard microseconds >= 1_000 else { return "\(microseconds) µs" }

        let milliseconds = rounded(to: .milliseconds(1))
        guard milliseconds >= 1_000 else { return "\(milliseconds) ms" }

        let tenths = rounded(to: .milliseconds(100))
        guard tenths >= 600 else {
            return tenths % 10 == 0 ? "\(tenths / 10) s" : "\(tenths / 10).\(tenths % 10) s"
        }

        let seconds = rounded(to: .seconds(1))
        guard seconds >= 600 else { return Self.inTwoUnits(seconds, "s", each: 60, "min") }

        let minutes = rounded(to: .seconds(60))
        guard minutes >= 1_440 else { return Self.inTwoUnits(minutes, "min", each: 60, "h") }

        return Self.inTwoUnits(rounded(to: .seconds(3_600)), "h", each: 24, "d")
    }

    private func rounded(to unit: Duration) -> Int128 {
        (attoseconds + unit.attoseconds / 2) / unit.attoseconds
    }

    /// `count` of the small unit, as many as possible put as the large one; parts of zero are left
    /// out.
    private static func inTwoUnits(
        _ count: Int128,
        _ small: String,
        each: Int128,
        _ large: String
    ) -> String {
        let (whole, rest) = count.quotientAndRemainder(dividingBy: each)
        if whole == 0 { return "\(rest) \(small)" }
        return rest == 0 ? "\(whole) \(large)" : "\(whole) \(large) \(rest) \(small)"
    }
}
