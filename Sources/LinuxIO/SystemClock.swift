import Glibc

/// The two clocks of the loop. They can't fail: Linux has had both since 2.6.39.
package enum SystemClock {
    /// Nanoseconds since the machine was started, its sleep included, so that what is due in five
    /// minutes is due five minutes later for everybody else too. Never goes back.
    package static func boot() -> Int64 {
        let time = read(CLOCK_BOOTTIME)
        return Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec)
    }

    /// Microseconds since 1970, UTC. Jumps when somebody sets the clock.
    package static func wall() -> Int64 {
        let time = read(CLOCK_REALTIME)
        return Int64(time.tv_sec) * 1_000_000 + Int64(time.tv_nsec) / 1000
    }

    private static func read(_ clock: CInt) -> timespec {
        var time = timespec()
        let result = clock_gettime(clock, &time)
        precondition(result == 0, "no clock \(clock)")
        return time
    }
}
