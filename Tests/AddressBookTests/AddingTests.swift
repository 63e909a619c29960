import AddressBook
import Addressing
import Testing
import Timing

@Suite("What others tell")
struct AddingTests {
    @Test("lies where the key says, by the groups of address and teller")
    func places() {
        let maths = Maths()
        let addresses = [
            Example.ipv4(0x0102_0304), Example.ipv4(0x0102_0304, port: 1),
            Example.ipv6(group: 1, 2),
            Example.onion(3),
        ]
        let tellers = [
            TestBook.teller, .proxied, .seed("https://seed.example"), .seed("dns:seed.example"),
            .peer(Example.onion(1).host), .peer(Example.ipv6(group: 9, 1).host),
        ]
        for address in addresses {
            for teller in tellers {
                var book = TestBook()
                book.tell(address, by: teller)
                let buckets = book.book.takeChanges(at: book.instant).buckets
                #expect(buckets.map(\.number) == [maths.newBucket(address, from: teller.group)])
                book.reach(address)
                let after = book.book.takeChanges(at: book.instant).buckets
                #expect(after.last?.number == 1_024 + maths.triedBucket(address))
            }
        }
    }

    @Test("comes of few buckets, whatever a group tells; other groups have others")
    func bucketsOfSource() {
        var book = TestBook()
        for host in 0..<4_000 {
            book.tell(Example.ipv4(group: host, 1), by: Example.teller(group: 1))
        }
        let first = Set(book.book.takeChanges(at: book.instant).buckets.map(\.number))
        #expect(first.count <= 4)
        // Of 256 places.
        #expect((250...256).contains(book.book.count))
        for host in 0..<4_000 {
            book.tell(Example.ipv4(group: host, 2), by: Example.teller(group: 2))
        }
        #expect(book.book.count > 450)
        book.book.checkInvariants()
    }

    @Test("makes proxied peers one group, and each seed one of its own")
    func tellers() {
        #expect(AddressTeller.proxied.group >> 56 == 9)
        let seeds = [AddressTeller.seed("a"), .seed("b")]
        #expect(seeds.allSatisfy { $0.group >> 56 == 8 })
        #expect(seeds[0].group != seeds[1].group)
        let one = AddressTeller.peer(.ip(IPAddress(v4: 0x0102_0304)))
        let neighbour = AddressTeller.peer(.ip(IPAddress(v4: 0x0102_ffff)))
        #expect(one.group == neighbour.group)
        #expect(one.group == NetworkGroup(IPAddress(v4: 0x0102_0304)).bits)
    }

    @Test("never pushes out what is sound")
    func soundStays() {
        let addresses = Example.sharingNewPlace(2)
        var book = TestBook()
        book.keeps(addresses[0], ago: .seconds(86_400))
        book.drops(addresses[1])
        #expect(book.known(addresses[1]) == nil)
        #expect(book.book.counts.droppedPlaceTaken == 1)
        #expect(
            book.book.counts
                == counts {
                    $0.told = 2; $0.kept = 1; $0.droppedPlaceTaken = 1
                }
        )
    }

    @Test("takes the place of what is bad")
    func badGoes() {
        let addresses = Example.sharingNewPlace(2)
        var book = TestBook()
        book.tell(addresses[0])
        book.wait(.seconds(31 * 86_400))
        book.keeps(addresses[1])
        #expect(book.known(addresses[0]) == nil)
        #expect(book.book.count == 1)
        book.book.checkInvariants()
    }

    @Test("doesn't take the place of what is bad and connected")
    func connectedStays() {
        var book = TestBook()
        // A good one that is kept among the new ones, since another has its tried place.
        let good = Example.sharingTriedPlace(2)
        for address in good { book.tell(address) }
        book.visit(good[0])
        book.reach(good[1])
        #expect(book.known(good[1])?.isTried == false)
        let rival = Example.sharingNewPlace(with: good[1])
        book.wait(.seconds(31 * 86_400))
        #expect(book.badReason(good[1]) != nil)
        book.drops(rival)
        // Until now it was there, so that it isn't bad any more.
        book.book.ended(good[1], at: book.instant)
        book.drops(rival)
        book.wait(.seconds(31 * 86_400))
        book.keeps(rival)
    }

    @Test("takes one of several places, if it has none itself")
    func severalPlaces() {
        var book = TestBook()
        let addresses = Example.sharingNewPlace(3)
        book.tell(addresses[0])
        // More places, by others who tell of it.
        for group in 1...200 { book.tell(addresses[0], by: Example.teller(group: group)) }
        book.keeps(addresses[1])
        #expect(book.known(addresses[0]) != nil)
        book.drops(addresses[2])
        book.book.checkInvariants()
        // What has a place already doesn't take another's, though that one has several.
        for group in 1...200 { book.tell(addresses[1], by: Example.teller(group: group)) }
        let before = book.book.takeChanges(at: book.instant).buckets.map(\.number)
        #expect(before.contains(Maths().newBucket(addresses[0], from: TestBook.teller.group)))
        for _ in 1...200 { book.tell(addresses[0]) }
        #expect(book.book.takeChanges(at: book.instant).buckets.isEmpty)
    }

    @Test("gives a known address more places, each half as likely, and 4 at most")
    func morePlaces() {
        var atOnce = 0
        for seed in UInt64(1)...2_000 {
            var book = TestBook()
            book.random = SeededRandom(seed: seed)
            let address = Example.ipv4(0x0102_0304)
            book.tell(address)
            book.tell(address, by: Example.teller(group: 1))
            if book.buckets(of: address) == 2 { atOnce += 1 }
        }
        // Half of 2,000, and five times its deviation of 22.
        #expect((890...1_110).contains(atOnce))

        var book = TestBook()
        let address = Example.ipv4(0x0102_0304)
        book.tell(address)
        for group in 1...500 { book.tell(address, by: Example.teller(group: group)) }
        #expect(book.buckets(of: address) == 4)
        #expect(book.book.counts.known == 500)
        // Nobody gives a place for what is no news.
        var other = TestBook()
        other.tell(address)
        for group in 1...500 {
            other.tell(address, ago: .seconds(7_200), by: Example.teller(group: group))
        }
        #expect(other.buckets(of: address) == 1)
        // Nor for what has been good.
        var good = TestBook()
        good.tell(address)
        good.visit(address)
        for group in 1...100 { good.tell(address, by: Example.teller(group: group)) }
        #expect(good.known(address)?.isTried == true)
        #expect(good.book.newCount == 0)
    }

    /// What is known of when an address was seen, when somebody claims that it was so long ago.
    struct Claim: CustomTestStringConvertible, Sendable {
        let ago: Int
        /// Nil if it is dropped.
        let taken: Int?
        var itself = false
        var testDescription: String {
            "\(ago) s ago is taken for \(taken.map { "\($0)" } ?? "nothing")"
        }
    }

    private static let day = 86_400

    @Test(
        "is taken for two hours older than it is claimed, if that can be",
        arguments: [
            Claim(ago: 0, taken: 7_200),
            Claim(ago: 0, taken: 0, itself: true),
            Claim(ago: 3_600, taken: 3_600, itself: true),
            Claim(ago: -600, taken: 6_600),
            Claim(ago: -600, taken: -600, itself: true),
            Claim(ago: -601, taken: 5 * day + 7_200),
            Claim(ago: -601, taken: 5 * day, itself: true),
            Claim(ago: Int(TestBook.start) - 100_000_001, taken: nil),
            Claim(ago: Int(TestBook.start) - 100_000_000, taken: 5 * day + 7_200),
            Claim(ago: Int(TestBook.start), taken: 5 * day + 7_200),
            Claim(ago: 30 * day - 7_200, taken: 30 * day),
            Claim(ago: 30 * day - 7_199, taken: nil),
            Claim(ago: 30 * day, taken: 30 * day, itself: true),
            Claim(ago: 30 * day + 1, taken: nil, itself: true),
        ]
    )
    func claims(example: Claim) {
        var book = TestBook()
        let address = Example.ipv4(0x0102_0304)
        let teller = example.itself ? AddressTeller.peer(address.host) : TestBook.teller
        let seconds = TestBook.start - Int64(example.ago)
        let claim = AddressClaim(address: address, services: 1, seenSeconds: UInt64(seconds))
        book.tell([claim], by: teller)
        #expect(book.known(address)?.sinceSeen == example.taken.map { .seconds($0) })
        #expect(book.book.counts.droppedOld == (example.taken == nil ? 1 : 0))
    }

    @Test("may be any number", arguments: [0, 1, UInt64(UInt32.max), .max / 2, .max] as [UInt64])
    func anyNumber(seconds: UInt64) {
        var book = TestBook()
        let address = Example.ipv4(0x0102_0304)
        let claim = AddressClaim(address: address, services: 1, seenSeconds: seconds)
        book.tell([claim], by: TestBook.teller)
        #expect(book.known(address)?.sinceSeen == .seconds(5 * 86_400 + 7_200))
    }

    @Test("is news after an hour if it is of today, else after a day")
    func news() {
        let address = Example.ipv4(0x0102_0304)
        // First, then, and what is known after both, in seconds ago.
        let table: [(first: Int, then: Int, known: Int)] = [
            (10_800, 7_200, 10_800 + 7_200), (10_801, 7_200, 7_200 + 7_200),
            (86_400 + 3_599, 86_399, 86_400 + 3_599 + 7_200),
            (86_400 + 3_600, 86_399, 86_399 + 7_200),
            (2 * 86_400, 86_400, 2 * 86_400 + 7_200), (2 * 86_400 + 1, 86_400, 86_400 + 7_200),
        ]
        for (first, then, known) in table {
            var book = TestBook()
            book.tell(address, ago: .seconds(first))
            book.tell(address, ago: .seconds(then))
            #expect(book.known(address)?.sinceSeen == .seconds(known), "\(first), \(then)")
        }
    }

    @Test("adds services until it was good, and takes none away")
    func services() {
        var book = TestBook()
        let address = Example.ipv4(0x0102_0304)
        book.tell(address, services: 1)
        book.tell(address, services: 4)
        book.tell(address, services: 0)
        #expect(book.known(address)?.services == 5)
        book.reach(address)
        book.book.noteServices(1, of: address)
        book.tell(address, services: 6)
        #expect(book.known(address)?.services == 1)
    }

    @Test("says that our clock may be wrong, if all of many are old; once a day")
    func clockDoubt() {
        var book = TestBook()
        func old(_ count: Int, alsoYoung: Int = 0) -> [AddressClaim] {
            (0..<(count + alsoYoung)).map {
                AddressClaim(
                    address: Example.ipv4(group: $0, 1),
                    services: 1,
                    seenSeconds: UInt64(book.seconds - ($0 < count ? 31 * 86_400 : 0))
                )
            }
        }
        func doubts(_ claims: [AddressClaim]) -> Bool {
            book.tell(claims, by: .proxied).doubtsClock
        }
        #expect(!doubts(old(19)))
        #expect(!doubts(old(100, alsoYoung: 1)))
        #expect(doubts(old(20)))
        book.wait(.seconds(86_399))
        #expect(!doubts(old(20)))
        book.wait(.seconds(1))
        #expect(doubts(old(20)))
    }
}

private func counts(_ change: (inout BookCounts) -> Void) -> BookCounts {
    var counts = BookCounts()
    change(&counts)
    return counts
}

extension TestBook {
    /// In how many buckets it is.
    fileprivate func buckets(of address: PeerAddress) -> Int {
        var copy = book
        copy.attempted(address, at: instant)
        let stored = copy.takeChanges(at: instant).buckets
        // The further ones are counted at the end of the one entry in it.
        let bytes = stored.map(\.entries).first { !$0.isEmpty && $0.count < 60 } ?? []
        return bytes.count < 41 ? 0 : 1 + Int(bytes[40])
    }
}
