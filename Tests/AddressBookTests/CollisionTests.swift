import AddressBook
import Addressing
import Testing
import Timing

@Suite("Two good addresses of one tried place")
struct CollisionTests {
    /// The holder was good and its connection ended, five hours before the newcomer was good.
    private static func collided(_ count: Int = 2) -> (TestBook, [PeerAddress]) {
        var book = TestBook()
        let addresses = Example.sharingTriedPlace(count)
        for (index, address) in addresses.enumerated() {
            book.tell(address, by: Example.teller(group: index))
        }
        book.visit(addresses[0])
        book.wait(.seconds(5 * 3_600))
        for address in addresses.dropFirst() { book.visit(address) }
        return (book, addresses)
    }

    private enum Outcome {
        case waiting, kept, replaced, dropped
    }

    private static func outcome(_ book: TestBook, _ addresses: [PeerAddress]) -> Outcome? {
        let collisions = book.book.counts.collisions
        let tried = addresses.map { book.known($0)?.isTried }
        switch (book.book.waiting, collisions.kept, collisions.replaced, collisions.dropped) {
        case (1, 0, 0, 0): return tried == [true, false] ? .waiting : nil
        case (0, 1, 0, 0): return tried == [true, false] ? .kept : nil
        case (0, 0, 1, 0): return tried == [false, true] ? .replaced : nil
        case (0, 0, 0, 1): return tried == [true, false] ? .dropped : nil
        default: return nil
        }
    }

    private static func settled(_ book: inout TestBook, whileReady families: AddressFamilies = .all)
    {
        book.book.settleCollisions(whileReady: families, at: book.instant)
        book.book.checkInvariants()
    }

    @Test("wait, and the holder stays meanwhile")
    func waits() {
        var (book, addresses) = Self.collided()
        Self.settled(&book)
        #expect(Self.outcome(book, addresses) == .waiting)
        let end = book.book.collisionEnd(of: addresses[1], at: book.instant)
        #expect(end == book.instant + .seconds(40 * 60))
        #expect(book.book.collisionEnd(of: addresses[0], at: book.instant) == nil)
        // It is tested before anything else.
        let picked = book.pick(.feeler)
        #expect(picked?.address == addresses[0])
    }

    @Test("leave it to the holder if that was good within 4 hours, or is connected")
    func kept() {
        for (seconds, isKept) in [(4 * 3_600 - 1, true), (4 * 3_600, false)] {
            var book = TestBook()
            let addresses = Example.sharingTriedPlace(2)
            for address in addresses { book.tell(address) }
            book.visit(addresses[0])
            book.wait(.seconds(seconds))
            book.visit(addresses[1])
            Self.settled(&book)
            #expect(Self.outcome(book, addresses) == (isKept ? .kept : .waiting))
        }
        var book = TestBook()
        let addresses = Example.sharingTriedPlace(2)
        for address in addresses { book.tell(address) }
        book.reach(addresses[0])
        book.wait(.seconds(40 * 86_400))
        book.visit(addresses[1])
        Self.settled(&book)
        #expect(Self.outcome(book, addresses) == .kept)
    }

    @Test("leave it to the newcomer if the holder is bad")
    func bad() {
        var book = TestBook()
        let addresses = Example.sharingTriedPlace(2)
        for address in addresses { book.tell(address, by: Example.teller(group: 1)) }
        book.visit(addresses[0])
        book.wait(.seconds(30 * 86_400))
        book.tell(addresses[1], by: Example.teller(group: 2))
        book.visit(addresses[1])
        Self.settled(&book)
        #expect(Self.outcome(book, addresses) == .waiting)
        book.wait(.seconds(1))
        Self.settled(&book)
        #expect(Self.outcome(book, addresses) == .replaced)
    }

    @Test("leave it to the newcomer 60 s after the holder has failed, for 4 hours")
    func failed() {
        // After so long, with the family reached; nothing else ends it meanwhile.
        for (seconds, isReplaced) in [(59, false), (60, true), (4 * 3_600, true)] {
            var (book, addresses) = Self.collided()
            book.wait(.seconds(1))
            book.miss(addresses[0])
            book.wait(.seconds(seconds))
            Self.settled(&book)
            #expect(Self.outcome(book, addresses) == (isReplaced ? .replaced : .waiting))
        }
        // Later it tells nothing.
        var (book, addresses) = Self.collided()
        book.wait(.seconds(1))
        book.miss(addresses[0])
        book.wait(.seconds(4 * 3_600 + 1))
        Self.settled(&book)
        #expect(Self.outcome(book, addresses) == .dropped)
    }

    @Test("leave it to the holder that has failed and was good again")
    func recovered() {
        var (book, addresses) = Self.collided()
        book.wait(.seconds(1))
        book.miss(addresses[0])
        book.wait(.seconds(30))
        book.visit(addresses[0])
        book.wait(.seconds(60))
        Self.settled(&book)
        #expect(Self.outcome(book, addresses) == .kept)
    }

    @Test("are never decided by what failed while nothing was reached")
    func offline() {
        var (book, addresses) = Self.collided()
        book.wait(.seconds(1))
        book.miss(addresses[0], whileReady: [])
        book.wait(.seconds(120))
        Self.settled(&book)
        #expect(Self.outcome(book, addresses) == .waiting)
    }

    @Test("leave it to the holder if nobody has tested it for 40 minutes while that was possible")
    func untested() {
        var (book, addresses) = Self.collided()
        book.wait(.seconds(40 * 60))
        Self.settled(&book)
        #expect(Self.outcome(book, addresses) == .waiting)
        book.wait(.seconds(1))
        Self.settled(&book, whileReady: [.ipv6, .onion])
        #expect(Self.outcome(book, addresses) == .waiting)
        Self.settled(&book, whileReady: .ipv4)
        #expect(Self.outcome(book, addresses) == .dropped)
        // It may come again.
        book.visit(addresses[1])
        #expect(book.book.waiting == 1)
    }

    @Test("are 10 at most, each once")
    func most() {
        var (book, addresses) = Self.collided(12)
        #expect(book.book.waiting == 10)
        #expect(book.book.counts.collisions.dropped == 1)
        book.visit(addresses[5])
        #expect(book.book.waiting == 10)
        // The one that comes first is settled first, the others wait for the new holder.
        book.wait(.seconds(1))
        book.miss(addresses[0])
        book.wait(.seconds(60))
        Self.settled(&book)
        #expect(book.book.counts.collisions.replaced == 1)
        #expect(book.known(addresses[1])?.isTried == true)
        // It was good within 4 hours.
        #expect(book.book.counts.collisions.kept == 9)
    }

    @Test("give the loser its new place back, from whoever has it")
    func loser() {
        var book = TestBook()
        let addresses = Example.sharingTriedPlace(2)
        for address in addresses { book.tell(address) }
        book.visit(addresses[0])
        let usurper = Example.sharingNewPlace(with: addresses[0])
        book.keeps(usurper)
        book.wait(.seconds(5 * 3_600))
        book.visit(addresses[1])
        book.wait(.seconds(1))
        book.miss(addresses[0])
        book.wait(.seconds(60))
        Self.settled(&book)
        #expect(book.known(addresses[0])?.isTried == false)
        #expect(book.known(addresses[1])?.isTried == true)
        #expect(book.known(usurper) == nil)
    }

    @Test("are over when the newcomer has lost its place")
    func newcomerGone() {
        var (book, addresses) = Self.collided()
        book.wait(.seconds(31 * 86_400))
        // It is bad by now, and another one takes its place.
        let bucketTeller = Example.teller(group: 1)
        for host in 1...2_000 { book.tell(Example.ipv4(group: 0x2222, host), by: bucketTeller) }
        #expect(book.known(addresses[1]) == nil || book.known(addresses[1])?.badReason == nil)
        Self.settled(&book)
        #expect(book.book.waiting == 0)
    }
}
