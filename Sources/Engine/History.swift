package import Facts

/// The connections that ended last, and the attempts that failed last: two rings, in each of which
/// a new one takes the place of the oldest, so that neither sort makes the other be forgotten.
///
/// Whoever performs the core's steps keeps it, since the bytes of a connection are known there:
/// each `Report.ended` and `Report.failed` is one entry. At most 1,000 of either sort, about 300 KB
/// each, and up to 253 KB of names.
package struct History: Sendable {
    /// Of either sort.
    package static let capacity = 1_000

    /// Where a page ends. It stays good while more connections end.
    package struct Cursor: Equatable, Sendable {
        /// The number of the page's last entry; numbers rise by one from 1.
        fileprivate let number: UInt64
    }

    private struct Ring: Sendable {
        var entries: [(number: UInt64, entry: EndedConnection)] = []
        var oldest = 0

        mutating func append(_ entry: EndedConnection, number: UInt64) {
            if entries.count < History.capacity {
                entries.append((number, entry))
            } else {
                entries[oldest] = (number, entry)
                oldest = (oldest + 1) % entries.count
            }
        }

        /// The one that is so far from the latest; nil behind the oldest.
        func latest(but distance: Int) -> (number: UInt64, entry: EndedConnection)? {
            guard distance < entries.count else { return nil }
            return entries[(oldest + entries.count - 1 - distance) % entries.count]
        }

        /// How many are as late as the number, or later.
        func count(from number: UInt64) -> Int {
            var (low, high) = (0, entries.count)
            while low < high {
                let middle = (low + high) / 2
                if let found = latest(but: middle), found.number >= number {
                    low = middle + 1
                } else {
                    high = middle
                }
            }
            return low
        }
    }

    private var ended = Ring()
    private var failed = Ring()
    /// How many ended or failed since the start.
    package private(set) var total: UInt64 = 0

    package init() {}

    package var count: Int { ended.entries.count + failed.entries.count }

    package mutating func append(_ entry: EndedConnection) {
        total += 1
        if entry.isFailed {
            failed.append(entry, number: total)
        } else {
            ended.append(entry, number: total)
        }
    }

    /// At most `limit` entries that ended before those of the page whose cursor is given, the
    /// latest first; without a cursor the latest of all. With `onlyFailed` attempts alone.
    ///
    /// Whatever ends between two pages, none is on both, and none is left out but those that were
    /// forgotten meanwhile.
    ///
    /// - Returns: Also the cursor of this page; nil if nothing is left behind it.
    package func page(
        after previous: Cursor? = nil,
        limit: Int,
        onlyFailed: Bool = false
    ) -> (connections: [EndedConnection], cursor: Cursor?) {
        precondition(limit > 0)
        var inEnded = previous.map { ended.count(from: $0.number) } ?? 0
        var inFailed = previous.map { failed.count(from: $0.number) } ?? 0
        func next() -> (number: UInt64, entry: EndedConnection)? {
            let candidates = [onlyFailed ? nil : ended.latest(but: inEnded)]
            return (candidates + [failed.latest(but: inFailed)]).compactMap { $0 }
                .max { $0.number < $1.number }
        }
        var (page, last): ([EndedConnection], UInt64) = ([], 0)
        while page.count < limit, let found = next() {
            if found.entry.isFailed { inFailed += 1 } else { inEnded += 1 }
            page.append(found.entry)
            last = found.number
        }
        return (page, next() == nil ? nil : Cursor(number: last))
    }
}
