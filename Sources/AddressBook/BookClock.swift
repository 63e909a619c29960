internal import Timing

/// The book's time: the calendar as it was when the book was made or loaded, and from then on the
/// machine's own clock. So whoever sets the calendar changes no age of anything.
///
/// It never runs backwards from one run of the daemon to the next either. Where the calendar was
/// behind what was saved, as after a mistake in the other direction, the book's time goes on from
/// there; what peers claim is then moved as far as the book is ahead, and what they are told is
/// moved back.
struct BookClock: Sendable {
    /// Between these the book's time begins, so that neither what lies 30 days back nor what comes
    /// in the next years leaves the 4 bytes of a `BookTime`: 1985-11-05 and 2096-10-02.
    static let earliest = WallTime(microseconds: 500_000_000_000_000)
    static let latest = WallTime(microseconds: 4_000_000_000_000_000)
    /// From the machine's clock to the book's, in microseconds.
    private let offset: Int64
    /// How far the book's time is ahead of the calendar in which it was loaded, in seconds.
    private let lead: Int64

    /// `saved` is what `wall(at:)` was when the book was saved; nil for a new one.
    init(at now: Moment, saved: WallTime? = nil) {
        var start = min(max(now.wall, Self.earliest), Self.latest)
        if let saved { start = max(start, min(saved, Self.latest)) }
        let machine = WallTime(microseconds: now.instant.nanoseconds / 1_000)
        offset = (start - machine).clampedMicroseconds
        lead = (start - now.wall).clampedMicroseconds / 1_000_000
    }

    /// The book's time as it is saved.
    func wall(at now: Instant) -> WallTime {
        WallTime(microseconds: (now.nanoseconds / 1_000).addingClamped(offset))
    }

    func time(at now: Instant) -> BookTime {
        BookTime(clamping: wall(at: now).microseconds / 1_000_000)
    }

    /// When somebody's seconds since 1970 are in the book's time, which may be before or after all
    /// that it can hold.
    func seconds(ofClaim seconds: UInt64) -> Int64 {
        Int64(clamping: seconds).addingClamped(lead)
    }

    /// What others are told of a moment.
    func claim(_ time: BookTime) -> UInt64 {
        UInt64(max(0, Int64(time.seconds) - lead))
    }
}
