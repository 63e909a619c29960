package import Storage

/// A life of the address book's file of which every moment is known: transaction number n writes
/// the time n and a tenth of the buckets, of which some are empty then.
package enum AddressChurn {
    private static let buckets = 60
    private static let each = 10

    package static func request(_ number: Int) -> AddressStore.Request {
        if number.isMultiple(of: 25) { return .replace(contents(after: number)) }
        let first = number * each % buckets
        let anchor: AddressChange =
            number.isMultiple(of: 3) ? .removeAnchor(place: 0) : .putAnchor(self.anchor(number))
        return .apply(
            [.putBook(book(number))]
                + (first..<first + each).map { .putBucket(bucket($0, after: number)) } + [anchor]
        )
    }

    package static func contents(after number: Int) -> AddressContents {
        guard number > 0 else { return AddressContents() }
        return AddressContents(
            book: book(number),
            buckets: (0..<buckets).map { bucket($0, after: number) }.filter { !$0.entries.isEmpty },
            anchors: number.isMultiple(of: 3) ? [] : [anchor(number)]
        )
    }

    /// The number of transactions after which the contents are these; nil if there is none.
    package static func number(of contents: AddressContents) -> Int? {
        let number = contents.book.map { Int($0.savedMicroseconds) } ?? 0
        return contents == self.contents(after: number) ? number : nil
    }

    /// Writes until it is killed, and says each number when it is saved.
    static func run(in folder: String, from first: Int) -> Never {
        let store = AddressStore(folder: folder)
        if case .failure(let error) = store.handle(.load).result { StorageProbe.fail("\(error)") }
        var number = first
        while true {
            if case .failure(let error) = store.handle(request(number)).result {
                StorageProbe.fail("\(error)")
            }
            StorageProbe.say("\(number)")
            number += 1
        }
    }

    private static func book(_ number: Int) -> BookRow {
        BookRow(
            key: [UInt8](repeating: 7, count: 16),
            savedMicroseconds: Int64(number),
            check: [UInt8](repeating: UInt8(number % 256), count: 8)
        )
    }

    private static func anchor(_ number: Int) -> AnchorRow {
        AnchorRow(place: 0, address: [4, 1, 2, 3, 4, 5, 6], starts: number % 4)
    }

    /// As the last transaction that wrote it has left it; long, so that a transaction changes many
    /// pages and logs are emptied often.
    private static func bucket(_ bucket: Int, after number: Int) -> BucketRow {
        // A turn through all of them takes so many transactions.
        let turn = buckets / each
        let writer = (0..<turn).map { number - $0 }.first {
            $0 * each % buckets == bucket / each * each
        }
        let last = max(0, writer ?? 0)
        let count = last == 0 || (last + bucket).isMultiple(of: 7) ? 0 : 1_000 + bucket * 60
        return BucketRow(
            number: bucket,
            entries: [UInt8](repeating: UInt8(last % 251), count: count),
            check: [UInt8](repeating: UInt8(bucket), count: 8)
        )
    }
}
