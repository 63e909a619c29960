import AddressBook
import Addressing
import Timing

/// A book with addresses of 2,000 groups, told by as many tellers, of which a quarter have been
/// good. Addresses are numbered, so that nothing else keeps them.
struct Filled {
    private(set) var book: AddressBook
    private(set) var now = Moment(
        instant: Instant(nanoseconds: 1_000_000_000_000),
        wall: WallTime(microseconds: 1_790_000_000_000_000)
    )
    /// How many were told, of which some weren't taken.
    private(set) var told = 0

    /// An hour after all that is known of them has happened.
    init(addresses count: Int) {
        book = AddressBook(key: SipHash.Key(low: 1, high: 2), at: now)
        guard count > 0 else { return }
        for seed in UInt64(1)...60 where book.count < count {
            let known = told
            tell(max(1_000, count - book.count), seed: seed)
            // What has been good makes room for others.
            for number in stride(from: known, to: told, by: 4) {
                book.succeeded(Self.address(number), at: now.instant)
                book.ended(Self.address(number), at: now.instant)
            }
        }
        now = Moment(instant: now.instant + .seconds(3_600), wall: now.wall + .seconds(3_600))
    }

    /// Tells of so many, half of which were told before, a hundred at a time.
    mutating func tell(_ count: Int, seed: UInt64) {
        var random = SeededRandom(seed: seed)
        for start in stride(from: 0, to: count, by: 100) {
            let claims = (start..<min(start + 100, count)).map { _ in
                var number = told
                if told > 0, random.number(below: 2) == 0 {
                    number = random.number(below: told)
                } else {
                    told += 1
                }
                return AddressClaim(
                    address: Self.address(number),
                    services: 1,
                    seenSeconds: UInt64(1_790_000_000 - random.number(below: 1_000_000))
                )
            }
            let teller = AddressTeller.peer(Self.address(random.number(below: 1 << 40)).host)
            _ = book.add(claims, from: teller, at: now.instant, using: &random)
        }
    }

    /// Those that are in the book and have never been good.
    var untried: [PeerAddress] {
        (0..<told).map(Self.address).filter {
            guard let known = book.known($0, at: now.instant) else { return false }
            return known.sinceSuccess == nil
        }
    }

    static func address(_ number: Int) -> PeerAddress {
        var random = SeededRandom(seed: UInt64(number))
        let group = UInt32(random.number(below: 2_000)) + 0x0b00
        let host = UInt32(random.number(below: 65_536))
        return PeerAddress(IPAddress(v4: group << 16 | host), port: 9_108)
    }
}
