package import Addressing
package import Facts
package import Timing

/// A persistent connection that waits for its next attempt.
package struct Retry: Equatable, Sendable {
    package let id: ConnectionID
    package let target: PeerTarget
    /// Attempts in a row that didn't lead to a stable connection.
    package let retries: UInt32
    /// Nil while only the network's return can end the wait.
    package let at: Instant?
    /// Why it is down; nil if nothing has failed yet.
    package let setback: Setback?
    /// Nil if it is connected by another entry of its address.
    package let downSince: Instant?
}

/// A peer that is kept connected, and who wants it.
package struct PersistentPeer: Equatable, Sendable {
    package let id: ConnectionID
    package let target: PeerTarget
    package let origin: ConnectionTable.Persistence.Origin
}

/// What a status asks for and no decision needs. The rest is in `table`, `refusals` and `bans`.
extension ConnectionCore {
    /// Automatic attempts in a row that didn't lead to a ready connection, of whatever cause.
    package var outboundFailures: Int { outbound.failures }

    /// Until when no automatic attempt starts although one may be missing: too many have failed,
    /// the dials of a returning network are being spread, or descriptors are exhausted.
    package func outboundPausedUntil(at now: Instant) -> Instant? {
        [outbound.notBefore, exhaustion.pausedUntil].compactMap { $0 }.filter { $0 > now }.max()
    }

    /// The persistent connections that wait, the next attempt first, at most `limit`. Those that
    /// wait for the network come last. O(n) of the persistent ones.
    package func retries(limit: Int) -> [Retry] {
        retries(of: persistent, limit: limit)
    }

    /// The same of these connections, as far as they are there, persistent and wait.
    package func retries(of ids: [ConnectionID], limit: Int) -> [Retry] {
        retries(of: ids.compactMap { table[$0] }.filter(\.isPersistent), limit: limit)
    }

    private func retries(of connections: [Connection], limit: Int) -> [Retry] {
        connections.lazy.filter(\.isWaiting)
            .least(limit) { first, second in
                let (at, other) = (first.phase.deadline, second.phase.deadline)
                return (at ?? .distantFuture, first.id) < (other ?? .distantFuture, second.id)
            }
            .map { connection in
                let persistence = table.persistence(of: connection.id)
                return Retry(
                    id: connection.id,
                    target: table.target(of: connection),
                    retries: persistence?.retries ?? 0,
                    at: connection.phase.deadline,
                    setback: persistence?.setback,
                    downSince: persistence?.downSince
                )
            }
    }

    /// How many persistent connections wait. O(n) of the persistent ones.
    package var persistentWaiting: Int { persistent.count(where: \.isWaiting) }

    /// The persistent ones of those that a command would be about.
    package func persistent(_ selector: Selector) -> [ConnectionID] {
        select(selector).filter(\.isPersistent).map(\.id)
    }

    /// Since when the persistent peer has been down that has been so for the longest time, in
    /// whatever phase it is; nil if none is. O(n) of the persistent ones.
    package var persistentDownSince: Instant? {
        table.persistences.values.lazy.compactMap(\.downSince).min()
    }

    /// All persistent peers, the oldest first.
    package var persistentPeers: [PersistentPeer] {
        persistent.sorted { $0.id < $1.id }.map { connection in
            PersistentPeer(
                id: connection.id,
                target: table.target(of: connection),
                origin: table.persistence(of: connection.id)?.origin ?? .runtime
            )
        }
    }

    /// In an order that differs from run to run.
    private var persistent: [Connection] {
        table.persistences.keys.compactMap { table.connection(inSlot: Int($0)) }
    }
}
