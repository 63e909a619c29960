import Glibc
import LinuxIO
import Testing

@Suite("The clock")
struct SystemClockTests {
    @Test("since boot never goes back, and counts nanoseconds with the machine's sleep")
    func boot() {
        var monotonic = timespec()
        clock_gettime(CLOCK_MONOTONIC, &monotonic)
        let first = SystemClock.boot()
        let second = SystemClock.boot()
        #expect(first >= Int64(monotonic.tv_sec) * 1_000_000_000 + Int64(monotonic.tv_nsec))
        #expect(second >= first)
        #expect(second - first < 10_000_000_000)
    }

    @Test("on the wall counts microseconds since 1970")
    func wall() {
        let before = time(nil)
        let wall = SystemClock.wall()
        let after = time(nil)
        #expect((Int64(before - 1)...Int64(after + 1)).contains(wall / 1_000_000))
    }
}
