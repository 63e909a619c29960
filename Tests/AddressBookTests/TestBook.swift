import AddressBook
import Addressing
import Testing
import Timing

/// A book with a clock that goes on when it is told.
struct TestBook {
    static let key = SipHash.Key(low: 0x1234_5678_9abc_def0, high: 0x0fed_cba9_8765_4321)
    /// When the book is made, in seconds since 1970: 2026-09-21.
    static let start: Int64 = 1_790_000_000
    static let teller = AddressTeller.peer(.ip(IPAddress(v4: 0x0909_0909)))

    var book: AddressBook
    var now: Moment
    var random = SeededRandom(seed: 1)

    init() {
        now = Moment(
            instant: Instant(nanoseconds: 5_000_000_000),
            wall: WallTime(microseconds: Self.start * 1_000_000)
        )
        book = AddressBook(key: Self.key, at: now)
    }

    var instant: Instant { now.instant }
    /// In seconds since 1970.
    var seconds: Int64 { now.wall.microseconds / 1_000_000 }

    mutating func wait(_ duration: Duration) {
        now = Moment(instant: now.instant + duration, wall: now.wall + duration)
    }

    /// Whoever it is claims to have seen it so long ago.
    ///
    /// - Returns: Whether it is there, and wasn't before.
    @discardableResult
    mutating func tell(
        _ address: PeerAddress,
        ago: Duration = .zero,
        services: UInt64 = 1,
        by teller: AddressTeller = TestBook.teller
    ) -> Bool {
        let seen = seconds - ago.components.seconds
        let claim = AddressClaim(address: address, services: services, seenSeconds: UInt64(seen))
        return tell([claim], by: teller).kept == 1
    }

    @discardableResult
    mutating func tell(_ claims: [AddressClaim], by teller: AddressTeller) -> Reception {
        book.add(claims, from: teller, at: instant, using: &random)
    }

    mutating func pick(
        _ purpose: AddressBook.Purpose,
        avoiding families: AddressFamilies = []
    ) -> KnownAddress? {
        book.pick(purpose, avoiding: families, at: instant, using: &random)
    }

    mutating func sample(
        atMost most: Int = 1_000,
        leavingOut isUnwanted: (PeerAddress) -> Bool = { _ in false }
    ) -> [AddressClaim] {
        book.sample(atMost: most, leavingOut: isUnwanted, at: instant, using: &random)
    }

    /// As `tell`, of what must be there then, and wasn't before.
    mutating func keeps(
        _ address: PeerAddress,
        ago: Duration = .zero,
        at location: SourceLocation = #_sourceLocation
    ) {
        let isKept = tell(address, ago: ago)
        #expect(isKept, sourceLocation: location)
    }

    /// As `tell`, of what mustn't.
    mutating func drops(_ address: PeerAddress, at location: SourceLocation = #_sourceLocation) {
        let isKept = tell(address)
        #expect(!isKept, sourceLocation: location)
    }

    /// A dial that leads to a peer, which stays.
    mutating func reach(_ address: PeerAddress) {
        book.attempted(address, at: instant)
        book.succeeded(address, at: instant)
    }

    /// A dial that leads to a peer, and a connection that ends.
    mutating func visit(_ address: PeerAddress) {
        reach(address)
        book.ended(address, at: instant)
    }

    /// A dial in vain.
    mutating func miss(_ address: PeerAddress, whileReady families: AddressFamilies = .all) {
        book.attempted(address, at: instant)
        book.failed(address, whileReady: families, at: instant)
    }

    /// Somebody else of IPv4 was reached, so that the next failure counts.
    mutating func reachAnother() {
        book.succeeded(Example.ipv4(0x5f5f_0001), at: instant)
    }

    /// Failures that count, each a minute after the one before, and two minutes.
    mutating func failOften(_ address: PeerAddress, times: Int) {
        for _ in 0..<times {
            wait(.seconds(30))
            reachAnother()
            wait(.seconds(30))
            miss(address)
        }
        wait(.seconds(120))
    }

    func known(_ address: PeerAddress) -> KnownAddress? { book.known(address, at: instant) }

    func badReason(_ address: PeerAddress) -> BadReason? { known(address)?.badReason }
}

extension TestBook: CustomStringConvertible {
    var description: String { "\(book) at \(now.wall)" }
}

enum Example {
    static func ipv4(_ host: UInt32, port: UInt16 = 9_108) -> PeerAddress {
        PeerAddress(IPAddress(v4: host), port: port)
    }

    /// An address in the /16 of that number.
    static func ipv4(group: Int, _ host: Int) -> PeerAddress {
        ipv4(UInt32(group) << 16 | UInt32(host))
    }

    static func ipv6(group: Int, _ host: Int) -> PeerAddress {
        PeerAddress(
            IPAddress(high: (0x2a00_0000 + UInt64(group)) << 32, low: UInt64(host)),
            port: 9_108
        )
    }

    static func onion(_ number: UInt64) -> PeerAddress {
        var random = SeededRandom(seed: number)
        let key = OnionKey(a: random.next(), b: random.next(), c: random.next(), d: random.next())
        return PeerAddress(host: .onion(key), port: 9_108)
    }

    static func teller(group: Int) -> AddressTeller {
        .peer(.ip(IPAddress(v4: UInt32(group) << 16 | 7)))
    }

    /// Addresses of one /16 that the test's teller brings to the same new place.
    static func sharingNewPlace(_ count: Int, group: Int = 0x2222) -> [PeerAddress] {
        let maths = Maths()
        return sharing(count, group: group) { address in
            let bucket = maths.newBucket(address, from: TestBook.teller.group)
            return maths.newPosition(address, in: bucket)
        }
    }

    /// Another of the same /16 that the test's teller brings to the same new place.
    static func sharingNewPlace(with address: PeerAddress) -> PeerAddress {
        let maths = Maths()
        let bucket = maths.newBucket(address, from: TestBook.teller.group)
        let position = maths.newPosition(address, in: bucket)
        let group = Int((address.ip?.v4 ?? 0) >> 16)
        let other = (1..<10_000).lazy.map { ipv4(group: group, $0) }.first {
            $0 != address && maths.newPosition($0, in: bucket) == position
        }
        return other ?? address
    }

    /// Addresses of one /16 that have the same tried place.
    static func sharingTriedPlace(_ count: Int, group: Int = 0x2222) -> [PeerAddress] {
        let maths = Maths()
        return sharing(count, group: group) { maths.triedPosition($0) }
    }

    private static func sharing(
        _ count: Int,
        group: Int,
        _ position: @escaping (PeerAddress) -> Int
    ) -> [PeerAddress] {
        let first = position(ipv4(group: group, 1))
        return Array(
            (1..<10_000).lazy.map { ipv4(group: group, $0) }.filter { position($0) == first }
                .prefix(count)
        )
    }
}
