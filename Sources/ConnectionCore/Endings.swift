internal import Addressing
import Facts
internal import Timing

/// How connections with a connected socket end. A connection ends once, and ending it, from
/// whichever side, by itself takes it out of the table, frees its slots, reports it and schedules
/// its retry: no caller has anything else to clean up.
extension ConnectionCore {
    /// The peer, the path to it or its session ended the connection.
    mutating func closed<Source: AddressSource>(
        _ id: ConnectionID,
        _ ending: Ending,
        at now: Moment,
        _ source: inout Source,
        _ actions: inout Actions
    ) {
        guard table[id]?.isOpen ?? false else { return }
        // In a turn that comes late, events come before the deadline at which it got ready.
        noteReady(at: now, &source, &actions)
        guard let connection = table[id] else { return }
        if ending == .session(.selfConnection), connection.kind != .inbound,
            let remote = connection.remote
        {
            noteOwnAddress(remote, at: now.instant)
        }
        end(connection, ending, at: now.instant, &actions)
        blame(connection, for: ending, at: now, &source)
    }

    /// Tells the address source of a connection that ended before it was ready.
    func blame<Source: AddressSource>(
        _ connection: Connection,
        for ending: Ending,
        at now: Moment,
        _ source: inout Source
    ) {
        guard !connection.isReady, ending.blamesAddress, let remote = connection.remote else {
            return
        }
        switch connection.kind {
        case .inbound: break
        case .outbound, .manual, .feeler: source.failed(remote, at: now)
        }
    }

    /// Ends a connection that has a connected socket.
    mutating func end(
        _ connection: Connection,
        _ ending: Ending,
        at now: Instant,
        _ actions: inout Actions
    ) {
        guard let since = openSince(connection) else {
            preconditionFailure("connection \(connection.id) has no socket")
        }
        let lasted = now - since
        removeLimit(of: connection.id)
        if connection.isReady { rememberReadyHost(of: connection, at: now) }
        actions.report(
            .ended(subject(connection), ending, after: lasted, wasReady: connection.isReady)
        )
        actions.append(.close(connection.id))
        guard connection.isPersistent else {
            table.remove(connection.id)
            if connection.kind == .outbound { reviewTarget(at: now) }
            if connection.kind == .outbound, !connection.isReady, ending.isOutboundFailure {
                noteOutboundFailure(at: now, &actions)
            }
            return
        }
        noteSetback(of: connection, .ended(ending), after: lasted, at: now, &actions)
        switch ending {
        case .networkInactive:
            waitForNetwork(connection.id)
        case .session(.selfConnection):
            backOff(connection.id, asLongAsMayBe: true, at: now, &actions)
        case .byOperator:
            backOff(connection.id, at: now, &actions)
        case .closedByPeer, .timedOut, .io, .session, .attemptTimedOut, .abandoned, .banned,
            .shutdown:
            // Without a complete handshake it was never established.
            if !connection.isHandshaking, lasted >= policy.persistent.stableAfter {
                redial(connection.id, at: now, &actions)
            } else {
                backOff(connection.id, at: now, &actions)
            }
        }
    }
}
