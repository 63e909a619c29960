import Addressing
import Facts
import Timing

extension Ban {
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
