internal import ConnectionCore
package import Facts

/// What is told of connections.
extension Engine {
    /// All that is known of a connection now; nil if there is none.
    package func row(of id: ConnectionID) -> ConnectionRow? {
        core.table[id].map { row($0) }
    }

    /// Some of the connections from a slot on, at most `limit`, and where the next page begins; see
    /// `ConnectionTable.page`. Nil wants every kind, or every phase.
    package func rows(
        fromSlot slot: Int,
        limit: Int,
        kind: ShownKind?,
        phase: ShownPhase?
    ) -> (rows: [ConnectionRow], nextSlot: Int?) {
        let page = core.table.page(fromSlot: slot, limit: limit) { connection in
            let shownKind = ShownKind(connection.kind, isPersistent: connection.isPersistent)
            let shownPhase = ShownPhase(connection.phase.name, isReady: connection.isReady)
            return (kind ?? shownKind) == shownKind && (phase ?? shownPhase).includes(shownPhase)
        }
        return (page.connections.map { row($0) }, page.nextSlot)
    }

    private func row(_ connection: Connection) -> ConnectionRow {
        let persistence = core.table.persistence(of: connection.id)
        let slot = connection.id.slot
        return ConnectionRow(
            id: connection.id,
            kind: ShownKind(connection.kind, isPersistent: connection.isPersistent),
            phase: connection.phase,
            target: core.table.target(of: connection),
            remote: connection.remote,
            local: connection.local,
            isPersistent: connection.isPersistent,
            isReady: connection.isReady,
            isWhitelisted: connection.isWhitelisted,
            isProxied: connection.traits.contains(.proxied),
            establishedSince: connection.establishedSince,
            retries: persistence?.retries,
            setback: connection.isReady ? nil : persistence?.setback,
            downSince: persistence?.downSince,
            traffic: connection.isOpen ? sessions.traffic(slot: slot) : nil,
            roundTrip: connection.isOpen ? sessions.roundTrip(slot: slot) : nil,
            introduction: connection.isOpen ? sessions.introduction(slot: slot) : nil
        )
    }
}
