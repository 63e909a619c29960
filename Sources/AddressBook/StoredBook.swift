package import Timing

/// A book as it is stored, or as much of it as has changed.
package struct StoredBook: Equatable, Sendable {
    package let key: SipHash.Key
    /// The book's time when it was so.
    package let saved: WallTime
    /// A hash of that under the book's key.
    package let check: UInt64
    /// Those that had none are as if empty.
    package var buckets: [StoredBucket]

    package init(
        key: SipHash.Key,
        saved: WallTime,
        check: UInt64,
        buckets: [StoredBucket]
    ) {
        self.key = key
        self.saved = saved
        self.check = check
        self.buckets = buckets
    }
}

/// The addresses that have their first place in a bucket: of one that is full 4,800 bytes at most.
package struct StoredBucket: Equatable, Sendable {
    /// Room for the longest entries in all places.
    package static let mostBytes = 5_120

    /// 0 to 1,279: the new ones before the tried ones.
    package let number: Int
    /// Empty where there is none.
    package var entries: [UInt8]
    /// A hash of both under the book's key.
    package var check: UInt64

    package init(number: Int, entries: [UInt8], check: UInt64) {
        self.number = number
        self.entries = entries
        self.check = check
    }
}
