extension ConnectionTable {
    /// Some of the connections, in the order of their slots.
    package struct Page: Sendable {
        package let connections: [Connection]
        /// Where the next page begins; nil if this one is the last.
        package let nextSlot: Int?
    }

    /// Slots that a page looks at: 400 KB, which takes 50 µs. Where few connections are wanted,
    /// pages are shorter than they may be, or empty.
    package static let slotsPerPage = 4_096

    /// At most `limit` connections that are wanted, from a slot on.
    ///
    /// A connection stays in its slot for its whole life, through all reconnects of a persistent
    /// one. So whatever comes and goes between the pages, one that lives through all of them is on
    /// exactly one, if it was wanted throughout.
    package func page(
        fromSlot start: Int = 0,
        limit: Int,
        where isWanted: (Connection) -> Bool = { _ in true }
    ) -> Page {
        precondition(start >= 0 && limit > 0)
        var found: [Connection] = []
        for slot in slots.indices.dropFirst(start) {
            guard slot - start < Self.slotsPerPage else {
                return Page(connections: found, nextSlot: slot)
            }
            guard let connection = slots[slot], isWanted(connection) else { continue }
            guard found.count < limit else { return Page(connections: found, nextSlot: slot) }
            found.append(connection)
        }
        return Page(connections: found, nextSlot: nil)
    }
}
