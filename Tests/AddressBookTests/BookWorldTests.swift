import AddressBook
import Addressing
import Testing
import Timing

/// Whatever happens, in any order.
@Suite("A book's life")
struct BookWorldTests {
    @Test("keeps its promises at every step, and comes to all that can happen")
    func life() {
        var settled = BookCounts.Collisions()
        for seed in UInt64(1)...8 {
            var world = BookWorld(seed: seed)
            for _ in 0..<250 { world.step() }
            #expect(world.book.book.count > 0, "seed \(seed)")
            settled.kept += world.settled.kept
            settled.replaced += world.settled.replaced
            settled.dropped += world.settled.dropped
        }
        // What no world leads to isn't tested by any.
        #expect(settled.kept > 10 && settled.replaced > 10 && settled.dropped > 10, "\(settled)")
    }

    @Test("has no end: as many addresses as there are places, and no more")
    func fullest() {
        var book = TestBook()
        var random = SeededRandom(seed: 1)
        for group in 0..<400 {
            let claims = (0..<600).map { _ in
                AddressClaim(
                    address: Example.ipv4(UInt32(truncatingIfNeeded: random.next())),
                    services: 1,
                    seenSeconds: UInt64(book.seconds)
                )
            }
            book.tell(claims, by: Example.teller(group: group))
        }
        // 400 sources with 4 buckets each leave 21 % of the new buckets untouched.
        #expect((48_000...65_536).contains(book.book.count))
        book.book.checkInvariants()
    }
}

/// A book, and a seed that decides what happens to it.
private struct BookWorld {
    var book = TestBook()
    private var random: SeededRandom
    private let addresses: [PeerAddress]
    private let groups: Int
    private var ready: [PeerAddress] = []
    /// Of all lives.
    private(set) var settled = BookCounts.Collisions()
    private var rows: [Int: StoredBucket] = [:]

    init(seed: UInt64) {
        random = SeededRandom(seed: seed)
        // Few groups lead to full buckets, many to many.
        groups = [1, 6, 80][random.number(below: 3)]
        var addresses: [PeerAddress] = []
        for index in 0..<400 {
            let group = random.number(below: groups)
            switch random.number(below: 8) {
            case 0: addresses.append(Example.onion(UInt64(index)))
            case 1, 2: addresses.append(Example.ipv6(group: group, index))
            default: addresses.append(Example.ipv4(group: group, index))
            }
        }
        self.addresses = addresses
    }

    private mutating func draw() -> PeerAddress { addresses[random.number(below: addresses.count)] }

    mutating func step() {
        let before = book
        let soundBefore = sound(in: before)
        switch random.number(below: 14) {
        case 0, 1, 2, 3: hear()
        case 4, 5: dial()
        case 6: end()
        case 7: book.wait(random.duration(below: .seconds(7_200)))
        case 8:
            book.wait(
                random.duration(below: .seconds(random.number(below: 20) == 0 ? 3_000_000 : 90_000))
            )
        case 9: book.book.settleCollisions(whileReady: families, at: book.instant)
        case 10: pick()
        case 11, 12: feel()
        default: storeAndLoad()
        }
        book.book.checkInvariants()
        note(before.book.counts.collisions)
        // Nobody pushes a sound address out, but one that was good and has lost its tried place.
        let replaced = book.book.counts.collisions.replaced - before.book.counts.collisions.replaced
        let lost = soundBefore.filter { book.known($0) == nil }
        #expect(lost.count <= max(0, replaced), "\(lost)")
    }

    private func sound(in book: TestBook) -> [PeerAddress] {
        addresses.filter { book.known($0).map { $0.badReason == nil } ?? false }
    }

    private var families: AddressFamilies {
        AddressFamilies(ready.map { AddressFamilies(AddressFamily($0.host)) })
    }

    private mutating func hear() {
        let tellers: [AddressTeller] = [
            .proxied, .seed("one"), .seed("two"), .peer(draw().host),
            Example.teller(group: random.number(below: groups)),
        ]
        let teller = tellers[random.number(below: tellers.count)]
        let claims = (0..<(1 + random.number(below: 40))).map { _ in
            let age = random.number(below: 10) == 0 ? 3_000_000 : 100_000
            return AddressClaim(
                address: draw(),
                services: random.next() & 7,
                seenSeconds: UInt64(book.seconds - Int64(random.number(below: age)) + 900)
            )
        }
        let before = book.book.count
        let reception = book.book.add(claims, from: teller, at: book.instant, using: &random)
        #expect(reception.told == claims.count)
        #expect(book.book.count <= before + reception.kept)
    }

    private mutating func dial() {
        for _ in 0..<10 {
            let address = draw()
            guard !ready.contains(address) else { continue }
            book.book.attempted(address, at: book.instant)
            if random.number(below: 3) > 0 {
                book.book.succeeded(address, at: book.instant)
                ready.append(address)
            } else {
                book.book.failed(address, whileReady: families, at: book.instant)
            }
            book.wait(random.duration(below: .seconds(60)))
        }
    }

    /// As the daemon does for some minutes.
    private mutating func feel() {
        for _ in 0..<5 {
            book.book.settleCollisions(whileReady: families, at: book.instant)
            if let known = book.book.pick(.feeler, at: book.instant, using: &random),
                !ready.contains(known.address)
            {
                book.book.attempted(known.address, at: book.instant)
                if random.number(below: 2) == 0 {
                    book.book.succeeded(known.address, at: book.instant)
                    book.book.ended(known.address, at: book.instant)
                } else {
                    book.book.failed(known.address, whileReady: families, at: book.instant)
                }
            }
            book.wait(random.duration(below: .seconds(240)))
        }
    }

    private mutating func note(_ before: BookCounts.Collisions) {
        let now = book.book.counts.collisions
        // A book that was loaded begins anew.
        settled.kept += max(0, now.kept - before.kept)
        settled.replaced += max(0, now.replaced - before.replaced)
        settled.dropped += max(0, now.dropped - before.dropped)
    }

    private mutating func end() {
        for _ in 0..<random.number(below: ready.count + 1) {
            book.book.ended(ready.removeLast(), at: book.instant)
        }
    }

    private mutating func pick() {
        let purposes: [AddressBook.Purpose] = [
            .outbound, .feeler, .family(.ipv4), .family(.ipv6), .family(.onion),
        ]
        for purpose in purposes {
            let known = book.book.pick(purpose, at: book.instant, using: &random)
            if case .family(let family) = purpose, let known {
                #expect(AddressFamily(known.address.host) == family)
            }
            #expect(known == nil || book.known(known?.address ?? addresses[0]) == known)
        }
    }

    /// Stores what has changed; sometimes the daemon dies then, and another one loads it.
    private mutating func storeAndLoad() {
        let changes = book.book.takeChanges(at: book.instant)
        if random.number(below: 4) == 0 {
            return book.book.keepChanged(changes.buckets.map(\.number))
        }
        for bucket in changes.buckets { rows[bucket.number] = bucket }
        guard random.number(below: 2) == 0 else { return }
        let stored = StoredBook(
            key: changes.key,
            saved: changes.saved,
            check: changes.check,
            buckets: rows.values.sorted { $0.number < $1.number }
        )
        let (loaded, damaged, _) = AddressBook.loading(stored, at: book.now)
        #expect(damaged.isEmpty)
        #expect(loaded.count == book.book.count)
        ready = []
        book.book = loaded
    }
}
