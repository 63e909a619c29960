import AddressBook
import Addressing
import Testing
import Timing

@Suite("An address is bad")
struct BadReasonTests {
    private let address = Example.ipv4(0x0102_0304)

    /// Others are bad when these seconds have passed since it was told, and not a second before.
    struct Case: CustomTestStringConvertible, Sendable {
        let testDescription: String
        let seconds: Int
        let reason: BadReason
        let prepare: @Sendable (inout TestBook, PeerAddress) -> Void
    }

    private static let day = 86_400

    static let cases = [
        Case(
            testDescription: "when it was unseen for more than 30 days",
            // A claim is two hours old.
            seconds: 30 * day - 7_200 + 1,
            reason: .unseen(.seconds(30 * day + 1)),
            prepare: { book, address in book.tell(address) }
        ),
        Case(
            testDescription: "more than a minute after its third failure, if it was never good",
            seconds: 61,
            reason: .neverGood(failures: 3),
            prepare: { book, address in
                book.tell(address)
                book.failOften(address, times: 2)
                book.reachAnother()
                book.wait(.seconds(1))
                book.miss(address)
            }
        ),
        Case(
            testDescription: "after 5 failures and 7 days without a success",
            // Five failures take seven minutes.
            seconds: 7 * day + 1 - 7 * 60,
            reason: .nowFailing(failures: 5, since: .seconds(7 * day + 1)),
            prepare: { book, address in
                book.tell(address)
                book.visit(address)
                book.failOften(address, times: 5)
            }
        ),
    ]

    @Test("and not a second before", arguments: cases)
    func secondBefore(example: Case) {
        var book = TestBook()
        example.prepare(&book, address)
        book.wait(.seconds(example.seconds - 1))
        #expect(book.badReason(address) == nil)
        book.wait(.seconds(1))
        #expect(book.badReason(address) == example.reason)
    }

    @Test("never of two failures, or of four after it was good")
    func fewFailures() {
        var book = TestBook()
        book.tell(address)
        book.failOften(address, times: 2)
        book.wait(.seconds(20 * 86_400))
        #expect(book.known(address)?.failures == 2)
        #expect(book.badReason(address) == nil)

        let good = Example.ipv4(0x0102_0305)
        book.tell(good)
        book.visit(good)
        book.failOften(good, times: 4)
        book.wait(.seconds(20 * 86_400))
        #expect(book.known(good)?.failures == 4)
        #expect(book.badReason(good) == nil)
    }

    @Test("not within a minute of a dial, whatever is known of it")
    func grace() {
        var book = TestBook()
        book.tell(address)
        book.wait(.seconds(40 * 86_400))
        #expect(book.badReason(address) != nil)
        book.book.attempted(address, at: book.instant)
        book.wait(.seconds(60))
        #expect(book.badReason(address) == nil)
        book.wait(.seconds(1))
        #expect(book.badReason(address) != nil)
    }

    @Test("when it was seen more than 10 minutes ahead of us")
    func future() throws {
        // What lies ahead isn't taken in; a book may have it that was stored damaged by hand.
        var book = TestBook()
        book.tell(address)
        var stored = book.book.takeChanges(at: book.instant)
        let maths = Maths()
        for (ahead, reason) in [(600, nil), (601, .fromTheFuture(.seconds(601)))]
            as [(Int64, BadReason?)]
        {
            var entries = stored.buckets[0].entries
            let seen = Maths.little(UInt64(book.seconds + ahead), 4)
            entries.replaceSubrange(23..<27, with: seen)
            stored.buckets[0].entries = entries
            stored.buckets[0].check = maths.check(of: stored.buckets[0])
            let loaded = AddressBook.loading(stored, at: book.now)
            #expect(loaded.damaged.isEmpty)
            let known = try #require(loaded.book.known(address, at: book.instant))
            #expect(known.badReason == reason)
        }
    }

    @Test("is counted, and told of nobody")
    func counted() {
        var book = TestBook()
        for host in 1...30 {
            book.tell(Example.ipv4(group: host, 1), by: Example.teller(group: host))
        }
        #expect(book.book.badCount(at: book.instant) == 0)
        #expect(book.book.holdsSound(30, at: book.instant))
        #expect(!book.book.holdsSound(31, at: book.instant))
        for host in 1...10 { book.visit(Example.ipv4(group: host, 1)) }
        book.wait(.seconds(31 * 86_400))
        for host in 1...5 {
            book.tell(Example.ipv4(group: host, 1), by: Example.teller(group: host))
        }
        #expect(book.book.badCount(at: book.instant) == 25)
        #expect(book.book.holdsSound(5, at: book.instant))
        #expect(!book.book.holdsSound(6, at: book.instant))
        let told = book.sample(atMost: 1_000)
        #expect(told.count == 2)
    }
}
