import AddressBook
import Addressing
import FlippedBits
import Storage
import Testing
import Timing

/// The real book in a real file.
@Suite("An address book in its file")
struct BookFileTests {
    private static let now = Moment(
        instant: Instant(nanoseconds: 60_000_000_000),
        wall: WallTime(microseconds: 1_790_000_000_000_000)
    )

    private let folder: StateFolder

    init() throws { folder = try StateFolder() }

    private static func book(of count: Int) -> AddressBook {
        var book = AddressBook(key: SipHash.Key(low: 1, high: 2), at: now)
        var random = SeededRandom(seed: 1)
        for teller in 0..<400 where book.count < count {
            let claims = (0..<200).map { _ in
                AddressClaim(
                    address: PeerAddress(
                        IPAddress(v4: UInt32(truncatingIfNeeded: random.next())),
                        port: 1
                    ),
                    services: 1,
                    seenSeconds: 1_790_000_000
                )
            }
            let host = PeerAddress.Host.ip(IPAddress(v4: UInt32(teller) << 16))
            _ = book.add(claims, from: .peer(host), at: now.instant, using: &random)
            for claim in claims.prefix(40) { book.succeeded(claim.address, at: now.instant) }
        }
        return book
    }

    private func save(_ book: inout AddressBook) {
        let changes = book.takeChanges(at: Self.now.instant)
        let reply = AddressStore(folder: folder.path).handle(.apply(changes.rows))
        #expect(reply.addressError == nil)
    }

    private func load() throws -> (book: AddressBook, damaged: [Int]) {
        let contents = try AddressStore(folder: folder.path).handle(.load).addresses
        let stored = try #require(contents.book(contents.buckets))
        let (book, damaged, isTimeDamaged) = AddressBook.loading(stored, at: Self.now)
        #expect(!isTimeDamaged)
        return (book, damaged)
    }

    @Test("comes back as it was, also when it was saved in parts")
    func comesBack() throws {
        var book = Self.book(of: 3_000)
        save(&book)
        #expect(try load().book.count == book.count)
        var random = SeededRandom(seed: 2)
        for _ in 0..<5 {
            for _ in 0..<50 {
                let known = try #require(book.pick(.outbound, at: Self.now.instant, using: &random))
                book.succeeded(known.address, at: Self.now.instant)
            }
            save(&book)
            let (loaded, damaged) = try load()
            loaded.checkInvariants()
            #expect(damaged.isEmpty)
            #expect((loaded.count, loaded.triedCount) == (book.count, book.triedCount))
        }
    }

    /// What SQLite can't know: a bit of what is in a row.
    @Test("loses a bucket in which a bit is wrong, and nothing else")
    func flippedBits() throws {
        var book = Self.book(of: 200)
        save(&book)
        let file = try StateFolder.read(folder.path + "/addresses.db")
        let whole = try load().book.count
        var (damaged, setAside) = (0, 0)
        // Behind the page of the schema; all places within bytes.
        for flipped in FlippedBits(of: file, in: 4_096..<file.count, every: 4_099) {
            folder.removeAll()
            try StateFolder.write(flipped.bytes, to: folder.path + "/addresses.db")
            let reply = AddressStore(folder: folder.path).handle(.load)
            if reply.setAside != nil {
                setAside += 1
                continue
            }
            let contents = try reply.addresses
            guard let stored = contents.book(contents.buckets) else { continue }
            let loaded = AddressBook.loading(stored, at: Self.now)
            loaded.book.checkInvariants()
            damaged += loaded.damaged.isEmpty ? 0 : 1
            // Of a sound key one bucket at most; of another key none is sound.
            #expect(loaded.damaged.count <= 1 || loaded.book.count == 0, "\(flipped)")
            #expect(loaded.damaged.count > 0 || loaded.book.count == whole, "\(flipped)")
        }
        #expect(damaged > 0 && setAside > 0)
    }
}

extension StoredBook {
    /// As rows of its file.
    fileprivate var rows: [AddressChange] {
        let key = [self.key.low, self.key.high].flatMap(BookFileTests.bytes)
        let book = BookRow(
            key: key,
            savedMicroseconds: saved.microseconds,
            check: BookFileTests.bytes(check)
        )
        return [.putBook(book)]
            + buckets.map {
                .putBucket(
                    BucketRow(
                        number: $0.number,
                        entries: $0.entries,
                        check: BookFileTests.bytes($0.check)
                    )
                )
            }
    }
}

extension AddressContents {
    fileprivate func book(_ rows: [BucketRow]) -> StoredBook? {
        guard let book else { return nil }
        return StoredBook(
            key: SipHash.Key(
                low: BookFileTests.word(book.key.prefix(8)),
                high: BookFileTests.word(book.key.suffix(8))
            ),
            saved: WallTime(microseconds: book.savedMicroseconds),
            check: BookFileTests.word(book.check),
            buckets: rows.map {
                StoredBucket(
                    number: $0.number,
                    entries: $0.entries,
                    check: BookFileTests.word($0.check)
                )
            }
        )
    }
}

extension BookFileTests {
    /// The lowest first.
    fileprivate static func bytes(_ word: UInt64) -> [UInt8] {
        (0..<8).map { UInt8(truncatingIfNeeded: word >> (8 * $0)) }
    }

    fileprivate static func word(_ bytes: some Collection<UInt8>) -> UInt64 {
        bytes.reversed().reduce(0) { $0 << 8 | UInt64($1) }
    }
}
