import LinuxIO
import Timing

/// From when and where times are looked at.
struct Viewpoint: Sendable {
    /// Microseconds since 1970.
    var nowUnixUSec: Int64
    var calendar: LocalTime

    static func present() -> Viewpoint {
        Viewpoint(nowUnixUSec: SystemClock.wall(), calendar: .machine)
    }

    /// `2026-11-21 14:02:05`
    func date(_ unixUSec: Int64) -> String { calendar.text(unixMicroseconds: unixUSec) }

    /// How long ago: `34 min`. Nothing, if the clock was set back meanwhile.
    func age(of unixUSec: Int64) -> String {
        Self.distance(from: unixUSec, to: nowUnixUSec).briefDescription
    }

    /// How long until then: `2 min`; `0 s` if it has passed, since the answer took its time.
    func wait(until unixUSec: Int64) -> String {
        Self.distance(from: nowUnixUSec, to: unixUSec).briefDescription
    }

    private static func distance(from earlier: Int64, to later: Int64) -> Duration {
        max(WallTime(microseconds: later) - WallTime(microseconds: earlier), .zero)
    }
}
