internal import Addressing
internal import Timing

/// From a connected socket to a ready connection: by a handshake where the network has a protocol, by
/// lasting for `Policy.readyAfter` where it has none.
///
/// The handshake itself is the session's business. The core says how long it may take, and holds the
/// connection's slot meanwhile.
extension ConnectionCore {
    /// The phase of a connection whose socket is connected now.
    func openPhase(at now: Instant) -> Phase {
        policy.handshake.isRequired
            ? .handshaking(until: now + policy.handshake.timeout) : .established(since: now)
    }

    /// Notes that a socket is connected from now on.
    mutating func opened(_ connection: Connection, at now: Instant) {
        switch connection.phase {
        case .handshaking: schedule(connection)
        case .established: awaitReadiness(of: connection.id, at: now)
        case .waiting, .dialing: preconditionFailure("\(connection.id) has no socket")
        }
    }

    /// Since when the connection has been established, or its handshake been under way.
    func openSince(_ connection: Connection) -> Instant? {
        switch connection.phase {
        case .waiting, .dialing: nil
        case .handshaking(let until): until - policy.handshake.timeout
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
            source.succeeded(remote, at: now)
        case .manual, .feeler:
            source.succeeded(remote, at: now)
        }
        actions.report(.ready(subject(ready)))
    }

    /// A new time-out holds for handshakes that are under way as well, counted from their beginning.
    mutating func reschedule(handshakesOf timeout: Duration, as new: Duration) {
        guard new != timeout else { return }
        for connection in Array(table.connections) {
            guard case .handshaking(let until) = connection.phase else { continue }
            schedule(
                table.update(connection.id) {
                    $0.phase = .handshaking(until: until - timeout + new)
                }
            )
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
    }
}
