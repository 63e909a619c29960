import AddressBook
import Addressing
import Timing

/// An address book: what is stored is anything, with a right check; or anything happens to it. What
/// is kept beside its entries stays right, and what it stores it loads.
enum BooksCheck {
    private static let key = SipHash.Key(low: 3, high: 4)
    /// Each step is some bytes of the input.
    private static let mostSteps = 64

    static func run(_ input: InputReader) throws(BrokenPromise) {
        var input = input
        if input.flag() {
            try checkStored(&input)
        } else {
            try checkLife(&input)
        }
    }

    // MARK: Any stored bytes

    private static func checkStored(_ input: inout InputReader) throws(BrokenPromise) {
        let saved: UInt64 = input.number()
        let savedCheck = hash("B", [saved], []) ^ (input.byte() == 255 ? 1 : 0)
        var buckets: [StoredBucket] = []
        while !input.isAtEnd, buckets.count < 8 {
            // A few that aren't buckets.
            let number = Int(input.number(UInt16.self) % 1_290) - 5
            let bytes = input.bytes(Int(input.byte()))
            let check =
                hash("C", [UInt64(truncatingIfNeeded: number)], bytes)
                ^ (input.byte() == 255 ? 1 : 0)
            buckets.append(StoredBucket(number: number, entries: bytes, check: check))
        }
        let now = moment(60)
        let stored = StoredBook(
            key: key,
            saved: WallTime(microseconds: Int64(bitPattern: saved)),
            check: savedCheck,
            buckets: buckets
        )
        let (book, damaged, _) = AddressBook.loading(stored, at: now)
        book.checkInvariants()
        try promise(damaged.count <= buckets.count, "\(damaged) of \(buckets.count) are damaged")
        try checkReloading(book, buckets.map(\.number).filter { (0..<1_280).contains($0) }, at: now)
    }

    /// As it is described: a letter, what numbers there are, the bytes.
    private static func hash(
        _ letter: Unicode.Scalar,
        _ numbers: [UInt64],
        _ bytes: [UInt8]
    ) -> UInt64 {
        var hash = SipHash(key: key)
        hash.combine(UInt8(ascii: letter))
        for number in numbers { hash.combine(number) }
        for byte in bytes { hash.combine(byte) }
        return hash.finish()
    }

    private static func checkReloading(
        _ book: AddressBook,
        _ buckets: [Int],
        at now: Moment
    ) throws(BrokenPromise) {
        var book = book
        book.keepChanged(buckets)
        let stored = book.takeChanges(at: now.instant)
        var (loaded, damaged, _) = AddressBook.loading(stored, at: now)
        try promise(damaged.isEmpty, "\(damaged) are damaged")
        loaded.keepChanged(stored.buckets.map(\.number))
        let again = loaded.takeChanges(at: now.instant)
        try promise(again.buckets == stored.buckets, "it isn't loaded as it was stored")
    }

    // MARK: Anything that happens

    private static func checkLife(_ input: inout InputReader) throws(BrokenPromise) {
        var seconds: Int64 = 100
        var random = SeededRandom(seed: 1)
        var book = AddressBook(key: key, at: moment(seconds))
        for _ in 0..<mostSteps where !input.isAtEnd {
            let now = moment(seconds).instant
            let step = input.choice(below: 12)
            switch step {
            case 0, 1, 2, 3:
                let claim = AddressClaim(
                    address: address(&input),
                    services: UInt64(input.byte()),
                    // Of some days about now, or any.
                    seenSeconds: step == 3
                        ? input.number()
                        : UInt64(1_790_000_000 + seconds) - 16_384 * UInt64(input.byte())
                )
                _ = book.add([claim], from: teller(&input), at: now, using: &random)
            case 4: book.attempted(address(&input), at: now)
            case 5, 6: book.succeeded(address(&input), at: now)
            case 7:
                let families = AddressFamilies(rawValue: input.byte() & 7)
                book.failed(address(&input), whileReady: families, at: now)
            case 8: book.ended(address(&input), at: now)
            case 9:
                let families = AddressFamilies(rawValue: input.byte() & 7)
                book.settleCollisions(whileReady: families, at: now)
            case 10:
                seconds += Int64(input.number(UInt16.self)) << (2 * Int64(input.byte() & 3))
            default:
                for purpose in [.outbound, .feeler, .family(.ipv6)] as [AddressBook.Purpose] {
                    guard let known = book.pick(purpose, at: now, using: &random) else { continue }
                    try promise(
                        book.known(known.address, at: now) == known,
                        "\(known) is picked and isn't known"
                    )
                }
            }
        }
        book.checkInvariants()
        // All that has happened is to be stored.
        try checkReloading(book, [], at: moment(seconds))
    }

    /// One of few, so that they meet.
    private static func address(_ input: inout InputReader) -> PeerAddress {
        let byte = input.byte()
        let number = UInt64(input.byte())
        switch byte & 3 {
        case 0, 1:
            let host = UInt32(byte >> 2) << 16 | UInt32(number)
            return PeerAddress(IPAddress(v4: 0x0b00_0000 | host), port: 9_108)
        case 2:
            return PeerAddress(
                IPAddress(high: (0x2a00_0000 + UInt64(byte)) << 32, low: number),
                port: 9_108
            )
        default:
            return PeerAddress(
                host: .onion(OnionKey(a: number << 56, b: 1, c: 2, d: 3)),
                port: 9_108
            )
        }
    }

    private static func teller(_ input: inout InputReader) -> AddressTeller {
        let byte = input.byte()
        return switch byte & 3 {
        case 0: .proxied
        case 1: .seed("\(byte)")
        default: .peer(.ip(IPAddress(v4: UInt32(byte) << 16)))
        }
    }

    private static func moment(_ seconds: Int64) -> Moment {
        Moment(
            instant: Instant(nanoseconds: seconds * 1_000_000_000),
            wall: WallTime(microseconds: (1_790_000_000 + seconds) * 1_000_000)
        )
    }
}
