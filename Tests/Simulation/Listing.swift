internal import ConnectionCore
import Facts

/// Somebody who lists all connections, a page now and then, while they come and go.
struct Listing {
    /// Few, so that much happens between the first page and the last.
    private static let rows = 4

    private var next: Int? = 0
    /// Those that were there at the first page, less those that have ended since.
    private var lasting: Set<ConnectionID> = []
    private var seen: [ConnectionID] = []
    private(set) var finished = 0

    /// Reads one page. After the last one each connection that was there all the time must have
    /// been on exactly one.
    mutating func turnPage(of table: ConnectionTable) throws(BrokenPromise) {
        let present = Set(table.connections.map(\.id))
        if next == 0 { (lasting, seen) = (present, []) } else { lasting.formIntersection(present) }
        let page = table.page(fromSlot: next ?? 0, limit: Self.rows)
        guard page.connections.count <= Self.rows,
            page.nextSlot == nil || page.connections.count == Self.rows
        else { throw BrokenPromise("a page of \(page.connections.count)") }
        seen += page.connections.map(\.id)
        next = page.nextSlot
        guard next == nil else { return }
        guard Set(seen).count == seen.count else { throw BrokenPromise("listed twice: \(seen)") }
        guard lasting.isSubset(of: seen) else {
            throw BrokenPromise("not listed: \(lasting.subtracting(seen))")
        }
        finished += 1
        next = 0
    }
}
