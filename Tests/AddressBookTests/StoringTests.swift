import AddressBook
import Addressing
import FlippedBits
import Testing
import Timing

@Suite("A stored book")
struct StoringTests {
    /// A book in which something of everything has happened.
    private static func lively(_ count: Int = 600) -> TestBook {
        var book = TestBook()
        for index in 0..<count {
            let address =
                switch index % 3 {
                case 0: Example.ipv4(group: index % 70, index)
                case 1: Example.ipv6(group: index % 50, index)
                default: Example.onion(UInt64(index))
                }
            for teller in 0..<(1 + index % 5) {
                book.tell(
                    address,
                    services: UInt64(index),
                    by: Example.teller(group: index % 40 + teller)
                )
            }
            if index % 4 == 0 { book.visit(address) }
            if index % 7 == 0 {
                book.reachAnother()
                book.wait(.seconds(1))
                book.miss(address)
            }
        }
        return book
    }

    private static func addresses(_ count: Int = 600) -> [PeerAddress] {
        (0..<count).map { index in
            switch index % 3 {
            case 0: Example.ipv4(group: index % 70, index)
            case 1: Example.ipv6(group: index % 50, index)
            default: Example.onion(UInt64(index))
            }
        }
    }

    @Test("is loaded as it was")
    func roundTrip() {
        var book = Self.lively()
        let stored = book.book.takeChanges(at: book.instant)
        let (loaded, damaged, _) = AddressBook.loading(stored, at: book.now)
        #expect(damaged.isEmpty)
        loaded.checkInvariants()
        #expect(!loaded.hasChanges)
        #expect(loaded.count == book.book.count)
        #expect(loaded.triedCount == book.book.triedCount)
        #expect(loaded.provenCount == book.book.provenCount)
        for address in Self.addresses() {
            #expect(loaded.known(address, at: book.instant) == book.known(address))
        }
        var again = loaded
        again.keepChanged(stored.buckets.map(\.number))
        let second = again.takeChanges(at: book.instant)
        #expect(second.buckets == stored.buckets)
    }

    @Test("has entries of 41, 53 or 69 bytes, and 2 for each further bucket")
    func sizes() {
        let table = [
            (Example.ipv4(0x0102_0304), 41), (Example.ipv6(group: 1, 1), 53),
            (Example.onion(1), 69),
        ]
        for (address, bytes) in table {
            var book = TestBook()
            book.tell(address)
            #expect(book.book.takeChanges(at: book.instant).buckets[0].entries.count == bytes)
            for teller in 0..<500 { book.tell(address, by: Example.teller(group: teller)) }
            #expect(
                book.book.takeChanges(at: book.instant).buckets.first { !$0.entries.isEmpty }?
                    .entries.count == bytes + 6
            )
            book.visit(address)
            #expect(
                book.book.takeChanges(at: book.instant).buckets.first { !$0.entries.isEmpty }?
                    .entries.count == bytes
            )
        }
    }

    @Test("is written as it is described")
    func bytes() {
        var book = TestBook()
        let address = Example.ipv4(0x0102_0304, port: 0x2394)
        book.tell(address, services: 5)
        book.reachAnother()
        book.wait(.seconds(10))
        book.miss(address)
        book.wait(.seconds(5))
        book.visit(address)
        let stored = book.book.takeChanges(at: book.instant)
        let maths = Maths()
        let bucket = maths.newBucket(address, from: TestBook.teller.group)
        #expect(stored.key == TestBook.key)
        #expect(stored.saved == book.now.wall)
        #expect(stored.check == maths.check(of: book.now.wall))
        #expect(stored.buckets.map(\.number) == [bucket, 1_024 + maths.triedBucket(address)])
        #expect(stored.buckets[0].entries.isEmpty)
        let start = UInt64(TestBook.start)
        let times = [start + 15, start + 15, start + 15, start + 10]
        #expect(
            stored.buckets[1].entries
                == [4, 1, 2, 3, 4, 0x23, 0x94] + Maths.little(TestBook.teller.group)
                + [5, 0, 0, 0, 0, 0, 0, 0] + times.flatMap { Maths.little($0, 4) } + [0, 0]
        )
        for bucket in stored.buckets { #expect(bucket.check == maths.check(of: bucket)) }
    }

    @Test("is stored in parts: what has changed, and again what couldn't be stored")
    func parts() {
        var book = Self.lively()
        var rows: [Int: StoredBucket] = [:]
        func store(fails: Bool = false) -> Int {
            let changes = book.book.takeChanges(at: book.instant)
            if fails {
                book.book.keepChanged(changes.buckets.map(\.number))
                return 0
            }
            for bucket in changes.buckets { rows[bucket.number] = bucket }
            return changes.buckets.count
        }
        _ = store()
        #expect(!book.book.hasChanges)
        #expect(store() == 0)
        let addresses = Self.addresses()
        for (index, address) in addresses.enumerated() {
            switch index % 5 {
            case 0: book.visit(address)
            case 1: book.miss(address)
            case 2: book.tell(address, by: .proxied)
            case 3: book.book.noteServices(77, of: address)
            default: book.book.ended(address, at: book.instant)
            }
            if index % 10 == 0 { _ = store(fails: index % 20 == 0) }
            book.wait(.seconds(1))
        }
        book.wait(.seconds(5 * 3_600))
        book.book.settleCollisions(whileReady: .all, at: book.instant)
        _ = store()
        let stored = StoredBook(
            key: TestBook.key,
            saved: book.now.wall,
            check: Maths().check(of: book.now.wall),
            buckets: rows.values.sorted { $0.number < $1.number }
        )
        let (loaded, damaged, _) = AddressBook.loading(stored, at: book.now)
        #expect(damaged.isEmpty)
        #expect(loaded.count == book.book.count)
        for address in addresses {
            // Which connections are ready isn't stored; `known` doesn't show it.
            #expect(loaded.known(address, at: book.instant) == book.known(address))
        }
    }

    @Test("loses a bucket with one wrong bit, and nothing else")
    func flippedBits() throws {
        var book = Self.lively(60)
        let stored = book.book.takeChanges(at: book.instant)
        let filled = stored.buckets.filter { !$0.entries.isEmpty }
        let victim = try #require(filled.max { $0.entries.count < $1.entries.count })
        let others = filled.filter { $0.number != victim.number }
        func load(
            _ bucket: StoredBucket
        ) -> (book: AddressBook, damaged: [Int], isTimeDamaged: Bool) {
            AddressBook.loading(
                stored.with(others + [bucket]),
                at: book.now
            )
        }
        let sound = AddressBook.loading(
            stored.with(others),
            at: book.now
        ).book.count
        for flipped in FlippedBits(of: victim.entries, every: 3) {
            let bucket = StoredBucket(
                number: victim.number,
                entries: flipped.bytes,
                check: victim.check
            )
            let (loaded, damaged, _) = load(bucket)
            #expect(damaged == [victim.number], "\(flipped)")
            #expect(loaded.count == sound, "\(flipped)")
            // It is stored as it is then.
            #expect(loaded.hasChanges)
        }
        for bit in 0..<64 {
            var bucket = victim
            bucket.check ^= 1 << UInt64(bit)
            #expect(load(bucket).damaged == [victim.number])
        }
        // A sound row under another number.
        let moved = StoredBucket(
            number: victim.number ^ 1,
            entries: victim.entries,
            check: victim.check
        )
        #expect(load(moved).damaged == [moved.number])
        let key = SipHash.Key(low: TestBook.key.low ^ 1, high: TestBook.key.high)
        let other = AddressBook.loading(
            stored.with(filled, key: key),
            at: book.now
        )
        #expect(other.damaged.count == filled.count)
        #expect(other.book.count == 0)
        #expect(other.isTimeDamaged)
    }

    /// With a right check, as no damage has: the reader has to cope with whatever there is.
    @Test("is read whatever its bytes are", arguments: UInt64(1)...40)
    func anyBytes(seed: UInt64) {
        var random = SeededRandom(seed: seed)
        var book = Self.lively(40)
        var stored = book.book.takeChanges(at: book.instant)
        let maths = Maths()
        for index in stored.buckets.indices {
            var bytes = stored.buckets[index].entries
            switch random.number(below: 5) {
            case 0 where !bytes.isEmpty: bytes.removeLast(1 + random.number(below: bytes.count))
            case 1:
                bytes += (0..<random.number(below: 80)).map { _ in UInt8(random.number(below: 256))
                }
            case 2 where !bytes.isEmpty:
                bytes[random.number(below: bytes.count)] = UInt8(random.number(below: 256))
            case 3: bytes += bytes
            default: break
            }
            if random.number(below: 50) == 0 { bytes += [UInt8](repeating: 4, count: 5_200) }
            stored.buckets[index].entries = bytes
            stored.buckets[index].check = maths.check(of: stored.buckets[index])
        }
        stored.buckets.append(StoredBucket(number: -1, entries: [], check: 0))
        stored.buckets.append(StoredBucket(number: 1_280, entries: [], check: 0))
        let (loaded, damaged, _) = AddressBook.loading(stored, at: book.now)
        loaded.checkInvariants()
        #expect(damaged.suffix(2) == [-1, 1_280])
    }
}

extension StoredBook {
    fileprivate func with(
        _ buckets: [StoredBucket],
        key: SipHash.Key = TestBook.key
    ) -> StoredBook {
        StoredBook(key: key, saved: saved, check: check, buckets: buckets)
    }
}
