package import Addressing
package import Timing

extension AddressBook {
    /// The share of what is known that is told, in percent. Source: dcrd's `addrmgr`.
    static let toldPercent = 23

    /// Some of those that have been good and aren't bad, in random order: 23 % of them, of a few
    /// one.
    ///
    /// When each was seen is rounded down to a day. When days begin is drawn anew each time: two
    /// samples don't match, and nothing is told to be newer than is known. What `isUnwanted` isn't
    /// told, whatever is known of it.
    package func sample(
        atMost most: Int,
        leavingOut isUnwanted: (PeerAddress) -> Bool,
        at now: Instant,
        using random: inout some RandomNumberGenerator
    ) -> [AddressClaim] {
        var chance = SeededRandom(seed: random.next())
        let time = clock.time(at: now)
        var wanted: [Int] = []
        for number in 0..<entries.count {
            let entry = entries[number]
            guard entry.succeeded != .never, BadReason(entry, at: time) == nil,
                !isUnwanted(entry.address)
            else { continue }
            wanted.append(number)
        }
        let share = min((wanted.count * Self.toldPercent + 99) / 100, most)
        let dayStart = chance.number(below: BookTime.day)
        return (0..<share).map { index in
            wanted.swapAt(index, index + chance.number(below: wanted.count - index))
            let entry = entries[wanted[index]]
            let beyond = (Int(entry.seen.seconds) + BookTime.day - dayStart) % BookTime.day
            return AddressClaim(
                address: entry.address,
                services: entry.services,
                seenSeconds: clock.claim(entry.seen - beyond)
            )
        }
    }
}
