import Addressing
import ConnectionCore
import Timing

/// An address source that a test scripts: it offers its entries in turn, from the first again after
/// the last, passing over what lies in regions that rest, and notes what it is told.
struct ListedAddresses: AddressSource {
    enum Told: Equatable {
        case attempted(PeerAddress)
        case succeeded(PeerAddress)
        case failed(PeerAddress)
    }

    private struct Entry {
        let address: PeerAddress
        var lastAttempt: Instant?
    }

    private var entries: [Entry] = []
    private var next = 0
    private(set) var picks = 0
    private(set) var told: [Told] = []

    mutating func append(_ address: PeerAddress, lastAttempt: Instant? = nil) {
        entries.append(Entry(address: address, lastAttempt: lastAttempt))
    }

    mutating func append(contentsOf addresses: some Sequence<PeerAddress>) {
        for address in addresses { append(address) }
    }

    mutating func removeAll() {
        self = ListedAddresses()
    }

    mutating func pick(
        avoiding resting: Set<Region>,
        at now: Moment,
        using random: inout SeededRandom
    ) -> AddressCandidate? {
        picks += 1
        for _ in entries {
            let entry = entries[next % entries.count]
            next += 1
            guard !resting.contains(Region(entry.address)) else { continue }
            return AddressCandidate(
                address: entry.address,
                sinceLastAttempt: entry.lastAttempt.map { now.instant - $0 }
            )
        }
        return nil
    }

    func count(in regions: Set<Region>) -> Int {
        entries.count { regions.contains(Region($0.address)) }
    }

    func candidate(for address: PeerAddress, at now: Moment) -> AddressCandidate? {
        entries.first { $0.address == address }.map { entry in
            AddressCandidate(
                address: address,
                sinceLastAttempt: entry.lastAttempt.map { now.instant - $0 }
            )
        }
    }

    mutating func attempted(_ address: PeerAddress, at now: Moment) {
        told.append(.attempted(address))
        for index in entries.indices where entries[index].address == address {
            entries[index].lastAttempt = now.instant
        }
    }

    mutating func succeeded(_ address: PeerAddress, at now: Moment) {
        told.append(.succeeded(address))
    }

    mutating func failed(_ address: PeerAddress, at now: Moment) {
        told.append(.failed(address))
    }
}
