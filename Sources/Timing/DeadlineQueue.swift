package import HeapModule

/// Who wants to be woken when.
///
/// Entries are never searched for. Whoever owns the truth (a connection's phase says until when it
/// waits) schedules a new entry when a deadline changes, says with `noteStale()` that the old one
/// no longer counts, and tells a stale entry from a live one when it is popped. When stale entries
/// outnumber live ones the owner has the queue rebuilt; so memory stays within twice the live
/// entries plus 64, and a change costs O(log n) with no index from owner to entry.
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
    @usableFromInline var stale = 0

    @inlinable
    package init() {}

    /// The time of the first entry. It may be stale: then somebody wakes early and does nothing.
    @inlinable package var earliest: Instant? { heap.min?.at }

    /// Entries, stale ones included.
    @inlinable package var count: Int { heap.count }

    /// How many of the entries no longer count, as far as has been said.
    @inlinable package var staleCount: Int { stale }

    /// Whether `rebuild(keeping:)` is due: more stale entries than live ones, and at least
    /// `leastStaleForRebuild`.
    @inlinable package var isMostlyStale: Bool {
        stale >= Self.leastStaleForRebuild && stale > heap.count - stale
    }

    /// Adds an entry. An earlier one of the same owner stays: say `noteStale()` if it no longer
    /// counts.
    @inlinable
    package mutating func schedule(_ owner: Owner, at instant: Instant) {
        heap.insert(Entry(at: instant, owner: owner))
    }

    /// Says that one entry, no matter which, no longer counts. Traps if all were stale already.
    @inlinable
    package mutating func noteStale() {
        precondition(stale < heap.count, "all \(heap.count) entries are stale already")
        stale += 1
    }

    /// Takes out the first entry if its time has come.
    ///
    /// - Returns: An entry with `at <= now`, or nil when nothing is due. If it is stale, the caller
    ///   must say `noteStalePopped()`.
    @inlinable
    package mutating func popDue(at now: Instant) -> Entry? {
        guard let first = heap.min, first.at <= now else { return nil }
        return heap.removeMin()
    }

    /// Says that the entry just popped was a stale one. Traps if none was known to be.
    @inlinable
    package mutating func noteStalePopped() {
        precondition(stale > 0, "a stale entry was popped that nobody had noted")
        stale -= 1
    }

    /// Drops every entry that `isLive` does not know. The rest counts as live. Costs O(n).
    @inlinable
    package mutating func rebuild(keeping isLive: (Entry) -> Bool) {
        heap = Heap(heap.unordered.filter(isLive))
        stale = 0
    }
}
