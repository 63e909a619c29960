import AddressBook
import Addressing
import Testing
import Timing

@Suite("What others are told")
struct TellingTests {
    private static func proven(_ count: Int) -> TestBook {
        var book = TestBook()
        for group in 1...count {
            book.tell(
                Example.ipv4(group: group, 1),
                services: 5,
                by: Example.teller(group: group % 50)
            )
            book.visit(Example.ipv4(group: group, 1))
        }
        return book
    }

    @Test("is 23 % of what was good, one of a few, and none of nothing")
    func share() {
        for (count, told) in [(1, 1), (4, 1), (5, 2), (100, 23), (400, 92)] {
            var book = Self.proven(count)
            let sample = book.sample()
            #expect(sample.count == told)
            #expect(Set(sample.map(\.address)).count == told)
            #expect(sample.allSatisfy { $0.services == 5 })
        }
        var book = TestBook()
        book.tell(Example.ipv4(1))
        #expect(book.sample().isEmpty)
        book = Self.proven(400)
        #expect(book.sample(atMost: 10).count == 10)
    }

    @Test("leaves out what it is told to")
    func unwanted() {
        var book = Self.proven(100)
        let sample = book.sample { ($0.ip?.v4 ?? 0) >> 16 <= 60 }
        #expect(sample.count == 10)
        #expect(sample.allSatisfy { ($0.address.ip?.v4 ?? 0) >> 16 > 60 })
    }

    @Test("is drawn from all alike")
    func fair() {
        var book = Self.proven(100)
        var seen: [PeerAddress: Int] = [:]
        for _ in 0..<1_000 {
            for claim in book.sample() { seen[claim.address, default: 0] += 1 }
        }
        #expect(seen.count == 100)
        // 230 each, with a deviation of 13.
        #expect(seen.values.allSatisfy { (165...295).contains($0) })
    }

    @Test("has times of at most a day before, never later, with days that begin anew each time")
    func times() {
        var book = TestBook()
        let address = Example.ipv4(0x0102_0304)
        book.tell(address)
        book.visit(address)
        let seen = UInt64(book.seconds)
        book.wait(.seconds(3_600))
        var starts: Set<UInt64> = []
        for _ in 0..<200 {
            let told = book.sample()[0].seenSeconds
            #expect(told <= seen && told + 86_400 > seen)
            starts.insert(told % 86_400)
        }
        #expect(starts.count > 190)
    }

    @Test("doesn't show that we are connected, nor for how long")
    func connected() {
        var book = TestBook()
        let address = Example.ipv4(0x0102_0304)
        book.tell(address)
        let seen = UInt64(book.seconds) - 7_200
        book.reach(address)
        book.wait(.seconds(20 * 86_400))
        #expect(book.sample()[0].seenSeconds <= seen)
    }
}
