package import Addressing
package import Timing

/// What the core needs of whoever knows addresses. It is told of each attempt and its result, and
/// only of failures that the address is to blame for.
package protocol AddressSource {
    /// An address to try that lies in none of these regions, or nil if none is known. The core
    /// judges whether it is suitable, and asks again if not.
    mutating func pick(
        avoiding resting: Set<Region>,
        at now: Moment,
        using random: inout SeededRandom
    ) -> AddressCandidate?
    /// How many addresses are known in these regions.
    func count(in regions: Set<Region>) -> Int
    /// What `pick` would say of this address now; nil if it never gives it. Changes nothing.
    func candidate(for address: PeerAddress, at now: Moment) -> AddressCandidate?
    mutating func attempted(_ address: PeerAddress, at now: Moment)
    mutating func succeeded(_ address: PeerAddress, at now: Moment)
    mutating func failed(_ address: PeerAddress, at now: Moment)
}

package struct AddressCandidate: Equatable, Sendable {
    package let address: PeerAddress
    /// How long ago, not when: what knows addresses may live in wall time, the core doesn't. Nil if
    /// it was never attempted.
    package let sinceLastAttempt: Duration?

    package init(address: PeerAddress, sinceLastAttempt: Duration?) {
        self.address = address
        self.sinceLastAttempt = sinceLastAttempt
    }
}
