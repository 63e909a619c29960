internal import AddressBook
internal import Addressing
internal import Timing

/// The book itself, with nodes as addresses.
struct RealBook: EclipsedBook {
    static let hasFeelers = true
    static let hasAnchors = true
    /// What second 0 of the world is in the calendar.
    private static let start: Int64 = 1_790_000_000

    private let addresses: [PeerAddress]
    private let numbers: [PeerAddress: Int]
    private var book: AddressBook
    private var random: SeededRandom
    private var settlings = 0

    init(_ nodes: [EclipseNode], seed: UInt64, at now: Int) {
        addresses = nodes.indices.map { Self.address(of: $0, group: nodes[$0].group) }
        numbers = Dictionary(uniqueKeysWithValues: addresses.enumerated().map { ($1, $0) })
        random = SeededRandom(seed: seed)
        let key = SipHash.Key(low: random.next(), high: random.next())
        book = AddressBook(key: key, at: Self.moment(now))
    }

    private static func address(of node: Int, group: Int) -> PeerAddress {
        PeerAddress(IPAddress(v4: UInt32(0x0b00 + group) << 16 | UInt32(node)), port: 9_108)
    }

    private static func moment(_ seconds: Int) -> Moment {
        Moment(
            instant: Instant(nanoseconds: Int64(seconds) * 1_000_000_000),
            wall: WallTime(microseconds: (start + Int64(seconds)) * 1_000_000)
        )
    }

    mutating func hear(_ node: Int, from group: Int?, seen: Int, at now: Int) {
        let claim = AddressClaim(
            address: addresses[node],
            services: 1,
            seenSeconds: UInt64(Self.start + Int64(seen))
        )
        let teller = group.map { Self.address(of: 1, group: $0).host } ?? addresses[node].host
        _ = book.add([claim], from: .peer(teller), at: Self.moment(now).instant, using: &random)
    }

    mutating func pick(at now: Int) -> Int? { pick(.outbound, at: now) }
    mutating func pickFeeler(at now: Int) -> Int? { pick(.feeler, at: now) }

    private mutating func pick(_ purpose: AddressBook.Purpose, at now: Int) -> Int? {
        book.pick(purpose, at: Self.moment(now).instant, using: &random)
            .flatMap { numbers[$0.address] }
    }

    func sinceAttempt(_ node: Int, at now: Int) -> Int? {
        book.known(addresses[node], at: Self.moment(now).instant)?.sinceAttempt
            .map { Int($0.components.seconds) }
    }

    mutating func dialled(_ node: Int, isLive: Bool, connections: Int, at now: Int) {
        let instant = Self.moment(now).instant
        book.attempted(addresses[node], at: instant)
        if isLive {
            book.succeeded(addresses[node], at: instant)
        } else {
            book.failed(addresses[node], whileReady: Self.families(connections), at: instant)
        }
    }

    private static func families(_ connections: Int) -> AddressFamilies {
        connections > 0 ? .ipv4 : .none
    }

    mutating func ended(_ node: Int, at now: Int) {
        book.ended(addresses[node], at: Self.moment(now).instant)
    }

    mutating func settle(connections: Int, at now: Int) {
        book.settleCollisions(
            whileReady: Self.families(connections),
            at: Self.moment(now).instant
        )
        settlings += 1
        if settlings.isMultiple(of: 100) { book.checkInvariants() }
    }

    /// As the daemon does it: what is stored is loaded.
    mutating func restart(at now: Int) {
        book.keepChanged(0..<1_280)
        let stored = book.takeChanges(at: Self.moment(now).instant)
        book = AddressBook.loading(stored, at: Self.moment(now)).book
    }

    func isTried(_ node: Int) -> Bool {
        book.known(addresses[node], at: Self.moment(0).instant)?.isTried == true
    }
}
