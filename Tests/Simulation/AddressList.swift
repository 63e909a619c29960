internal import Addressing
internal import ConnectionCore
internal import Timing

/// An address source as the daemon has one before it has an address book: a list, and when each of
/// its entries was last attempted. Notes what it is told, so that the world can compare.
struct AddressList: AddressSource {
    /// One automatic attempt, with what the core knew when it chose.
    struct Start {
        let candidate: AddressCandidate?
        let address: PeerAddress
        /// Candidates given since the attempt before: no fewer than were given for this one.
        let picks: Int
    }

    private let addresses: [PeerAddress]
    private let places: [PeerAddress: Int]
    private var lastAttempts: [Instant?]
    private var picks = 0
    private var lastCandidate: AddressCandidate?

    private(set) var successes = 0
    private(set) var failures = 0
    /// Attempts that the world has not looked at yet.
    private(set) var starts: [Start] = []

    init(_ addresses: [PeerAddress]) {
        self.addresses = addresses
        places = Dictionary(uniqueKeysWithValues: zip(addresses, addresses.indices))
        lastAttempts = Array(repeating: nil, count: addresses.count)
    }

    mutating func pick(at now: Moment, using random: inout SeededRandom) -> AddressCandidate? {
        guard !addresses.isEmpty else { return nil }
        let place = random.number(below: addresses.count)
        let candidate = AddressCandidate(
            address: addresses[place],
            sinceLastAttempt: lastAttempts[place].map { now.instant - $0 }
        )
        picks += 1
        lastCandidate = candidate
        return candidate
    }

    func candidate(for address: PeerAddress, at now: Moment) -> AddressCandidate? {
        places[address].map { place in
            AddressCandidate(
                address: address,
                sinceLastAttempt: lastAttempts[place].map { now.instant - $0 }
            )
        }
    }

    mutating func attempted(_ address: PeerAddress, at now: Moment) {
        if let place = places[address] { lastAttempts[place] = now.instant }
        starts.append(Start(candidate: lastCandidate, address: address, picks: picks))
        picks = 0
    }

    mutating func succeeded(_ address: PeerAddress, at now: Moment) { successes += 1 }

    mutating func failed(_ address: PeerAddress, at now: Moment) { failures += 1 }

    mutating func forgetStarts() {
        starts.removeAll(keepingCapacity: true)
    }
}
