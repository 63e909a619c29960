internal import Addressing
import Facts
internal import Timing

/// From a connected socket to a ready connection: by a handshake where the network has a protocol,
/// by lasting for `Policy.readyAfter` where it has none.
///
/// The handshake itself is the session's business. The core says how long it may take, and holds
/// the connection's slot meanwhile.
extension ConnectionCore {
    /// The phase of a connection whose socket is connected now. Its handshake has its own time-out,
    /// unless the time for the whole attempt is over before that.
    mutating func openPhase(at now: Instant, of id: ConnectionID? = nil) -> Phase {
        guard policy.handshake.isRequired else { return .established(since: now) }
        let until = now + policy.handshake.timeout
        guard let id, let limit = attemptLimits[id] else {
            return .handshaking(since: now, until: until)
        }
        attemptLimits[id]?.endOfHandshake = until
        return .handshaking(since: now, until: min(until, limit.until))
    }

    /// Notes that a socket is connected from now on.
    mutating func opened(_ connection: Connection, at now: Instant) {
        switch connection.phase {
        case .handshaking:
            schedule(connection)
        case .established:
            removeLimit(of: connection.id)
            awaitReadiness(of: connection.id, at: now)
        case .waiting, .dialing:
            preconditionFailure("\(connection.id) has no socket")
        }
    }

    /// Since when the connection has been established, or its handshake been under way.
    func openSince(_ connection: Connection) -> Instant? {
        switch connection.phase {
        case .waiting, .dialing: nil
        case .handshaking(let since, _): since
        case .established(let since): since
        }
    }

    mutating func handshakeCompleted<Source: AddressSource>(
        _ id: ConnectionID,
        at now: Moment,
        _ source: inout Source,
        _ actions: inout Actions
    ) {
        guard let connection = table[id], connection.isHandshaking else { return }
        removeLimit(of: id)
        table.update(id) { $0.phase = .established(since: now.instant) }
        becomeReady(connection.id, at: now, &source, &actions)
    }

    /// The peer has proved itself: a success for its address, and for the automatic dialler.
    mutating func becomeReady<Source: AddressSource>(
        _ id: ConnectionID,
        at now: Moment,
        _ source: inout Source,
        _ actions: inout Actions
    ) {
        let ready = table.update(id) { $0.traits.insert(.ready) }
        rememberReadyHost(of: ready, at: now.instant)
        guard let remote = ready.remote else { preconditionFailure("\(id) is ready for nobody") }
        switch ready.kind {
        case .inbound:
            break
        case .outbound:
            // With the failures goes the pause that they caused.
            if outbound.isRationed { outbound.notBefore = nil }
            outbound.failures = 0
            reviewTarget(at: now.instant)
            source.succeeded(remote, at: now)
        case .manual, .feeler:
            source.succeeded(remote, at: now)
        }
        if ready.isPersistent {
            table.updatePersistence(id) {
                $0.downSince = nil
                $0.isDownSaid = false
            }
        }
        actions.report(.ready(subject(ready)))
    }

    /// Which of a handshake's limits is reached.
    func endingOfHandshake(of id: ConnectionID, due: Instant) -> Ending {
        guard let limit = attemptLimits[id], limit.until <= due else {
            return .session(.handshakeTimedOut)
        }
        return .attemptTimedOut(after: limit.duration)
    }

    /// Gives a handshake that is under way another time-out, `change` longer than before. What it
    /// was given back after a standstill it keeps.
    mutating func postponeHandshake(of connection: Connection, by change: Duration) {
        guard case .handshaking(let since, let until) = connection.phase else { return }
        let limit = attemptLimits[connection.id]
        let end = (limit?.endOfHandshake ?? until) + change
        if limit != nil { attemptLimits[connection.id]?.endOfHandshake = end }
        reschedule(connection, .handshaking(since: since, until: min(end, limit?.until ?? end)))
    }

    /// Whoever was in a hurry isn't who waits for the connection from now on.
    mutating func liftLimit(of connection: Connection) {
        guard let limit = removeLimit(of: connection.id),
            case .handshaking(let since, let until) = connection.phase
        else { return }
        reschedule(
            connection,
            .handshaking(since: since, until: limit.endOfHandshake ?? until)
        )
    }

    private mutating func reschedule(_ connection: Connection, _ phase: Phase) {
        guard phase != connection.phase else { return }
        schedule(table.update(connection.id) { $0.phase = phase })
    }

    /// Whether a limit is that of an attempt under way, and holds for it.
    func isAttempt(_ id: ConnectionID, within limit: AttemptLimit) -> Bool {
        guard let connection = table[id], !connection.isPersistent else { return false }
        return switch connection.phase {
        case .dialing(let until), .handshaking(_, let until): until <= limit.until
        case .waiting, .established: false
        }
    }

    // MARK: Ourselves

    /// An address led to ourselves. It isn't picked for a day, or until our addresses change.
    mutating func noteOwnAddress(_ address: PeerAddress, at now: Instant) {
        ownAddresses.insert(address, at: now)
    }

    /// What led to ourselves may be somebody else's address now.
    mutating func forgetOwnAddresses() {
        ownAddresses = RecentKeys()
        outbound.idle = nil
    }
}
