/// A moment in the book's own time (see `BookClock`): whole seconds since 1970, up to 2106, in 4
/// bytes.
struct BookTime: Hashable, BitwiseCopyable, Sendable {
    static let minute = 60
    static let hour = 60 * minute
    static let day = 24 * hour

    /// What hasn't happened: longer ago than anything else.
    static let never = BookTime(seconds: 0)

    let seconds: UInt32

    init(seconds: UInt32) {
        self.seconds = seconds
    }

    /// The nearest moment that there is; none is `never`.
    init(clamping seconds: Int64) {
        self.seconds = UInt32(clamping: max(1, seconds))
    }

    static func + (time: BookTime, seconds: Int) -> BookTime {
        BookTime(clamping: Int64(time.seconds) + Int64(seconds))
    }

    static func - (time: BookTime, seconds: Int) -> BookTime { time + -seconds }

    /// Seconds from `earlier` to `later`; since `never` more than any age that matters.
    static func - (later: BookTime, earlier: BookTime) -> Int {
        Int(later.seconds) - Int(earlier.seconds)
    }
}

extension BookTime: Comparable {
    static func < (left: BookTime, right: BookTime) -> Bool { left.seconds < right.seconds }
}
