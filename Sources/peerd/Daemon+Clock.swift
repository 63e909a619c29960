import ConnectionCore
import Engine
import Facts
import Timing

/// The calendar's clock, which anybody may set who owns the machine, and which a board without a
/// battery has set minutes after its start.
extension Daemon {
    /// When to look at it again; nil while nothing on disk depends on it, as when every ban has
    /// ended.
    var clockDeadline: Instant? {
        guard engine.storesTimes(at: now) else { return nil }
        return now.instant + ClockWatch.interval
    }

    /// Bans go on for what is left of them, and what is told and stored of their ends follows the
    /// calendar.
    mutating func watchClock(at now: Moment) {
        guard clockWatch.hasMoved(at: now) else { return }
        tell(.clockMoved, at: now)
    }
}
