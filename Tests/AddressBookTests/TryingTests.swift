import AddressBook
import Addressing
import Testing
import Timing

@Suite("What dials show")
struct TryingTests {
    private let address = Example.ipv4(0x0102_0304)

    @Test("makes what is good tried, for as long as it is there")
    func success() {
        var book = TestBook()
        book.tell(address)
        #expect(book.known(address)?.isTried == false)
        book.wait(.seconds(60))
        book.reach(address)
        let known = book.known(address)
        #expect(known?.isTried == true)
        #expect(known?.sinceSuccess == .zero)
        #expect(known?.sinceAttempt == .zero)
        #expect((book.book.triedCount, book.book.newCount, book.book.provenCount) == (1, 0, 1))
        book.book.checkInvariants()
    }

    @Test("leaves when it was seen as it was, until the connection has ended")
    func seen() {
        var book = TestBook()
        book.tell(address)
        book.wait(.seconds(3_600))
        book.reach(address)
        #expect(book.known(address)?.sinceSeen == .seconds(3 * 3_600))
        book.wait(.seconds(86_400))
        #expect(book.known(address)?.sinceSeen == .seconds(27 * 3_600))
        book.book.ended(address, at: book.instant)
        #expect(book.known(address)?.sinceSeen == .zero)
        // What hasn't been ready doesn't end.
        book.wait(.seconds(60))
        book.book.ended(address, at: book.instant)
        #expect(book.known(address)?.sinceSeen == .seconds(60))
    }

    @Test("counts failures only while the family is known to be reached")
    func familyUp() {
        var book = TestBook()
        let six = Example.ipv6(group: 1, 1)
        for address in [address, six] { book.tell(address) }
        // Nobody was reached yet.
        book.miss(address)
        #expect(book.known(address)?.failures == 0)
        #expect(book.known(address)?.sinceAttempt == .zero)
        book.reachAnother()
        book.wait(.seconds(1))
        for families in [[], .ipv6, .onion, [.ipv6, .onion]] as [AddressFamilies] {
            book.miss(address, whileReady: families)
        }
        #expect(book.known(address)?.failures == 0)
        book.miss(address, whileReady: .ipv4)
        #expect(book.known(address)?.failures == 1)
        // IPv6 hasn't been reached, whatever IPv4 has.
        book.miss(six)
        #expect(book.known(six)?.failures == 0)
    }

    @Test("counts a failure once between two successes of the family")
    func onceBetween() {
        var book = TestBook()
        book.tell(address)
        for failures in 1...4 {
            book.reachAnother()
            for _ in 0..<5 {
                book.wait(.seconds(600))
                book.miss(address)
                #expect(book.known(address)?.failures == failures)
            }
            // A success of another family changes nothing.
            book.book.succeeded(Example.onion(1), at: book.instant)
            book.wait(.seconds(1))
            book.miss(address)
            #expect(book.known(address)?.failures == failures)
        }
        book.reach(address)
        #expect(book.known(address)?.failures == 0)
    }

    @Test("has no more than a group's bucket among the tried ones")
    func groupBound() {
        var book = TestBook()
        let addresses = (1...400).map { Example.ipv4(group: 1, $0) }
        for address in addresses {
            for teller in 1...40 { book.tell(address, by: Example.teller(group: teller)) }
            book.visit(address)
            book.wait(.seconds(600))
        }
        #expect(book.book.triedCount <= 64)
        #expect(book.book.triedCount > 55)
        book.book.checkInvariants()
    }

    @Test("is nothing of what isn't in the book")
    func unknown() {
        var book = TestBook()
        book.reach(address)
        book.miss(address)
        book.book.ended(address, at: book.instant)
        book.book.noteServices(5, of: address)
        #expect(book.book.count == 0)
        #expect(!book.book.hasChanges)
    }
}
