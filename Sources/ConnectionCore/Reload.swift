package import Addressing
package import Facts
package import Timing

extension ConnectionCore {
    /// Decides by other numbers from now on, and keeps the persistent peers of the configuration as
    /// it names them now. Nothing that exists is closed for a lowered limit; admission waits until
    /// there is room.
    ///
    /// `configured` are the persistent peers in the order of the configuration. Those that came
    /// from it and are no longer in it are removed; those that were added at run time stay. What
    /// can't be kept is returned, with the reason.
    package mutating func reload(
        _ policy: Policy,
        configured: [PeerTarget],
        at now: Moment,
        _ actions: inout Actions
    ) -> [(target: PeerTarget, refusal: Refusal)] {
        guard !isShuttingDown else { return [] }
        // A new time-out holds for what is under way as well.
        let change = policy.handshake.timeout - self.policy.handshake.timeout
        for connection in Array(table.connections) where change != .zero {
            postponeHandshake(of: connection, by: change)
        }
        self.policy = policy
        lookAgain()
        reviewTarget(at: now.instant)
        removeUnconfigured(keeping: configured, at: now.instant, &actions)
        var refused: [(target: PeerTarget, refusal: Refusal)] = []
        for target in configured {
            // What is another name's, which happens to have this address now, stays that one's.
            if let known = table.connection(at: target), known.isPersistent,
                table.target(of: known) == target
            {
                table.updatePersistence(known.id) { $0.origin = .configuration }
                respell(known.id, as: target)
                continue
            }
            giveUpAutomaticDial(to: target, at: now.instant, &actions)
            do throws(Refusal) {
                _ = try addPersistent(target, from: .configuration, at: now, &actions)
            } catch {
                refused.append((target, error))
            }
        }
        return refused
    }

    /// A dot at the end of a name leaves the peer the same, and the resolver's question not.
    private mutating func respell(_ id: ConnectionID, as target: PeerTarget) {
        guard case .name(let name) = target, table.naming(of: id)?.name == name else { return }
        table.updateNaming(id) { $0.name = name }
    }

    /// An attempt of our own must not keep the operator's peer from being kept.
    private mutating func giveUpAutomaticDial(
        to target: PeerTarget,
        at now: Instant,
        _ actions: inout Actions
    ) {
        guard let known = table.connection(at: target), known.kind == .outbound, known.isDialing
        else { return }
        giveUpDial(known, .cancelled(by: .operator), at: now, &actions)
    }

    private mutating func removeUnconfigured(
        keeping configured: [PeerTarget],
        at now: Instant,
        _ actions: inout Actions
    ) {
        let kept = Set(configured)
        for connection in Array(table.connections) where connection.isPersistent {
            guard table.persistence(of: connection.id)?.origin == .configuration,
                !kept.contains(table.target(of: connection))
            else { continue }
            forget(connection, at: now, &actions)
        }
    }
}
