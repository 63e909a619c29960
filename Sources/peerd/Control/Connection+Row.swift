import Addressing
import ConnectionCore
import Control
import Facts
import Timing

extension Connection {
    var shownKind: ShownKind { ShownKind(kind, isPersistent: isPersistent) }

    var shownPhase: ShownPhase { ShownPhase(phase.name, isReady: isReady) }

    /// A row of the table, as it is now, without what only the shell knows.
    func row(in table: ConnectionTable, at now: Moment) -> Peers.Connection {
        let persistence = table.persistence(of: id)
        let setback = isReady ? nil : persistence?.setback
        return Peers.Connection(
            id: id.number,
            kind: shownKind,
            phase: phase.name,
            target: table.target(of: self).description,
            remote: remote?.description,
            local: local?.description,
            persistent: isPersistent,
            ready: isReady,
            whitelisted: isWhitelisted,
            proxied: traits.contains(.proxied),
            establishedUnixUSec: establishedSince.flatMap { now.wall(at: $0)?.microseconds },
            phaseEndsUnixUSec: phase.end.flatMap { now.wall(at: $0)?.microseconds },
            retries: persistence.map { Int($0.retries) },
            lastFailure: setback.map { $0.row(at: now) },
            downSinceUnixUSec: persistence?.downSince.flatMap { now.wall(at: $0)?.microseconds }
        )
    }
}

extension Phase {
    /// `.distantFuture` or nil if only an event can end it.
    fileprivate var end: Instant? {
        switch self {
        case .waiting(let until), .dialing(let until), .handshaking(_, let until): until
        case .established: nil
        }
    }
}
