import Addressing
import ConnectionCore
import Control
import Timing

extension Peers.Connection {
    /// A row of the table, as it is now, without what only the shell knows.
    init(_ connection: CoreConnection, in table: ConnectionTable, at now: Moment) {
        let persistence = table.persistence(of: connection.id)
        let setback = connection.isReady ? nil : persistence?.setback
        self.init(
            id: connection.id.number,
            kind: Peers.Kind(connection.kind),
            phase: Peers.Phase(connection.phase),
            target: table.target(of: connection).description,
            remote: connection.remote?.description,
            local: connection.local?.description,
            persistent: connection.isPersistent,
            ready: connection.isReady,
            whitelisted: connection.isWhitelisted,
            proxied: connection.traits.contains(.proxied),
            establishedUnixUSec: connection.establishedSince.flatMap {
                now.wall(at: $0)?.microseconds
            },
            phaseEndsUnixUSec: connection.phase.end.flatMap { now.wall(at: $0)?.microseconds },
            retries: persistence.map { Int($0.retries) },
            lastFailure: setback.map { Peers.Setback($0, at: now) },
            downSinceUnixUSec: persistence?.downSince.flatMap { now.wall(at: $0)?.microseconds }
        )
    }
}

extension Peers.Kind {
    init(_ kind: CoreKind) {
        self =
            switch kind {
            case .inbound: .inbound
            case .outbound: .outbound
            case .manual: .manual
            case .feeler: .feeler
            }
    }
}

extension Peers.Phase {
    init(_ phase: CorePhase) {
        self =
            switch phase {
            case .waiting: .waiting
            case .dialing: .dialing
            case .handshaking: .handshaking
            case .established: .established
            }
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

extension Duration {
    /// What is finer is cut off.
    var inMicroseconds: Int64 {
        // Times of the wall clock are in microseconds, and clamp what doesn't fit.
        (WallTime(microseconds: 0) + self).microseconds
    }
}
