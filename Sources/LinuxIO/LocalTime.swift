import Glibc

/// A calendar's date and time, for people.
package enum LocalTime: Sendable {
    /// As TZ or /etc/localtime say.
    case machine
    case utc

    /// `2026-11-21 14:02:05`, to the second. What no calendar has is its seconds since 1970: `@17`.
    package func text(unixMicroseconds: Int64) -> String {
        let (whole, rest) = unixMicroseconds.quotientAndRemainder(dividingBy: 1_000_000)
        // Rounded down before 1970 as well.
        var seconds = time_t(rest < 0 ? whole - 1 : whole)
        var calendar = tm()
        let isKnown =
            switch self {
            case .machine: localtime_r(&seconds, &calendar) != nil
            case .utc: gmtime_r(&seconds, &calendar) != nil
            }
        guard isKnown else { return "@\(seconds)" }
        var buffer = [CChar](repeating: 0, count: 64)
        let count = strftime(&buffer, buffer.count, "%Y-%m-%d %H:%M:%S", &calendar)
        return String(decoding: buffer[..<count].map(UInt8.init(bitPattern:)), as: UTF8.self)
    }
}
