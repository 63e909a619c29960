internal import HeapModule

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
///
/// An owner is a number, which its module makes of whatever it calls its owners. A generic queue
/// would not be specialised in other modules, since what is `package` isn't inlined there, and
/// would cost four times as much.
package struct DeadlineQueue: Sendable {
    package struct Entry: Comparable, BitwiseCopyable, Sendable {
        package let at: Instant
        package let owner: UInt64

        package init(at: Instant, owner: UInt64) {
            self.at = at
            self.owner = owner
        }

        package static func == (left: Entry, right: Entry) -> Bool {
            left.at == right.at && left.owner == right.owner
        }

        package static func < (left: Entry, right: Entry) -> Bool {
            left.at == right.at ? left.owner < right.owner : left.at < right.at
        }
    }

    /// Below so many stale entries a rebuild isn't worth its cost; they are 1 KiB of 16-byte
    /// entries.
    package static var leastStaleForRebuild: Int { 64 }

    private var heap = Heap<Entry>()

    package init() {}

    /// The time of the first entry. It may be stale: then somebody wakes early and does nothing.
    package var earliest: Instant? { heap.min?.at }

    /// Entries, stale ones included.
    package var count: Int { heap.count }

    /// Whether `rebuild(keeping:)` is due: more stale entries than live ones, and at least
    /// `leastStaleForRebuild`.
    ///
    /// `live` is how many owners have a deadline at present.
    package func isMostlyStale(live: Int) -> Bool {
        let stale = heap.count - live
        return stale >= Self.leastStaleForRebuild && stale > live
    }

    /// Adds an entry. An earlier one of the same owner stays and is stale from now on.
    package mutating func schedule(_ owner: UInt64, at instant: Instant) {
        heap.insert(Entry(at: instant, owner: owner))
    }

    /// Takes out the first entry if its time has come.
    ///
    /// - Returns: An entry with `at <= now`, or nil when nothing is due.
    package mutating func popDue(at now: Instant) -> Entry? {
        guard let first = heap.min, first.at <= now else { return nil }
        return heap.removeMin()
    }

    /// Drops every entry that `isLive` does not know. Costs O(n log n).
    ///
    /// Of equal entries one is kept: an owner who moved a deadline and moved it back has two that
    /// look live.
    package mutating func rebuild(keeping isLive: (Entry) -> Bool) {
        var kept: [Entry] = []
        for entry in heap.unordered.filter(isLive).sorted() where entry != kept.last {
            kept.append(entry)
        }
        heap = Heap(kept)
    }
}
