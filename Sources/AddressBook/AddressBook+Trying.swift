package import Addressing
package import Timing

/// What dials show.
extension AddressBook {
    /// It is dialled, whoever wants that.
    package mutating func attempted(_ address: PeerAddress, at now: Instant) {
        guard let number = entries.find(address) else { return }
        let time = clock.time(at: now)
        change(number) { $0.attempted = time }
    }

    /// A dial of ours has failed, and the address may be to blame.
    ///
    /// It counts only while it is shown that the family can be reached, and once between two
    /// successes of it: what is offline for a night must not find its book bad in the morning.
    /// `families` are those of which a dialled peer is ready.
    package mutating func failed(
        _ address: PeerAddress,
        whileReady families: AddressFamilies,
        at now: Instant
    ) {
        let family = AddressFamily(address.host)
        guard families.contains(AddressFamilies(family)), let number = entries.find(address),
            entries[number].failed < lastSuccess[Int(family.rawValue)]
        else { return }
        let time = clock.time(at: now)
        change(number) { $0.countFailure(at: time) }
    }

    /// A dial has led to a peer that is ready, whether or not its address is in the book.
    package mutating func succeeded(_ address: PeerAddress, at now: Instant) {
        let time = clock.time(at: now)
        lastSuccess[Int(AddressFamily(address.host).rawValue)] = time
        guard let number = entries.find(address) else { return }
        if entries[number].succeeded == .never { provenCount += 1 }
        // Not when it was seen: that would tell others whom we are connected to.
        change(number) {
            $0.succeeded = time
            $0.attempted = time
            $0.isReady = true
            $0.forgetFailures()
        }
        guard !entries[number].isTried else { return }
        guard tables.entry(in: hash.triedPlace(of: address)) != nil else { return promote(number) }
        guard !collisions.contains(where: { $0.newcomer == address }) else { return }
        guard collisions.count < Collision.most else {
            counts.collisions.dropped += 1
            return
        }
        collisions.append(Collision(newcomer: address, since: time))
    }

    /// What the peer at an address has said that it offers.
    package mutating func noteServices(_ services: UInt64, of address: PeerAddress) {
        guard let number = entries.find(address), entries[number].services != services else {
            return
        }
        change(number) { $0.services = services }
    }

    /// A connection that was dialled has ended after it was ready: until now it was there.
    package mutating func ended(_ address: PeerAddress, at now: Instant) {
        guard let number = entries.find(address), entries[number].isReady else { return }
        let time = clock.time(at: now)
        change(number) {
            $0.isReady = false
            $0.seen = max($0.seen, time)
        }
    }

    /// Ends the collisions that can be. To be called before each feeler, at least once a minute.
    /// `families` are those of which a dialled peer is ready.
    package mutating func settleCollisions(
        whileReady families: AddressFamilies,
        at now: Instant
    ) {
        let time = clock.time(at: now)
        let waiting = collisions
        collisions = waiting.filter { isUnsettled($0, families, at: time) }
    }

    /// Ends one if it can be.
    private mutating func isUnsettled(
        _ collision: Collision,
        _ families: AddressFamilies,
        at now: BookTime
    ) -> Bool {
        guard let number = entries.find(collision.newcomer), !entries[number].isTried else {
            // It has lost its new place to another one.
            return false
        }
        let place = hash.triedPlace(of: collision.newcomer)
        guard let holder = tables.entry(in: place) else {
            promote(number)
            return false
        }
        let entry = entries[holder]
        if entry.isReady || now - entry.succeeded < Collision.recentSeconds {
            counts.collisions.kept += 1
            return false
        }
        if BadReason(entry, at: now) != nil || hasFailedTest(entry, at: now) {
            counts.collisions.replaced += 1
            takeOut(holder, of: place)
            promote(number)
            giveBackNewPlace(to: holder)
            return false
        }
        let isTestable = families.contains(AddressFamilies(entry.family))
        if isTestable, now - collision.since > Collision.longestSeconds {
            counts.collisions.dropped += 1
            return false
        }
        return true
    }

    private func hasFailedTest(_ holder: BookEntry, at now: BookTime) -> Bool {
        let age = now - holder.failed
        return holder.failed > holder.succeeded
            && age >= Collision.graceSeconds && age <= Collision.recentSeconds
    }

    /// From its new places to its tried one, which is free.
    private mutating func promote(_ number: Int) {
        for place in entries[number].places { takeOut(number, of: place) }
        put(number, in: hash.triedPlace(of: entries[number].address))
    }

    /// Puts an entry that has lost its tried place back to where who told of it first had brought
    /// it. It has been good once: what is there gives way.
    private mutating func giveBackNewPlace(to number: Int) {
        let entry = entries[number]
        let place = hash.newPlace(of: entry.address, from: entry.source)
        clear(place)
        // Whoever was cleared may have given its number to this one.
        guard let number = entries.find(entry.address) else {
            preconditionFailure("\(entry.address) is no more")
        }
        put(number, in: place)
    }
}
