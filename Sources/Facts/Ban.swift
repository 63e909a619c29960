package import Addressing
package import Timing

/// What is kept out, by whom and for how long.
///
/// A ban that was made by this process lasts as long as was asked for, whatever somebody does to
/// the calendar's clock meanwhile: it ends by the machine's own. That one is another one after the
/// machine's next start, so what is told and stored is the calendar's time, and of a ban of an
/// earlier process nothing else is known.
package struct Ban: Equatable, Sendable {
    package enum Origin: String, FactName {
        case `operator`
        /// A peer misbehaved.
        case automatic

        package var sentence: String {
            switch self {
            case .operator: "by an operator"
            case .automatic: "for misbehaviour"
            }
        }
    }

    package let prefix: Prefix
    /// When it ends, as the calendar had it when that was last compared with the machine's clock.
    /// Nil for a ban without end.
    package let until: WallTime?
    /// When it ends by the machine's clock. Nil for a ban without end, and for one of an earlier
    /// process.
    package let ends: Instant?
    package let origin: Origin

    package init(prefix: Prefix, until: WallTime?, ends: Instant? = nil, origin: Origin) {
        self.prefix = prefix
        self.until = until
        self.ends = ends
        self.origin = origin
    }
}
