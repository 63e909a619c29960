package import Addressing
package import ConnectionCore
internal import DecredWire
package import Timing

/// The addresses that the configuration names and those that clients add, as a source for the
/// automatic dialler.
///
/// Those of a region are offered in turn, in an order that is shuffled once: each is tried as often
/// as any other, and what was tried longest ago comes first. Which region's turn it is is drawn, by
/// how many addresses each has, so that one that rests costs nothing. About 100 bytes an address.
package struct AddressList: AddressSource {
    /// Addresses that clients may add, as many as a file may have: 5 MB.
    static let mostAdded = 100_000

    private var rings: [AddressRing] = []
    /// Those that clients have added: they stay when the configuration is read again.
    private var added: [PeerAddress] = []
    private struct Proof: Sendable {
        /// Nil until it has been good.
        var lastSeen: Instant?
        var services: UInt64 = 0
    }

    private struct GoodCount: Sendable {
        var all = 0
        var routable = 0

        mutating func add(_ address: PeerAddress) {
            all += 1
            if address.isRoutable { routable += 1 }
        }
    }

    private var proofs: [PeerAddress: Proof] = [:]
    /// Those of `proofs` that have been good.
    private var good = GoodCount()
    /// Where each address lies in the ring of its region.
    private var indexes: [PeerAddress: Int] = [:]
    /// Shuffles, and nothing else.
    private var random: SeededRandom
    /// What has happened since `lend`; nil while nothing is lent.
    private var changes: Changes?

    private struct Changes: Sendable {
        /// How many of `added` were lent.
        let added: Int
        /// Of which something else is known now. At most as many as there are addresses.
        var touched: Set<PeerAddress> = []
    }

    package var count: Int { indexes.count }

    init(_ addresses: [PeerAddress], shuffledBy random: SeededRandom) {
        self.random = random
        for address in addresses { insert(address) }
    }

    /// A copy of which another list can be made beside the loop, by `replace`, for `adopt`: of
    /// 100,000 addresses that takes a tenth of a second. Whatever was lent before is forgotten.
    mutating func lend() -> AddressList {
        changes = nil
        defer { changes = Changes(added: added.count) }
        return self
    }

    /// Nothing came of what was lent.
    mutating func forgetLending() {
        changes = nil
    }

    /// Takes over what was made of the copy that was lent last, and what has happened since then.
    /// Costs what has happened, and nothing for what hasn't.
    mutating func adopt(_ replacement: AddressList, onlyRoutable: Bool = false) {
        guard let changes else { preconditionFailure("no list was lent") }
        let old = self
        self = replacement
        let later = old.added[changes.added...].filter { $0.isRoutable || !onlyRoutable }
        let isAdded = add(later) != nil
        precondition(isAdded, "there are more than there were")
        for address in changes.touched { takeOver(address, from: old) }
    }

    /// Offers other addresses from now on. Those that stay keep the time of their last attempt.
    /// Takes long where there are many.
    ///
    /// - Parameters:
    ///   - configured: What the configuration names now.
    ///   - onlyRoutable: Whether those that clients added must be what anybody may reach.
    /// - Returns: Whether there are any that weren't there.
    package mutating func replace(
        with configured: [PeerAddress],
        onlyRoutable: Bool = false
    ) -> Bool {
        let old = self
        let isConfigured = Set(configured)
        let others = added.filter {
            !isConfigured.contains($0) && ($0.isRoutable || !onlyRoutable)
        }
        self = AddressList(configured + others, shuffledBy: random)
        added = others
        for address in indexes.keys { takeOver(address, from: old) }
        return indexes.keys.contains { old.indexes[$0] == nil }
    }

    /// Whatever another list knows of an address that both have.
    private mutating func takeOver(_ address: PeerAddress, from old: AddressList) {
        guard let before = old.indexes[address], let oldRing = old.ring(of: address),
            let index = indexes[address], let ring = ring(of: address)
        else { return }
        rings[ring].lastAttempts[index] = old.rings[oldRing].lastAttempts[before]
        guard let proof = old.proofs[address] else { return }
        if proof.lastSeen != nil, proofs[address]?.lastSeen == nil { good.add(address) }
        proofs[address] = proof
    }

    /// Offers more addresses, in random places among the others.
    ///
    /// - Returns: How many weren't there yet; nil if that would be more than `mostAdded` in all,
    ///   and then none was added.
    mutating func add(_ more: [PeerAddress]) -> Int? {
        var fresh: [PeerAddress] = []
        var seen: Set<PeerAddress> = []
        for address in more where indexes[address] == nil && seen.insert(address).inserted {
            fresh.append(address)
        }
        guard added.count + fresh.count <= Self.mostAdded else { return nil }
        added += fresh
        for address in fresh { insert(address) }
        return fresh.count
    }

    /// Puts an address in a random place of its region's ring, unless it is there.
    private mutating func insert(_ address: PeerAddress) {
        guard indexes[address] == nil else { return }
        let ring: Int
        if let known = self.ring(of: address) {
            ring = known
        } else {
            ring = rings.count
            rings.append(AddressRing(region: Region(address)))
        }
        let place = random.number(below: rings[ring].addresses.count + 1)
        if let moved = rings[ring].insert(address, at: place) {
            indexes[moved] = rings[ring].addresses.count - 1
        }
        indexes[address] = place
    }

    private func ring(of address: PeerAddress) -> Int? {
        let region = Region(address)
        return rings.firstIndex { $0.region == region }
    }

    package func candidate(for address: PeerAddress, at now: Moment) -> AddressCandidate? {
        guard let index = indexes[address], let ring = ring(of: address) else { return nil }
        return rings[ring].candidate(at: index, now)
    }

    package mutating func pick(
        avoiding resting: Set<Region>,
        at now: Moment,
        using random: inout SeededRandom
    ) -> AddressCandidate? {
        var left = count - count(in: resting)
        guard left > 0 else { return nil }
        if rings.count > 1 { left = random.number(below: left) + 1 }
        for ring in rings.indices where !resting.contains(rings[ring].region) {
            left -= rings[ring].addresses.count
            if left <= 0 { return rings[ring].next(at: now) }
        }
        preconditionFailure("the rings have fewer addresses than are known")
    }

    package func count(in regions: Set<Region>) -> Int {
        guard !regions.isEmpty else { return 0 }
        return rings.reduce(0) { $0 + (regions.contains($1.region) ? $1.addresses.count : 0) }
    }

    package mutating func attempted(_ address: PeerAddress, at now: Moment) {
        guard let index = indexes[address], let ring = ring(of: address) else { return }
        rings[ring].lastAttempts[index] = now.instant
        changes?.touched.insert(address)
    }

    /// Others may be told of it from now on.
    package mutating func succeeded(_ address: PeerAddress, at now: Moment) {
        guard indexes[address] != nil else { return }
        if proofs[address]?.lastSeen == nil { good.add(address) }
        proofs[address, default: Proof()].lastSeen = now.instant
        changes?.touched.insert(address)
    }

    /// Notes what the peer at an address offers.
    mutating func noteServices(_ services: UInt64, of address: PeerAddress) {
        guard indexes[address] != nil else { return }
        proofs[address, default: Proof()].services = services
        changes?.touched.insert(address)
    }

    /// How many have been good once: with `onlyRoutable` of those that anybody may reach. O(1), as
    /// any number of peers ask for addresses.
    func provenCount(onlyRoutable: Bool) -> Int { onlyRoutable ? good.routable : good.all }

    /// Those that `provenCount` counts, as others are told of them, in any order.
    /// `now` is what tells when they were seen, in the calendar as it is set at present.
    func proven(onlyRoutable: Bool, at now: Moment) -> [AdvertisedAddress] {
        proofs.compactMap { address, proof in
            guard let lastSeen = proof.lastSeen, !onlyRoutable || address.isRoutable else {
                return nil
            }
            let seen = now.wall + (lastSeen - now.instant)
            return AdvertisedAddress(
                address: address,
                services: proof.services,
                lastSeenSeconds: UInt64(max(0, seen.microseconds) / 1_000_000)
            )
        }
    }

    /// A list judges nobody: what is on it was put there by the operator.
    package mutating func failed(_ address: PeerAddress, at now: Moment) {}
}
