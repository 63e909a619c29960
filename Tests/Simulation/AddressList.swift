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
        /// What was given before it, and wasn't suitable.
        let passedOver: [AddressCandidate]
    }

    private let addresses: [PeerAddress]
    private let places: [PeerAddress: Int]
    private var lastAttempts: [Instant?]
    /// Given since the last attempt.
    private var given: [AddressCandidate] = []
    private var wasAsked = false

    private(set) var successes = 0
    private(set) var failures = 0
    /// Attempts that the world has not looked at yet.
    private(set) var starts: [Start] = []

    init(_ addresses: [PeerAddress]) {
        self.addresses = addresses
        places = Dictionary(uniqueKeysWithValues: zip(addresses, addresses.indices))
        lastAttempts = Array(repeating: nil, count: addresses.count)
    }

    mutating func pick(
        avoiding resting: Set<Region>,
        at now: Moment,
        using random: inout SeededRandom
    ) -> AddressCandidate? {
        wasAsked = true
        guard !addresses.isEmpty else { return nil }
        var place = random.number(below: addresses.count)
        if !resting.isEmpty {
            let others = addresses.indices.filter { !resting.contains(Region(addresses[$0])) }
            guard !others.isEmpty else { return nil }
            place = random.element(of: others)
        }
        let candidate = AddressCandidate(
            address: addresses[place],
            sinceLastAttempt: lastAttempts[place].map { now.instant - $0 }
        )
        given.append(candidate)
        return candidate
    }

    func count(in regions: Set<Region>) -> Int { count { regions.contains(Region($0)) } }

    func count(where isCounted: (PeerAddress) -> Bool) -> Int { addresses.count(where: isCounted) }

    /// What was given after the last attempt, and wasn't suitable; nil if nobody asked for more.
    var givenInVain: [AddressCandidate]? { wasAsked ? given : nil }

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
        let candidate = given.popLast()
        starts.append(Start(candidate: candidate, address: address, passedOver: given))
        given.removeAll(keepingCapacity: true)
        wasAsked = false
    }

    mutating func succeeded(_ address: PeerAddress, at now: Moment) { successes += 1 }

    mutating func failed(_ address: PeerAddress, at now: Moment) { failures += 1 }

    mutating func forgetStarts() {
        starts.removeAll(keepingCapacity: true)
        given.removeAll(keepingCapacity: true)
        wasAsked = false
    }
}
