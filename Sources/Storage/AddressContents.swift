/// All that `addresses.db` holds, or is to hold.
package struct AddressContents: Equatable, Sendable {
    /// Nil where no book has been saved yet.
    package var book: BookRow?
    /// Ordered by their numbers; those that are empty aren't there.
    package var buckets: [BucketRow] = []
    /// Ordered by their places.
    package var anchors: [AnchorRow] = []

    package init(book: BookRow? = nil, buckets: [BucketRow] = [], anchors: [AnchorRow] = []) {
        self.book = book
        self.buckets = buckets
        self.anchors = anchors
    }
}

/// What there is one of.
package struct BookRow: Equatable, Sendable {
    /// The book's secret, 16 bytes.
    package let key: [UInt8]
    /// When it was so, in microseconds since 1970.
    package let savedMicroseconds: Int64
    /// 8 bytes, by which the book finds damage.
    package let check: [UInt8]

    package init(key: [UInt8], savedMicroseconds: Int64, check: [UInt8]) {
        self.key = key
        self.savedMicroseconds = savedMicroseconds
        self.check = check
    }
}

/// The addresses of a bucket, as the book wrote them.
package struct BucketRow: Equatable, Sendable {
    /// 0 to 1,279.
    package let number: Int
    /// At most 5,120 bytes. A bucket without any isn't stored.
    package let entries: [UInt8]
    /// 8 bytes, by which the book finds damage.
    package let check: [UInt8]

    package init(number: Int, entries: [UInt8], check: [UInt8]) {
        self.number = number
        self.entries = entries
        self.check = check
    }
}

/// A peer that is dialled first at the next start.
package struct AnchorRow: Equatable, Sendable {
    /// 0 or 1.
    package let place: Int
    /// As the book writes addresses: 7, 19 or 35 bytes.
    package let address: [UInt8]
    /// How often it was dialled at a start without having been ready for long since, 0 to 3.
    package let starts: Int

    package init(place: Int, address: [UInt8], starts: Int) {
        self.place = place
        self.address = address
        self.starts = starts
    }
}

/// One step of a transaction of `addresses.db`.
package enum AddressChange: Equatable, Sendable {
    case putBook(BookRow)
    /// Removes it if it is empty.
    case putBucket(BucketRow)
    case putAnchor(AnchorRow)
    case removeAnchor(place: Int)
}
