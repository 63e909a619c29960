package import HeapModule

/// Who wants to be woken when.
///
/// Entries are never searched for. Whoever owns the truth (a connection's phase says until when it
/// waits) schedules a new entry when a deadline changes, leaves the old one where it is, and tells
/// a stale entry from a live one when it is popped. When stale entries outnumber live ones the
/// owner has the queue rebuilt; so memory stays within twice the live entries plus 64, and a change
/// costs O(log n) with no index from owner to entry.
///
/// Entries come in the order of time, and at the same time in the order of their owners, however
/// they were put in: a run can be repeated.
package struct DeadlineQueue<Owner: Comparable & BitwiseCopyable & Sendable>: Sendable {
    package struct Entry: Comparable, BitwiseCopyable, Sendable {
        package let at: Instant
        package let owner: Owner

        @inlinable
        package init(at: Instant, owner: Owner) {
            self.at = at
            self.owner = owner
        }

        @inlinable
        package static func == (left: Entry, right: Entry) -> Bool {
            left.at == right.at && left.owner == right.owner
        }

        @inlinable
        package static func < (left: Entry, right: Entry) -> Bool {
            left.at == right.at ? left.owner < right.owner : left.at < right.at
        }
    }

    /// Below so many stale entries a rebuild isn't worth its cost; they are 1 KiB of 16-byte
    /// entries.
    @inlinable package static var leastStaleForRebuild: Int { 64 }

    @usableFromInline var heap = Heap<Entry>()

    @inlinable
    package init() {}

    /// The time of the first entry. It may be stale: then somebody wakes early and does nothing.
    @inlinable package var earliest: Instant? { heap.min?.at }

    /// Entries, stale ones included.
    @inlinable package var count: Int { heap.count }

    /// Whether `rebuild(keeping:)` is due: more stale entries than live ones, and at least
    /// `leastStaleForRebuild`.
    ///
    /// `live` is how many owners have a deadline at present.
    @inlinable
    package func isMostlyStale(live: Int) -> Bool {
        let stale = heap.count - live
        return stale >= Self.leastStaleForRebuild && stale > live
    }

    /// Adds an entry. An earlier one of the same owner stays and is stale from now on.
    @inlinable
    package mutating func schedule(_ owner: Owner, at instant: Instant) {
        heap.insert(Entry(at: instant, owner: owner))
    }

    /// Takes out the first entry if its time has come.
    ///
    /// - Returns: An entry with `at <= now`, or nil when nothing is due.
    @inlinable
    package mutating func popDue(at now: Instant) -> Entry? {
        guard let first = heap.min, first.at <= now else { return nil }
        return heap.removeMin()
    }

    /// Drops every entry that `isLive` does not know. Costs O(n log n).
    ///
    /// Of equal entries one is kept: an owner who moved a deadline and moved it back has two that
    /// look live.
    @inlinable
    package mutating func rebuild(keeping isLive: (Entry) -> Bool) {
        var kept: [Entry] = []
        for entry in heap.unordered.filter(isLive).sorted() where entry != kept.last {
            kept.append(entry)
        }
        heap = Heap(kept)
    }
}
