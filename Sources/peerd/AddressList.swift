import Addressing
import ConnectionCore
import DecredWire
import Timing

/// The addresses that the configuration names and those that clients add, as a source for the
/// automatic dialler.
///
/// They are offered in turn, in an order that is shuffled once: each is tried as often as any
/// other, and what was tried longest ago comes first. About 100 bytes an address.
struct AddressList: AddressSource {
    /// Addresses that clients may add, as many as a file may have: 5 MB.
    static let mostAdded = 100_000

    private var addresses: [PeerAddress]
    private var lastAttempts: [Instant?]
    private var next = 0
    /// Those that clients have added: they stay when the configuration is read again.
    private var added: [PeerAddress] = []
    private struct Proof: Sendable {
        /// Nil until it has been good.
        var lastSeen: WallTime?
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
    /// Where each address lies.
    private var indexes: [PeerAddress: Int] = [:]
    /// Shuffles, and nothing else.
    private var random: SeededRandom

    var count: Int { addresses.count }

    init(_ addresses: [PeerAddress], shuffledBy random: SeededRandom) {
        self.addresses = addresses
        self.random = random
        lastAttempts = Array(repeating: nil, count: addresses.count)
        for index in self.addresses.indices.dropFirst().reversed() {
            self.addresses.swapAt(index, self.random.number(below: index + 1))
        }
        for (index, address) in self.addresses.enumerated() { indexes[address] = index }
    }

    /// Offers other addresses from now on. Those that stay keep the time of their last attempt.
    ///
    /// - Parameter configured: What the configuration names now.
    /// - Returns: Whether there are any that weren't there.
    mutating func replace(with configured: [PeerAddress]) -> Bool {
        let old = self
        let isConfigured = Set(configured)
        let others = added.filter { !isConfigured.contains($0) }
        self = AddressList(configured + others, shuffledBy: random)
        added = others
        proofs = old.proofs.filter { indexes[$0.key] != nil }
        for (address, proof) in proofs where proof.lastSeen != nil { good.add(address) }
        lastAttempts = addresses.map { address in
            old.indexes[address].flatMap { old.lastAttempts[$0] }
        }
        return addresses.contains { old.indexes[$0] == nil }
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
        for address in fresh {
            let index = random.number(below: addresses.count + 1)
            addresses.append(address)
            lastAttempts.append(nil)
            indexes[address] = addresses.count - 1
            exchange(index, addresses.count - 1)
        }
        return fresh.count
    }

    private mutating func exchange(_ one: Int, _ other: Int) {
        guard one != other else { return }
        addresses.swapAt(one, other)
        lastAttempts.swapAt(one, other)
        indexes[addresses[one]] = one
        indexes[addresses[other]] = other
    }

    func candidate(for address: PeerAddress, at now: Moment) -> AddressCandidate? {
        indexes[address].map { candidate(at: $0, now) }
    }

    private func candidate(at index: Int, _ now: Moment) -> AddressCandidate {
        AddressCandidate(
            address: addresses[index],
            sinceLastAttempt: lastAttempts[index].map { now.instant - $0 }
        )
    }

    mutating func pick(at now: Moment, using random: inout SeededRandom) -> AddressCandidate? {
        guard !addresses.isEmpty else { return nil }
        let index = next
        next = (index + 1) % addresses.count
        return candidate(at: index, now)
    }

    /// It is the one that was picked last: the core attempts an address before it asks for another.
    mutating func attempted(_ address: PeerAddress, at now: Moment) {
        let index = (next + addresses.count - 1) % addresses.count
        precondition(addresses[index] == address, "\(address) was not picked last")
        lastAttempts[index] = now.instant
    }

    /// Others may be told of it from now on.
    mutating func succeeded(_ address: PeerAddress, at now: Moment) {
        guard indexes[address] != nil else { return }
        if proofs[address]?.lastSeen == nil { good.add(address) }
        proofs[address, default: Proof()].lastSeen = now.wall
    }

    /// Notes what the peer at an address offers.
    mutating func noteServices(_ services: UInt64, of address: PeerAddress) {
        guard indexes[address] != nil else { return }
        proofs[address, default: Proof()].services = services
    }

    /// How many have been good once: with `onlyRoutable` of those that anybody may reach. O(1), as
    /// any number of peers ask for addresses.
    func provenCount(onlyRoutable: Bool) -> Int { onlyRoutable ? good.routable : good.all }

    /// Those that `provenCount` counts, as others are told of them, in any order.
    func proven(onlyRoutable: Bool) -> [AdvertisedAddress] {
        proofs.compactMap { address, proof in
            guard let lastSeen = proof.lastSeen, !onlyRoutable || address.isRoutable else {
                return nil
            }
            return AdvertisedAddress(
                address: address,
                services: proof.services,
                lastSeenSeconds: UInt64(max(0, lastSeen.microseconds) / 1_000_000)
            )
        }
    }

    /// A list judges nobody: what is on it was put there by the operator.
    mutating func failed(_ address: PeerAddress, at now: Moment) {}
}
