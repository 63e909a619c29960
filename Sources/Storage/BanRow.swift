/// A ban as it is stored.
package struct BanRow: Equatable, Sendable {
    /// The raw values are what is stored: they never change their meaning.
    package enum Origin: String, Sendable, CaseIterable {
        case `operator`
        case automatic
    }

    /// `192.0.2.0/24`, as it is printed, so that equal prefixes are equal texts. 1 to 64 visible
    /// ASCII characters: an IPv6 prefix has at most 43.
    package let prefix: String
    /// Wall time, in microseconds since 1970. Nil for a ban without end.
    package let untilMicroseconds: Int64?
    package let origin: Origin

    package init(prefix: String, untilMicroseconds: Int64?, origin: Origin) {
        self.prefix = prefix
        self.untilMicroseconds = untilMicroseconds
        self.origin = origin
    }
}
