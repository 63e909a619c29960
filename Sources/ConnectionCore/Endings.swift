internal import Addressing
internal import Timing

/// How established connections end. A connection ends once, and ending it, from whichever side, by
/// itself takes it out of the table, frees its slots, reports it and schedules its retry: no caller has
/// anything else to clean up.
extension ConnectionCore {
    /// The peer or the path to it ended the connection.
    mutating func closed<Source: AddressSource>(
        _ id: ConnectionID,
        _ ending: Ending,
        at now: Moment,
        _ source: inout Source,
        _ actions: inout Actions
    ) {
        guard table[id]?.establishedSince != nil else { return }
        // In a turn that comes late, events come before the deadline at which it got ready.
        noteReady(at: now, &source, &actions)
        guard let connection = table[id] else { return }
        end(connection, ending, at: now.instant, &actions)
        guard !connection.isReady, let remote = connection.remote else { return }
        switch connection.kind {
        case .inbound:
            break
        case .outbound, .manual, .feeler:
            source.failed(remote, at: now)
        }
    }

    /// Ends an established connection.
    mutating func end(
        _ connection: Connection,
        _ ending: Ending,
        at now: Instant,
        _ actions: inout Actions
    ) {
        guard let since = connection.establishedSince else {
            preconditionFailure("connection \(connection.id) is not established")
        }
        let lasted = now - since
        if connection.isReady { rememberReadyHost(of: connection, at: now) }
        actions.report(
            .ended(subject(connection), ending, after: lasted, wasReady: connection.isReady)
        )
        actions.append(.close(connection.id))
        guard connection.isPersistent else {
            table.remove(connection.id)
            if connection.kind == .outbound, !connection.isReady, ending.isOutboundFailure {
                noteOutboundFailure(at: now, &actions)
            }
            return
        }
        switch ending {
        case .networkInactive:
            waitForNetwork(connection.id)
        case .byOperator:
            backOff(connection.id, at: now, &actions)
        case .closedByPeer, .timedOut, .io, .banned, .shutdown:
            if lasted >= policy.persistent.stableAfter {
                redial(connection.id, at: now, &actions)
            } else {
                backOff(connection.id, at: now, &actions)
            }
        }
    }
}
