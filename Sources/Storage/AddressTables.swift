/// The tables of `addresses.db`: the address book, bucket by bucket, and the anchors.
///
/// A file of its own: damage to gossip costs no ban, and `peerd.db` keeps its version.
package final class AddressTables: StoredTables {
    package static var schema: Schema { .addresses }
    package static var emptying: StaticString {
        "DELETE FROM anchor; DELETE FROM book; DELETE FROM bucket"
    }
    /// Numbers bound the buckets and the anchors.
    package static var limits: [RowLimit] {
        [RowLimit(rows: "books", most: 1, count: "SELECT count(*) FROM book")]
    }

    private let removeBook: Statement
    private let addBook: Statement
    private let putBucket: Statement
    private let removeBucket: Statement
    private let putAnchor: Statement
    private let removeAnchor: Statement

    package init(on connection: borrowing Connection) throws(StorageError) {
        removeBook = try connection.prepare("DELETE FROM book", for: .open)
        addBook = try connection.prepare("INSERT INTO book VALUES (?, ?, ?)", for: .open)
        putBucket = try connection.prepare(
            "INSERT OR REPLACE INTO bucket VALUES (?, ?, ?)",
            for: .open
        )
        removeBucket = try connection.prepare("DELETE FROM bucket WHERE number = ?", for: .open)
        putAnchor = try connection.prepare(
            "INSERT OR REPLACE INTO anchor VALUES (?, ?, ?)",
            for: .open
        )
        removeAnchor = try connection.prepare("DELETE FROM anchor WHERE place = ?", for: .open)
    }

    package static func contents(
        in connection: borrowing Connection
    ) throws(StorageError) -> AddressContents {
        var contents = AddressContents()
        let books = try connection.prepare(#"SELECT key, saved_us, "check" FROM book"#, for: .load)
        try books.forEachRow(for: .load) { row in
            contents.book = BookRow(
                key: row.blob(0),
                savedMicroseconds: row.integer(1),
                check: row.blob(2)
            )
        }
        let buckets = try connection.prepare(
            #"SELECT number, entries, "check" FROM bucket ORDER BY number"#,
            for: .load
        )
        try buckets.forEachRow(for: .load) { row in
            contents.buckets.append(
                BucketRow(number: Int(row.integer(0)), entries: row.blob(1), check: row.blob(2))
            )
        }
        let anchors = try connection.prepare(
            "SELECT place, address, starts FROM anchor ORDER BY place",
            for: .load
        )
        try anchors.forEachRow(for: .load) { row in
            contents.anchors.append(
                AnchorRow(
                    place: Int(row.integer(0)),
                    address: row.blob(1),
                    starts: Int(row.integer(2))
                )
            )
        }
        return contents
    }

    package static func changes(making contents: AddressContents) -> [AddressChange] {
        (contents.book.map { [.putBook($0)] } ?? [])
            + contents.buckets.map { .putBucket($0) } + contents.anchors.map { .putAnchor($0) }
    }

    package func make(_ change: AddressChange) throws(StorageError) {
        switch change {
        case .putBook(let row):
            try removeBook.run(for: .save)
            try addBook
                .run(
                    .blob(row.key),
                    .integer(row.savedMicroseconds),
                    .blob(row.check),
                    for: .save
                )
        case .putBucket(let row) where row.entries.isEmpty:
            try removeBucket.run(.integer(Int64(row.number)), for: .save)
        case .putBucket(let row):
            try putBucket
                .run(.integer(Int64(row.number)), .blob(row.entries), .blob(row.check), for: .save)
        case .putAnchor(let row):
            try putAnchor.run(
                .integer(Int64(row.place)),
                .blob(row.address),
                .integer(Int64(row.starts)),
                for: .save
            )
        case .removeAnchor(let place):
            try removeAnchor.run(.integer(Int64(place)), for: .save)
        }
    }
}
