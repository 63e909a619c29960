import Addressing
import ConnectionCore
import Timing

/// The addresses of one region, offered in turn.
struct AddressRing: Sendable {
    let region: Region
    private(set) var addresses: [PeerAddress] = []
    /// Of each address, in the same places.
    var lastAttempts: [Instant?] = []
    private var turn = 0

    init(region: Region) {
        self.region = region
    }

    /// Puts an address in a place, up to the one behind the last.
    ///
    /// - Returns: What lay there, and lies behind all others now.
    mutating func insert(_ address: PeerAddress, at place: Int) -> PeerAddress? {
        addresses.append(address)
        lastAttempts.append(nil)
        let last = addresses.count - 1
        guard place != last else { return nil }
        addresses.swapAt(place, last)
        lastAttempts.swapAt(place, last)
        return addresses[last]
    }

    func candidate(at index: Int, _ now: Moment) -> AddressCandidate {
        AddressCandidate(
            address: addresses[index],
            sinceLastAttempt: lastAttempts[index].map { now.instant - $0 }
        )
    }

    /// Traps if there is none.
    mutating func next(at now: Moment) -> AddressCandidate {
        let index = turn
        turn = (index + 1) % addresses.count
        return candidate(at: index, now)
    }
}
