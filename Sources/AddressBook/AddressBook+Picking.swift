package import Addressing
package import Timing

extension AddressBook {
    /// What an address is wanted for.
    package enum Purpose: Equatable, Sendable {
        /// A connection to be kept.
        case outbound
        /// One of a family of which there is none.
        case family(AddressFamily)
        /// To see whether somebody is there: the holder of a place that another one waits for, or
        /// one that has never been good.
        case feeler

        var families: AddressFamilies {
            switch self {
            case .outbound, .feeler: .all
            case .family(let family): AddressFamilies(family)
            }
        }
    }

    /// Tried addresses are picked three times as often as new ones once there are so many of them
    /// in so many buckets, and so groups; until then as often.
    static let enoughTried = 32
    static let enoughBuckets = 8
    static let triedShare = 3
    /// What was tried so lately is picked a hundredth as often.
    static let recentSeconds = 10 * BookTime.minute
    static let recentFactor = 0.01
    /// Each round that picks nobody makes the next more willing. The last one takes whom it finds.
    static let roundFactor = 1.2
    static let lastRound = 50
    /// By failures that count, up to 8: 0.66 to their power.
    static let failureFactors = [
        1, 0.66, 0.4356, 0.287496, 0.18974736, 0.1252332576, 0.082653950016, 0.05455160701056,
        0.0360040606269696,
    ]

    /// An address to dial; nil if none is known. Changes nothing.
    ///
    /// Buckets are drawn before addresses, so that who has many in few buckets gains little. None
    /// is of a family that is `unreachable` now.
    package func pick(
        _ purpose: Purpose,
        avoiding unreachable: AddressFamilies = .none,
        at now: Instant,
        using random: inout SeededRandom
    ) -> KnownAddress? {
        let time = clock.time(at: now)
        let families = AddressFamilies(
            rawValue: purpose.families.rawValue & ~unreachable.rawValue
        )
        if purpose == .feeler, let holder = untestedHolder(families, at: time, &random) {
            return KnownAddress(entries[holder], at: time)
        }
        let new = tables.count(in: .new, families)
        let tried = purpose == .feeler ? 0 : tables.count(in: .tried, families)
        guard new + tried > 0 else { return nil }
        let isTried = tried > 0 && (new == 0 || prefersTried(&random))
        let number = pick(
            from: isTried ? .tried : .new,
            outOf: isTried ? tried : new,
            families,
            at: time,
            &random
        )
        return KnownAddress(entries[number], at: time)
    }

    private func pick(
        from table: BookTables.Table,
        outOf count: Int,
        _ families: AddressFamilies,
        at now: BookTime,
        _ random: inout SeededRandom
    ) -> Int {
        var willingness = 1.0
        var round = 0
        while true {
            let bucket = tables.bucket(random.number(below: count), in: table, families)
            let mask = tables.mask(of: bucket, families)
            let position = mask.bit(random.number(below: mask.nonzeroBitCount))
            guard let number = tables.entry(in: Place(bucket: bucket, position: position)) else {
                preconditionFailure("the mask of bucket \(bucket) is stale")
            }
            if round == Self.lastRound { return number }
            if random.unit() < willingness * Self.chance(entries[number], at: now) {
                return number
            }
            willingness *= Self.roundFactor
            round += 1
        }
    }

    /// How willingly it is taken in the first round. What was never tried is taken at once.
    static func chance(_ entry: BookEntry, at now: BookTime) -> Double {
        let factor = failureFactors[min(Int(entry.failures), failureFactors.count - 1)]
        return now - entry.attempted < recentSeconds ? factor * recentFactor : factor
    }

    var isTriedPreferred: Bool {
        triedCount >= Self.enoughTried
            && tables.count(in: .tried, .all) >= Self.enoughBuckets
    }

    private func prefersTried(_ random: inout SeededRandom) -> Bool {
        isTriedPreferred
            ? random.number(below: Self.triedShare + 1) > 0 : random.number(below: 2) > 0
    }

    /// The holder of a place that another one waits for, of any that can be tested.
    private func untestedHolder(
        _ families: AddressFamilies,
        at now: BookTime,
        _ random: inout SeededRandom
    ) -> Int? {
        guard !collisions.isEmpty else { return nil }
        let first = random.number(below: collisions.count)
        for turn in collisions.indices {
            let collision = collisions[(first + turn) % collisions.count]
            guard let holder = tables.entry(in: hash.triedPlace(of: collision.newcomer)) else {
                continue
            }
            let entry = entries[holder]
            // While it is dialled or connected, `settleCollisions` will see what comes of it.
            let isTestable =
                families.contains(AddressFamilies(entry.family)) && !entry.isReady
                && now - entry.attempted > Collision.graceSeconds
            if isTestable { return holder }
        }
        return nil
    }
}
