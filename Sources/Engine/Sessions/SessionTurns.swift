import DecredWire
import Timing

/// When sessions are looked after: not each at its own moment, but all that are due within a
/// hundredth of the interval of pings together, since waking up costs more than sending a ping.
/// With the default of 107 s that is once in 1.07 s, by which a ping may be late.
struct SessionTurns: Equatable, Sendable {
    /// Turns within the interval of pings, at least.
    static let perInterval: Int64 = 100
    /// Turns within the time that a quiet peer has to answer a ping, at least: so a late ping
    /// leaves it nine tenths of that.
    static let perAnswer: Int64 = 10

    private let nanoseconds: Int64

    init(_ policy: SessionPolicy) {
        let interval = policy.pingInterval.clampedNanoseconds / Self.perInterval
        let answer = (policy.idleTimeout - policy.pingInterval).clampedNanoseconds / Self.perAnswer
        nanoseconds = max(1, min(interval, answer))
    }

    /// The first turn at this moment or later.
    func first(from instant: Instant) -> Instant {
        let late = instant.nanoseconds % nanoseconds
        return late == 0 ? instant : instant + .nanoseconds(nanoseconds - late)
    }
}
