internal import Addressing
internal import Timing

/// From a connected socket to a ready connection: by a handshake where the network has a protocol,
/// by lasting for `Policy.readyAfter` where it has none.
///
/// The handshake itself is the session's business. The core says how long it may take, and holds
/// the connection's slot meanwhile.
extension ConnectionCore {
    /// The phase of a connection whose socket is connected now.
    func openPhase(at now: Instant, within limit: AttemptLimit? = nil) -> Phase {
        guard policy.handshake.isRequired else { return .established(since: now) }
        return .handshaking(since: now, until: endOfHandshake(since: now, within: limit))
    }

    /// Its own time-out, unless the time for the whole attempt is over before that.
    private func endOfHandshake(since: Instant, within limit: AttemptLimit?) -> Instant {
        let until = since + policy.handshake.timeout
        return min(until, limit?.until ?? until)
    }

    /// Notes that a socket is connected from now on.
    mutating func opened(_ connection: Connection, at now: Instant) {
        switch connection.phase {
        case .handshaking:
            schedule(connection)
        case .established:
            attemptLimits[connection.id] = nil
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
        attemptLimits[id] = nil
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

    /// Limits a handshake that is under way by what holds now, counted from its beginning.
    mutating func rescheduleHandshake(of connection: Connection) {
        guard case .handshaking(let since, let old) = connection.phase else { return }
        let until = endOfHandshake(since: since, within: attemptLimits[connection.id])
        guard until != old else { return }
        schedule(
            table.update(connection.id) { $0.phase = .handshaking(since: since, until: until) }
        )
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
