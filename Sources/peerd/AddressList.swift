import Addressing
import ConnectionCore
import Timing

/// The addresses that the configuration names, as a source for the automatic dialler.
///
/// They are offered in turn, in an order that is shuffled once: each is tried as often as any other,
/// and what was tried longest ago comes first. 48 bytes an address.
struct AddressList: AddressSource {
    private var addresses: [PeerAddress]
    private var lastAttempts: [Instant?]
    private var next = 0
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
    }

    /// Offers other addresses from now on. Those that stay keep the time of their last attempt.
    mutating func replace(with new: [PeerAddress]) {
        var known: [PeerAddress: Instant] = [:]
        for (address, lastAttempt) in zip(addresses, lastAttempts) { known[address] = lastAttempt }
        self = AddressList(new, shuffledBy: random)
        lastAttempts = addresses.map { known[$0] }
    }

    mutating func pick(at now: Moment, using random: inout SeededRandom) -> AddressCandidate? {
        guard !addresses.isEmpty else { return nil }
        let index = next
        next = (index + 1) % addresses.count
        return AddressCandidate(
            address: addresses[index],
            sinceLastAttempt: lastAttempts[index].map { now.instant - $0 }
        )
    }

    /// O(n), for an operator who asks about one.
    func candidate(for address: PeerAddress, at now: Moment) -> AddressCandidate? {
        addresses.firstIndex(of: address).map { index in
            AddressCandidate(
                address: address,
                sinceLastAttempt: lastAttempts[index].map { now.instant - $0 }
            )
        }
    }

    /// It is the one that was picked last: the core attempts an address before it asks for another.
    mutating func attempted(_ address: PeerAddress, at now: Moment) {
        let index = (next + addresses.count - 1) % addresses.count
        precondition(addresses[index] == address, "\(address) was not picked last")
        lastAttempts[index] = now.instant
    }

    /// A list judges nobody: what is on it was put there by the operator.
    mutating func succeeded(_ address: PeerAddress, at now: Moment) {}
    mutating func failed(_ address: PeerAddress, at now: Moment) {}
}
