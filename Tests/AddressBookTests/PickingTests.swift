import AddressBook
import Addressing
import Testing
import Timing

@Suite("Picking")
struct PickingTests {
    /// A book of 200 addresses: 80 tried of 40 groups, and 120 new, of both families.
    private static func filled(isMixed: Bool) -> (TestBook, [PeerAddress]) {
        var book = TestBook()
        var addresses: [PeerAddress] = []
        func add(_ isTried: Bool, _ address: PeerAddress, by teller: Int) {
            book.tell(address, by: Example.teller(group: teller))
            guard book.known(address) != nil else { return }
            if isTried { book.visit(address) }
            // What has no tried place would be new.
            if isTried, book.known(address)?.isTried != true { return }
            addresses.append(address)
        }
        for host in 0..<1_000 where addresses.count < 80 {
            let group = 100 + host % 40
            add(
                true,
                host % 4 == 0 ? Example.ipv6(group: group, host) : Example.ipv4(group: group, host),
                by: host % 7
            )
        }
        for host in 0..<1_000 where addresses.count < 200 {
            let group = 300 + host % 90
            let isSix = host % 3 == 0
            add(
                false,
                isSix ? Example.ipv6(group: group, host) : Example.ipv4(group: group, host),
                by: host % 5
            )
        }
        // Some have several places.
        for host in 0..<30 {
            for teller in 10..<14 {
                book.tell(addresses[80 + host], by: Example.teller(group: teller))
            }
        }
        guard isMixed else {
            book.wait(.seconds(3_600))
            book.book.settleCollisions(whileReady: .all, at: book.instant)
            return (book, addresses)
        }
        for (index, address) in addresses.enumerated() {
            for _ in 0..<(index % 11) {
                book.book.succeeded(Example.ipv4(0x5f5f_0001), at: book.instant)
                book.book.succeeded(Example.ipv6(group: 999, 1), at: book.instant)
                book.wait(.seconds(1))
                book.miss(address)
            }
        }
        book.wait(.seconds(3_600))
        for (index, address) in addresses.enumerated() where index % 3 == 0 {
            book.book.attempted(address, at: book.instant)
        }
        book.wait(.seconds(599))
        book.book.settleCollisions(whileReady: .all, at: book.instant)
        return (book, addresses)
    }

    struct Case: CustomTestStringConvertible, Sendable {
        let testDescription: String
        let isMixed: Bool
        let purpose: AddressBook.Purpose
    }

    static let cases = [
        Case(testDescription: "with equal chances", isMixed: false, purpose: .outbound),
        Case(testDescription: "with mixed failures", isMixed: true, purpose: .outbound),
        Case(testDescription: "of one family", isMixed: true, purpose: .family(.ipv6)),
        Case(testDescription: "for a feeler", isMixed: true, purpose: .feeler),
    ]

    /// Chi-square of 199 degrees exceeds 308.6 once in a million times; it is compared by as many
    /// deviations for other degrees. The seed is fixed, so that it isn't chance whether this holds.
    @Test("gives each its exact probability", arguments: cases)
    func exact(example: Case) throws {
        let (book, addresses) = Self.filled(isMixed: example.isMixed)
        let odds = Odds(of: book, addresses, example.purpose).probabilities
        #expect(abs(odds.values.reduce(0, +) - 1) < 1e-9)
        let picks = example.purpose == .feeler ? 100_000 : 1_000_000
        var seen: [PeerAddress: Int] = [:]
        var random = SeededRandom(seed: 20_260_921)
        for _ in 0..<picks {
            let known = book.book.pick(example.purpose, at: book.instant, using: &random)
            seen[try #require(known).address, default: 0] += 1
        }
        #expect(Set(seen.keys).isSubset(of: odds.keys))
        // Those of which less than 5 are expected are one class.
        var (chiSquare, degrees) = (0.0, -1.0)
        var rest = (expected: 0.0, seen: 0)
        for (address, probability) in odds {
            let expected = probability * Double(picks)
            guard expected >= 5 else {
                rest = (rest.expected + expected, rest.seen + seen[address, default: 0])
                continue
            }
            let difference = Double(seen[address, default: 0]) - expected
            chiSquare += difference * difference / expected
            degrees += 1
        }
        if rest.expected > 0 {
            let difference = Double(rest.seen) - rest.expected
            chiSquare += difference * difference / max(rest.expected, 1)
            degrees += 1
        }
        // 199 degrees have a deviation of 19.95: (308.6 - 199) / 19.95 = 5.5.
        #expect(chiSquare < degrees + 5.5 * (2 * degrees).squareRoot(), "\(degrees) degrees")
    }

    @Test("gives nothing of an empty book, of no family and of one that isn't wanted")
    func nothing() {
        var book = TestBook()
        func pick(
            _ purpose: AddressBook.Purpose,
            avoiding families: AddressFamilies = []
        ) -> PeerAddress? {
            book.pick(purpose, avoiding: families)?
                .address
        }
        #expect(pick(.outbound) == nil)
        #expect(pick(.feeler) == nil)
        let address = Example.ipv4(0x0102_0304)
        book.tell(address)
        #expect(pick(.outbound) == address)
        #expect(pick(.feeler) == address)
        #expect(pick(.family(.ipv4)) == address)
        #expect(pick(.family(.ipv6)) == nil)
        #expect(pick(.outbound, avoiding: .ipv4) == nil)
        #expect(pick(.outbound, avoiding: [.ipv6, .onion]) == address)
        #expect(pick(.family(.ipv4), avoiding: .ipv4) == nil)
        // What has been good is no work for a feeler.
        book.visit(address)
        #expect(pick(.feeler) == nil)
        #expect(pick(.outbound) == address)
        // Whatever is known of it, if there is no other.
        book.failOften(address, times: 20)
        book.miss(address)
        #expect(pick(.outbound) == address)
    }

    @Test("prefers tried ones three to one, once there are 32 in 8 buckets")
    func tables() {
        func share(tried: Int, groups: Int) -> Double {
            var book = TestBook()
            var count = 0
            for host in 1...2_000 where count < tried {
                let address = Example.ipv4(group: host % groups, host)
                book.tell(address)
                book.visit(address)
                count = book.book.triedCount
            }
            for group in 0..<40 { book.tell(Example.ipv4(group: 500 + group, 1)) }
            book.wait(.seconds(3_600))
            let picks = 4_000
            let hits = (0..<picks).reduce(0) { sum, _ in
                let known = book.pick(.outbound)
                return sum + (known?.isTried == true ? 1 : 0)
            }
            return Double(hits) / Double(picks)
        }
        // Deviations are below 0.01.
        #expect(abs(share(tried: 31, groups: 31) - 0.5) < 0.04)
        #expect(abs(share(tried: 32, groups: 32) - 0.75) < 0.04)
        #expect(abs(share(tried: 32, groups: 7) - 0.5) < 0.04)
    }

    @Test("tests the holder of a wanted place first, if that is possible")
    func feelers() {
        var book = TestBook()
        let addresses = Example.sharingTriedPlace(2)
        for (index, address) in addresses.enumerated() {
            book.tell(address, by: Example.teller(group: index))
        }
        book.tell(Example.ipv4(0x0102_0304))
        book.visit(addresses[0])
        book.wait(.seconds(5 * 3_600))
        book.visit(addresses[1])
        func feeler(avoiding families: AddressFamilies = []) -> PeerAddress? {
            book.pick(.feeler, avoiding: families)?
                .address
        }
        for _ in 0..<20 { #expect(feeler() == addresses[0]) }
        #expect(feeler(avoiding: .ipv4) == nil)
        // It is being dialled, or is connected.
        book.book.attempted(addresses[0], at: book.instant)
        book.wait(.seconds(60))
        for _ in 0..<20 { #expect(feeler() != addresses[0]) }
        book.wait(.seconds(1))
        #expect(feeler() == addresses[0])
        book.reach(addresses[0])
        book.wait(.seconds(61))
        for _ in 0..<20 { #expect(feeler() != addresses[0]) }
    }
}
