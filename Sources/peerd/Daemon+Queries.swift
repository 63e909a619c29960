import Addressing
import ConnectionCore
import Control
import Timing

/// What operators and applications ask about. Long answers come in steps of 64 rows, a turn each.
extension Daemon {
    /// Slots that one step looks at for rows that are wanted: 0.1 ms.
    private static let slotsPerStep = 8_192

    mutating func continueList(
        _ list: Peers.List,
        from first: Int,
        of place: Int,
        at now: Moment
    ) {
        var rows: [Peers.Connection] = []
        var slot = first
        let end = core.table.slotCount
        // Beyond the last row that has room it looks for one more, to know whether it was the last.
        while slot < end, slot - first < Self.slotsPerStep {
            if let connection = core.table.connection(inSlot: slot), list.wants(connection) {
                if rows.count == Bounds.rowsPerReply { break }
                rows.append(row(connection, at: now))
            }
            slot += 1
        }
        let isLast = slot >= end
        control[place].begin(.list(list, slot: slot))
        guard isLast || !rows.isEmpty else { return }
        control[place].reply(Peers.List.Reply(connections: rows), continues: !isLast)
    }

    func row(_ connection: ConnectionCore.Connection, at now: Moment) -> Peers.Connection {
        let slot = connection.id.slot
        return Peers.Connection(
            connection,
            in: core.table,
            bytesIn: connection.establishedSince == nil ? nil : sockets.bytesRead(slot: slot),
            at: now
        )
    }
}

extension Peers.List {
    fileprivate func wants(_ connection: ConnectionCore.Connection) -> Bool {
        if let kind, kind != Peers.Kind(connection.kind) { return false }
        if let phase, phase != Peers.Phase(connection.phase) { return false }
        return true
    }
}
