import Addressing
package import Timing

/// How a sentence shows what readers see differently: the journal's in the calendar of all, those
/// on a terminal in the reader's own.
package struct Wording: Sendable {
    package var date: @Sendable (WallTime) -> String
    /// What the system says of one of its error numbers.
    package var systemError: @Sendable (Int32) -> String

    package init(
        date: @escaping @Sendable (WallTime) -> String = { $0.description },
        systemError: @escaping @Sendable (Int32) -> String
    ) {
        self.date = date
        self.systemError = systemError
    }

    /// `banned with 192.0.2.0/24 until 2026-03-01T12:34:56Z`
    func banned(with prefix: Prefix, until: WallTime?) -> String {
        "banned with \(prefix)" + (until.map { " until \(date($0))" } ?? "")
    }

    /// `until 2026-03-01T12:34:56Z`, `for ever`
    package func term(_ until: WallTime?) -> String {
        until.map { "until \(date($0))" } ?? "for ever"
    }
}

/// `3 bans`, `1 ban`
package func counted(_ count: some BinaryInteger, _ noun: String) -> String {
    "\(grouped(count)) \(noun)\(count == 1 ? "" : "s")"
}

/// `4,210`
package func grouped(_ number: some BinaryInteger) -> String {
    var digits = Array(String(number.magnitude))
    for place in stride(from: digits.count - 3, to: 0, by: -3) { digits.insert(",", at: place) }
    return (number < 0 ? "-" : "") + String(digits)
}

/// `20 %`, from a chance between 0 and 1.
package func percent(_ chance: Double) -> String { "\(Int((chance * 100).rounded())) %" }
