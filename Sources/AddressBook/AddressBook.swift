package import Addressing
package import Timing

/// The addresses that others tell of and what is known of each, kept so that nobody can fill it
/// with their own.
///
/// What others tell is **new**: 1,024 buckets of 64 places. Which bucket is decided by the groups
/// of address and teller under a key of the book's own, the place in it by the key too. What has
/// been good is **tried**: 256 buckets, one for each group of addresses. Nothing sound gives up its
/// place to what is only told of; a tried place whose holder isn't reached is taken only when a
/// dial has shown that.
///
/// At most 81,920 addresses, as many as there are places: 10 MB. It knows no socket and draws
/// chance only from what it is given; where time is meant, the machine's own clock.
package struct AddressBook: Sendable {
    let hash: BookHash
    let clock: BookClock
    var entries: EntryStore
    var tables = BookTables()
    /// In the order in which they came.
    var collisions: [Collision] = []
    /// Of each family the last success of a dial.
    var lastSuccess = [BookTime](repeating: .never, count: AddressFamily.allCases.count)
    /// When a message of old addresses was last taken for a sign that the clock is wrong.
    var lastDoubt: BookTime?
    /// How many have been good once: what others may be told of, unless it is bad by now.
    package internal(set) var provenCount = 0
    package internal(set) var triedCount = 0
    package internal(set) var counts = BookCounts()

    /// An empty book.
    ///
    /// - Parameters:
    ///   - key: Of the kernel's chance, kept as long as the book is.
    ///   - now: Where the book's time begins.
    package init(key: SipHash.Key, at now: Moment) {
        self.init(key: key, clock: BookClock(at: now))
    }

    init(key: SipHash.Key, clock: BookClock) {
        hash = BookHash(key: key)
        self.clock = clock
        entries = EntryStore(hash: hash)
    }

    /// How many addresses there are.
    package var count: Int { entries.count }
    package var newCount: Int { entries.count - triedCount }
    /// How many wait for a tried place.
    package var waiting: Int { collisions.count }

    /// Nil if it isn't in the book.
    package func known(_ address: PeerAddress, at now: Instant) -> KnownAddress? {
        entries.find(address).map { KnownAddress(entries[$0], at: clock.time(at: now)) }
    }

    /// Until when an address that was good waits for the tried place that another one has; nil if
    /// it doesn't wait.
    package func collisionEnd(of address: PeerAddress, at now: Instant) -> Instant? {
        guard let collision = collisions.first(where: { $0.newcomer == address }) else {
            return nil
        }
        return now + .seconds(collision.since + Collision.longestSeconds - clock.time(at: now))
    }

    /// How many are bad now. Looks at each.
    package func badCount(at now: Instant) -> Int {
        let now = clock.time(at: now)
        var count = 0
        for number in 0..<entries.count where BadReason(entries[number], at: now) != nil {
            count += 1
        }
        return count
    }

    /// Whether there are so many that aren't bad. Looks at no more than it must.
    package func holdsSound(_ wanted: Int, at now: Instant) -> Bool {
        let now = clock.time(at: now)
        var count = 0
        for number in 0..<entries.count where BadReason(entries[number], at: now) == nil {
            count += 1
            if count >= wanted { return true }
        }
        return wanted <= 0
    }

    /// Changes what is known of an entry and has it stored; never its places.
    mutating func change(_ number: Int, _ change: (inout BookEntry) -> Void) {
        change(&entries[number])
        tables.markDirty(entries[number].place(0).bucket)
    }

    /// Puts an entry into a free place.
    mutating func put(_ number: Int, in place: Place) {
        var entry = entries[number]
        tables.put(number, in: place, family: entry.family)
        if place.isTried { triedCount += 1 }
        entry.add(place)
        entries[number] = entry
        tables.markDirty(entry.place(0).bucket)
    }

    /// Takes the place of whoever has it, who is forgotten if it was the last one. Then another
    /// entry has a new number.
    mutating func clear(_ place: Place) {
        guard let number = tables.entry(in: place) else { return }
        takeOut(number, of: place)
        if entries[number].placeCount == 0 { forget(number) }
    }

    /// Takes an entry out of a place; if it has no other, it must get one.
    mutating func takeOut(_ number: Int, of place: Place) {
        var entry = entries[number]
        tables.clear(place, family: entry.family)
        // Where it was stored, and where it is stored now.
        tables.markDirty(entry.place(0).bucket)
        if place.isTried { triedCount -= 1 }
        entry.remove(place)
        entries[number] = entry
        if entry.placeCount > 0 { tables.markDirty(entry.place(0).bucket) }
    }

    /// Drops an entry that has no place.
    private mutating func forget(_ number: Int) {
        precondition(entries[number].placeCount == 0, "it has a place")
        if entries[number].succeeded != .never { provenCount -= 1 }
        let last = entries.count - 1
        entries.remove(number)
        guard number != last else { return }
        let moved = entries[number]
        for index in 0..<moved.placeCount { tables.renumber(moved.place(index), to: number) }
    }
}

extension AddressBook: CustomStringConvertible {
    package var description: String {
        "a book of \(newCount) new and \(triedCount) tried addresses"
    }
}
