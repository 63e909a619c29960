internal import Addressing
package import Timing

/// What has become of what somebody told.
package struct Reception: Equatable, Sendable {
    /// How many addresses.
    package var told = 0
    /// Of which so many weren't there before.
    package var kept = 0
    /// Nearly all that they told was old: perhaps our own clock is wrong. Said once a day.
    package var doubtsClock = false
}

extension AddressBook {
    /// Others' claims lose so much: what they say is no better than what we have seen.
    static let claimLossSeconds = 2 * BookTime.hour
    /// A time that can't be is taken for so long ago.
    static let unlikelySeconds = 5 * BookTime.day
    /// 1973: who claims something before has no clock.
    static let leastClaim: UInt64 = 100_000_000
    /// So many, all of them old, cast doubt on our own clock.
    static let doubtfulClaims = 20

    /// Takes in what somebody told at once. Who calls has left out what can't be dialled or isn't
    /// wanted. Draws once, whatever is told.
    package mutating func add(
        _ claims: some Collection<AddressClaim>,
        from teller: AddressTeller,
        at now: Instant,
        using random: inout some RandomNumberGenerator
    ) -> Reception {
        var chance = SeededRandom(seed: random.next())
        let time = clock.time(at: now)
        let group = teller.group
        let before = counts
        for claim in claims {
            add(claim, from: group, itself: teller.isHost(of: claim.address), at: time, &chance)
        }
        var reception = Reception(
            told: counts.told - before.told,
            kept: counts.kept - before.kept
        )
        let isAllOld = counts.droppedOld - before.droppedOld == reception.told
        if reception.told >= Self.doubtfulClaims, isAllOld {
            reception.doubtsClock = lastDoubt.map { time - $0 >= BookTime.day } ?? true
            if reception.doubtsClock { lastDoubt = time }
        }
        return reception
    }

    private mutating func add(
        _ claim: AddressClaim,
        from source: UInt64,
        itself: Bool,
        at now: BookTime,
        _ random: inout SeededRandom
    ) {
        counts.told += 1
        let claimed = claimedTime(claim, at: now)
        let loss = itself ? 0 : Self.claimLossSeconds
        guard now - claimed + loss <= BadReason.unseenSeconds else {
            counts.droppedOld += 1
            return
        }
        let known = entries.find(claim.address)
        if let known {
            counts.known += 1
            let isNews = hear(claim, of: known, at: claimed, loss, now)
            let entry = entries[known]
            guard isNews, !entry.isTried, entry.placeCount < BookEntry.mostPlaces else { return }
            // One more place is half as likely with each that it has: who tells often gets no more
            // places than who tells well.
            guard random.number(below: 1 << entry.placeCount) == 0 else { return }
        }
        let place = hash.newPlace(of: claim.address, from: source)
        if let holder = tables.entry(in: place) {
            guard holder != known else { return }
            guard yields(holder, toNew: known == nil, at: now) else {
                if known == nil { counts.droppedPlaceTaken += 1 }
                return
            }
            clear(place)
        }
        // Whoever was cleared may have given its number to this one.
        if known != nil, let number = entries.find(claim.address) { return put(number, in: place) }
        counts.kept += 1
        let entry = BookEntry(
            address: claim.address,
            seen: claimed - loss,
            source: source,
            services: claim.services
        )
        put(entries.append(entry), in: place)
    }

    /// When they claim to have seen it, or what that is taken for.
    private func claimedTime(_ claim: AddressClaim, at now: BookTime) -> BookTime {
        let seconds = clock.seconds(ofClaim: claim.seenSeconds)
        let isLikely =
            claim.seenSeconds > Self.leastClaim
            && seconds <= Int64(now.seconds) + Int64(BadReason.futureSeconds)
        return isLikely ? BookTime(clamping: seconds) : now - Self.unlikelySeconds
    }

    /// Notes what is new of a known address.
    ///
    /// - Returns: Whether it was seen later than was known.
    private mutating func hear(
        _ claim: AddressClaim,
        of number: Int,
        at claimed: BookTime,
        _ loss: Int,
        _ now: BookTime
    ) -> Bool {
        let entry = entries[number]
        // Its time is only changed now and then, or each message would change the whole file.
        let interval = now - claimed < BookTime.day ? BookTime.hour : BookTime.day
        let isLater = claimed - entry.seen > interval + loss
        // Others may add services and take none away, or they could hide what is wanted.
        let services = entry.succeeded == .never ? entry.services | claim.services : entry.services
        if isLater || services != entry.services {
            change(number) {
                if isLater { $0.seen = claimed - loss }
                $0.services = services
            }
        }
        return claimed > entries[number].seen
    }

    /// Whether who has a new place gives it to one that was only told of: if it is bad, or has
    /// another place where the newcomer has none. Nobody pushes a sound address out.
    private func yields(_ holder: Int, toNew isNew: Bool, at now: BookTime) -> Bool {
        let entry = entries[holder]
        if isNew, entry.placeCount > 1 { return true }
        return !entry.isReady && BadReason(entry, at: now) != nil
    }
}
