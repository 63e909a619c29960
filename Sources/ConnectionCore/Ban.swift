package import Addressing
package import Timing

/// What is kept out, by whom and for how long.
///
/// A ban that was made by this process lasts as long as was asked for, whatever somebody does to
/// the calendar's clock meanwhile: it ends by the machine's own. That one is another one after the
/// machine's next start, so what is told and stored is the calendar's time, and of a ban of an
/// earlier process nothing else is known.
package struct Ban: Equatable, Sendable {
    package enum Origin: Equatable, Sendable {
        case `operator`
        /// A peer misbehaved.
        case automatic
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

    /// One that begins now. Without a duration it has no end.
    init(_ prefix: Prefix, for duration: Duration?, _ origin: Origin, at now: Moment) {
        self.init(
            prefix: prefix,
            until: duration.map { now.wall + $0 },
            ends: duration.map { now.instant + $0 },
            origin: origin
        )
    }

    func isInForce(at now: Moment) -> Bool {
        if let ends { return now.instant < ends }
        return until.map { now.wall < $0 } ?? true
    }

    /// When it ends by the machine's clock, as far as is known; nil for never.
    func end(at now: Moment) -> Instant? {
        ends ?? until.map { now.instant + ($0 - now.wall) }
    }

    /// Whether it still holds when the other one has ended.
    func outlasts(_ other: Ban) -> Bool {
        (other.until?.microseconds ?? .max) < (until?.microseconds ?? .max)
    }

    /// Whether a new one of its prefix doesn't replace it: an automatic one an operator's, or one
    /// that holds longer.
    func stays(instead new: Ban, at now: Moment) -> Bool {
        switch new.origin {
        case .operator: false
        case .automatic: isInForce(at: now) && (origin == .operator || outlasts(new))
        }
    }
}

extension Ban {
    /// A total order, so that of two that expire together the same one goes in every run.
    func expires(before other: Ban) -> Bool {
        let (own, others) = (until?.microseconds ?? .max, other.until?.microseconds ?? .max)
        return own == others ? prefix < other.prefix : own < others
    }
}
