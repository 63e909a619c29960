import AddressBook
import Addressing
import Testing
import Timing

@Suite("The book's clock")
struct ClockTests {
    private let address = Example.ipv4(0x0102_0304)
    private let day = 86_400

    /// What was stored a moment after an address was told and reached, loaded so much later by the
    /// calendar, on a machine that has been up for a minute.
    private func loaded(after seconds: Int) -> TestBook {
        var book = TestBook()
        book.tell(address)
        book.visit(address)
        let stored = book.book.takeChanges(at: book.instant)
        book.restart(after: .seconds(seconds))
        let (loaded, damaged, _) = AddressBook.loading(stored, at: book.now)
        #expect(damaged.isEmpty)
        book.book = loaded
        return book
    }

    @Test("doesn't mind what is done to the calendar", arguments: [-40, -1, 1, 40])
    func calendarSet(days: Int) {
        var book = TestBook()
        book.tell(address)
        book.setCalendar(by: .seconds(days * 86_400))
        #expect(book.known(address)?.sinceSeen == .seconds(7_200))
        book.wait(.seconds(30))
        #expect(book.known(address)?.sinceSeen == .seconds(7_230))
        #expect(book.badReason(address) == nil)
    }

    @Test("counts the time between saving and loading, up to 7 days")
    func absence() {
        let table = [
            (0, 0), (1, 1), (3_600, 3_600), (7 * day, 7 * day), (7 * day + 1, 7 * day),
            (40 * day, 7 * day), (4_000 * day, 7 * day),
        ]
        for (seconds, age) in table {
            let book = loaded(after: seconds)
            let known = book.known(address)
            #expect(known?.sinceSeen == .seconds(age), "\(seconds)")
            #expect(known?.sinceSuccess == .seconds(age), "\(seconds)")
            #expect(known?.badReason == nil, "\(seconds)")
        }
    }

    @Test("stores times that were moved up, and no others")
    func stored() {
        var book = loaded(after: 7 * day)
        #expect(!book.book.hasChanges)
        book = loaded(after: 8 * day)
        #expect(book.book.hasChanges)
        let again = book.book.takeChanges(at: book.instant)
        let (loaded, _, _) = AddressBook.loading(again, at: book.now)
        #expect(loaded.known(address, at: book.instant)?.sinceSeen == .seconds(7 * day))
    }

    @Test(
        "goes on from what was saved where the calendar is behind",
        arguments: [1, 3_600, 40 * 86_400, 400 * 86_400]
    )
    func backwards(seconds: Int) {
        var book = loaded(after: -seconds)
        #expect(book.known(address)?.sinceSeen == .zero)
        book.wait(.seconds(60))
        #expect(book.known(address)?.sinceSeen == .seconds(60))
        // What others tell by the calendar is taken as far ahead, and what they are told is as far
        // back.
        let other = Example.ipv4(0x0506_0708)
        book.tell(other, ago: .seconds(3_600))
        #expect(book.known(other)?.sinceSeen == .seconds(3 * 3_600))
        let told = book.sample(atMost: 10)
        let age = told.first.map { book.seconds - Int64($0.seenSeconds) } ?? -1
        #expect((60...(60 + 86_400)).contains(age))
    }

    @Test(
        "loses nothing when the time of saving is damaged",
        arguments: [Int64.min, 0, 500_000_000_000_000, 3_900_000_000_000_000, .max]
    )
    func damagedTime(saved: Int64) {
        var book = TestBook()
        book.tell(address)
        book.visit(address)
        let sound = book.book.takeChanges(at: book.instant)
        book.wait(.seconds(3_600))
        let stored = StoredBook(
            key: sound.key,
            saved: WallTime(microseconds: saved),
            check: sound.check,
            buckets: sound.buckets
        )
        let (loaded, damaged, isTimeDamaged) = AddressBook.loading(stored, at: book.now)
        #expect(damaged.isEmpty)
        #expect(isTimeDamaged)
        book.book = loaded
        #expect(book.known(address)?.sinceSeen == .seconds(3_600))
        #expect(book.badReason(address) == nil)
        let other = Example.ipv4(0x0506_0708)
        book.tell(other)
        #expect(book.known(other)?.sinceSeen == .seconds(7_200))
    }

    @Test("works with any calendar", arguments: [Int64.min, -1, 0, 1_000, .max / 2, .max])
    func anyCalendar(microseconds: Int64) {
        var book = TestBook()
        book.restart(at: WallTime(microseconds: microseconds))
        book.book = AddressBook(key: TestBook.key, at: book.now)
        let claim = AddressClaim(address: address, services: 1, seenSeconds: 1_790_000_000)
        book.tell([claim], by: .proxied)
        book.book.attempted(address, at: book.instant)
        book.book.succeeded(address, at: book.instant)
        book.book.ended(address, at: book.instant)
        for _ in 0..<100 {
            let instant = book.instant + .seconds(86_400)
            book.restart(at: book.now.wall, instant: instant)
            _ = book.book.known(address, at: instant)
            let stored = book.book.takeChanges(at: instant)
            book.book.keepChanged(stored.buckets.map(\.number))
            let (loaded, damaged, _) = AddressBook.loading(stored, at: book.now)
            #expect(damaged.isEmpty)
            loaded.checkInvariants()
        }
    }
}

extension TestBook {
    /// The machine starts anew; by the calendar so much later.
    mutating func restart(after duration: Duration) {
        restart(at: now.wall + duration)
    }

    mutating func restart(
        at wall: WallTime,
        instant: Instant = Instant(nanoseconds: 60_000_000_000)
    ) {
        now = Moment(instant: instant, wall: wall)
    }

    mutating func setCalendar(by duration: Duration) {
        now = Moment(instant: now.instant, wall: now.wall + duration)
    }
}
