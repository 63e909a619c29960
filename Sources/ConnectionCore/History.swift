/// The connections that ended last: a ring, in which a new one takes the place of the oldest.
///
/// Whoever performs the core's steps keeps it, since the bytes of a connection are known there:
/// each `Report.ended` is one entry. At most 1,000 of them, about 250 KB, and up to 253 KB of
/// names.
package struct History: Sendable {
    package static let capacity = 1_000

    /// Where a page ends. It stays good while more connections end.
    package struct Cursor: Equatable, Sendable {
        /// The number of the page's last entry; numbers rise by one from 1.
        fileprivate let number: UInt64
    }

    private var ring: [EndedConnection] = []
    /// How many ended since the start. The entry with number n lies at (n - 1) modulo the capacity.
    package private(set) var total: UInt64 = 0

    package init() {}

    package var count: Int { ring.count }

    package mutating func append(_ ended: EndedConnection) {
        if ring.count < Self.capacity {
            ring.append(ended)
        } else {
            ring[Self.place(of: total + 1)] = ended
        }
        total += 1
    }

    /// At most `limit` connections that ended before those of the page whose cursor is given, the
    /// latest first; without a cursor the latest of all.
    ///
    /// Whatever ends between two pages, none is on both, and none is left out but those that were
    /// forgotten meanwhile.
    ///
    /// - Returns: Also the cursor of this page; nil if nothing is left behind it.
    package func page(
        after previous: Cursor? = nil,
        limit: Int
    ) -> (connections: [EndedConnection], cursor: Cursor?) {
        precondition(limit > 0)
        let oldest = total - UInt64(ring.count) + 1
        let latest = previous.map { $0.number - 1 } ?? total
        guard latest >= oldest else { return ([], nil) }
        let last = latest - min(UInt64(limit) - 1, latest - oldest)
        let connections = (last...latest).reversed().map { ring[Self.place(of: $0)] }
        return (connections, last > oldest ? Cursor(number: last) : nil)
    }

    private static func place(of number: UInt64) -> Int {
        Int((number - 1) % UInt64(capacity))
    }
}
