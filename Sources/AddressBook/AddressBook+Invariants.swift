internal import Addressing

extension AddressBook {
    /// Recomputes everything that is kept beside the entries, and traps where it differs. Takes
    /// about a millisecond, and more the more addresses there are.
    package func checkInvariants() {
        var places = BookTables()
        var (tried, good) = (0, 0)
        var triedOfGroup: [UInt64: Int] = [:]
        var bucketsOfSource: [UInt64: Set<Int>] = [:]
        for number in 0..<entries.count {
            let entry = entries[number]
            precondition(entries.find(entry.address) == number, "\(entry.address) is lost")
            checkPlaces(of: entry)
            for place in entry.places { places.put(number, in: place, family: entry.family) }
            if entry.succeeded != .never { good += 1 }
            if entry.isTried {
                tried += 1
                triedOfGroup[NetworkGroup(entry.address.host).bits, default: 0] += 1
            } else {
                bucketsOfSource[entry.source, default: []].insert(
                    hash.newBucket(of: entry.address, from: entry.source)
                )
            }
        }
        precondition(entries.indexed == entries.count, "the index has more than the entries")
        precondition(tables.agree(with: places), "places or masks are stale")
        precondition(tried == triedCount && good == provenCount, "addresses are miscounted")
        precondition(
            triedOfGroup.values.allSatisfy { $0 <= BookTables.bucketSize },
            "a group has more than its tried bucket"
        )
        precondition(
            bucketsOfSource.values.allSatisfy { $0.count <= Int(BookHash.bucketsPerSource) },
            "a source has more than its new buckets"
        )
        precondition(collisions.count <= Collision.most, "too many wait for tried places")
        precondition(
            Set(collisions.map(\.newcomer)).count == collisions.count,
            "an address waits twice"
        )
    }

    private func checkPlaces(of entry: BookEntry) {
        let places = entry.places
        precondition(!places.isEmpty, "\(entry.address) has no place")
        precondition(places.count == 1 || !entry.isTried, "\(entry.address) is new and tried")
        precondition(
            Set(places.map(\.bucket)).count == places.count,
            "\(entry.address) is in a bucket twice"
        )
        for place in places {
            precondition(
                place == hash.place(of: entry.address, in: place.bucket),
                "\(entry.address) is in a wrong place"
            )
            precondition(
                !place.isTried || place.bucket == hash.triedBucket(of: entry.address),
                "\(entry.address) is in another group's bucket"
            )
        }
        precondition(
            !entry.isTried || entry.succeeded != .never,
            "\(entry.address) is tried and was never good"
        )
    }
}
