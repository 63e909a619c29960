import LinuxIO
import Timing

extension Moment {
    /// One reading of both clocks. CLOCK_BOOTTIME goes on while the machine sleeps, so that a
    /// suspended laptop's backoffs end.
    static var now: Moment {
        Moment(
            instant: Instant(nanoseconds: SystemClock.boot()),
            wall: WallTime(microseconds: SystemClock.wall())
        )
    }
}
