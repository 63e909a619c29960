import DecredWire
import Testing
import Timing

@Suite("The time in which a peer must take what is queued to it")
struct WriteDeadlineTests {
    private static let start = Instant(nanoseconds: 1_000_000_000_000)

    @Test(
        "is 20 s, and a second for each 256 KiB",
        arguments: [
            (1, .nanoseconds(20_000_003_814)),
            (65_536, .milliseconds(20_250)),
            (262_144, .seconds(21)),
        ] as [(Int, Duration)]
    )
    func first(bytes: Int, expected: Duration) {
        let deadline = WriteDeadline(queued: bytes, at: Self.start)
        #expect(deadline.instant == Self.start + expected)
    }

    @Test("is put off by what is queued later, and not by another 20 s")
    func extended() {
        var deadline = WriteDeadline(queued: 65_536, at: Self.start)
        deadline.extend(by: 131_072)
        #expect(deadline.instant == Self.start + .milliseconds(20_750))
    }

    @Test("is not put off for ever by a peer that makes us answer 1,000 pings a second")
    func flood() {
        var deadline = WriteDeadline(queued: 32, at: Self.start)
        var now = Self.start
        for _ in 0..<30_000 where now < deadline.instant {
            now = now + .milliseconds(1)
            deadline.extend(by: 32)
        }
        #expect(now >= deadline.instant)
        #expect(now - Self.start < .seconds(23))
    }

    @Test("goes on where it stopped when nobody looked for a while")
    func standstill() {
        var deadline = WriteDeadline(queued: 262_144, at: Self.start)
        deadline.stoodStill(for: .seconds(9))
        #expect(deadline.instant == Self.start + .seconds(30))
    }

    @Test("takes 8 bytes")
    func size() {
        #expect(MemoryLayout<WriteDeadline>.size == 8)
    }
}
