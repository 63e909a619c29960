import Timing

/// Notices when the calendar's clock has moved against the machine's own: somebody set it, or it
/// has been slewed for long. Until then a moment is told as the same time whenever it is asked for.
struct ClockWatch {
    /// By less than that a time that was told is right enough.
    static let tolerance = Duration.seconds(1)
    /// How often to look while something depends on it, at least. Each look costs some
    /// microseconds; a time on disk is wrong for so long at the most.
    static let interval = Duration.seconds(2)

    /// When the machine was started, in the calendar as it was set when that was noted last.
    private var origin: WallTime

    init(at now: Moment) {
        origin = Self.origin(at: now)
    }

    /// Whether it has moved since it was said to have, or since the beginning.
    mutating func hasMoved(at now: Moment) -> Bool {
        let present = Self.origin(at: now)
        let shift = present - origin
        guard max(shift, .zero - shift) > Self.tolerance else { return false }
        origin = present
        return true
    }

    /// When that was or will be, in the calendar.
    func time(of instant: Instant) -> WallTime {
        origin + (instant - Instant(nanoseconds: 0))
    }

    private static func origin(at now: Moment) -> WallTime {
        now.wall - (now.instant - Instant(nanoseconds: 0))
    }
}
