package import Timing

extension AddressBook {
    /// So much of the time between saving and loading counts.
    static let longestAbsenceSeconds = 7 * BookTime.day

    /// Whether any bucket has changed since the last `takeChanges`.
    package var hasChanges: Bool { !tables.dirty.isEmpty }

    /// What has changed since the last call, with the time, so that storing it in one transaction
    /// makes the file the book of this moment.
    package mutating func takeChanges(at now: Instant) -> StoredBook {
        let saved = clock.wall(at: now)
        return StoredBook(
            key: hash.key,
            saved: saved,
            check: hash.check(of: saved),
            buckets: tables.takeDirty().buckets.map(stored)
        )
    }

    /// These couldn't be stored: they are among the next changes again.
    package mutating func keepChanged(_ buckets: some Sequence<Int>) {
        for bucket in buckets { tables.markDirty(bucket) }
    }

    private func stored(_ bucket: Int) -> StoredBucket {
        var bytes: [UInt8] = []
        for position in 0..<BookTables.bucketSize {
            let place = Place(bucket: bucket, position: position)
            guard let number = tables.entry(in: place) else { continue }
            let entry = entries[number]
            // In its further buckets it is only named.
            if entry.place(0) == place { StoredEntry.append(entry, to: &bytes) }
        }
        return StoredBucket(
            number: bucket,
            entries: bytes,
            check: hash.check(of: bucket, bytes)
        )
    }

    /// What is left of a stored book.
    ///
    /// Buckets that are damaged are left out, and stored as they are then. The book's time goes on
    /// from `now`, but never from before it was saved. Of the time since it was saved 7 days count:
    /// all times are moved up until no more remain, so that no holiday makes all bad. If the time
    /// of saving is damaged, it was saved when something happened last.
    ///
    /// Returns the book, the numbers of the damaged buckets, and whether the time was damaged.
    package static func loading(
        _ stored: StoredBook,
        at now: Moment
    ) -> (book: AddressBook, damaged: [Int], isTimeDamaged: Bool) {
        let isTimeSound = BookHash(key: stored.key).check(of: stored.saved) == stored.check
        let clock = BookClock(at: now, saved: isTimeSound ? stored.saved : nil)
        var book = AddressBook(key: stored.key, clock: clock)
        let time = clock.time(at: now.instant)
        var damaged: [Int] = []
        var read: [(bucket: Int, entry: StoredEntry)] = []
        for bucket in stored.buckets {
            do throws(StoredEntries.Malformed) {
                for entry in try book.read(bucket) { read.append((bucket.number, entry)) }
            } catch {
                damaged.append(bucket.number)
            }
        }
        let saved =
            isTimeSound
            ? BookTime(clamping: stored.saved.microseconds / 1_000_000)
            : read.map(\.entry.entry.newest).max() ?? time
        let absence = max(0, time - saved - longestAbsenceSeconds)
        for (bucket, entry) in read {
            book.load(entry, of: bucket, movedBy: absence, at: time)
        }
        if absence == 0 {
            // What was loaded is stored as it is.
            _ = book.tables.takeDirty()
            book.keepChanged(damaged.filter { (0..<BookTables.buckets).contains($0) })
        }
        return (book, damaged, !isTimeSound)
    }

    /// The entries of a sound bucket.
    private func read(_ bucket: StoredBucket) throws(StoredEntries.Malformed) -> [StoredEntry] {
        guard
            (0..<BookTables.buckets).contains(bucket.number),
            bucket.entries.count <= StoredBucket.mostBytes,
            hash.check(of: bucket.number, bucket.entries) == bucket.check
        else { throw StoredEntries.Malformed() }
        var reader = StoredEntries(bucket.entries)
        var entries: [StoredEntry] = []
        while let entry = try reader.next() {
            let isTried = bucket.number >= BookTables.newBuckets
            let isRight =
                isTried
                ? entry.furtherBuckets.isEmpty && entry.entry.succeeded != .never
                    && hash.triedBucket(of: entry.entry.address) == bucket.number
                : entry.furtherBuckets.allSatisfy { $0 < BookTables.newBuckets }
            guard isRight else { throw StoredEntries.Malformed() }
            entries.append(entry)
        }
        return entries
    }

    /// Puts an entry where the key says that it belongs, unless another one is there.
    private mutating func load(
        _ stored: StoredEntry,
        of bucket: Int,
        movedBy absence: Int,
        at now: BookTime
    ) {
        var entry = stored.entry
        guard entries.find(entry.address) == nil else { return }
        // Nothing that happened can lie ahead.
        entry.attempted = min(entry.attempted, now)
        entry.succeeded = min(entry.succeeded, now)
        entry.failed = min(entry.failed, now)
        entry.move(by: absence, upTo: now)
        let places = ([bucket] + stored.furtherBuckets).map {
            hash.place(of: entry.address, in: $0)
        }
        var free: [Place] = []
        for place in places where tables.entry(in: place) == nil && !free.contains(place) {
            free.append(place)
        }
        guard !free.isEmpty else { return }
        if entry.succeeded != .never { provenCount += 1 }
        let number = entries.append(entry)
        for place in free { put(number, in: place) }
    }
}
