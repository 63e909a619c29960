package import Addressing
package import Facts
package import Timing

/// The peers that an operator named to be kept connected until they are removed.
extension ConnectionCore {
    /// Keeps a peer connected from now on, unless a rule of `PersistentCheck` refuses. Answers at
    /// once; the first attempt starts with it.
    ///
    /// A connected outbound or manual connection to the address is adopted, even before its
    /// handshake is complete: it keeps its id and is persistent from now on, by what was named
    /// here. One that is still being dialled is refused as `alreadyPending`, an inbound one as
    /// `alreadyConnected`. What addresses a name has shows later: then the same connections are
    /// adopted, and the id that was answered here is gone.
    package mutating func addPersistent(
        _ target: PeerTarget,
        from origin: ConnectionTable.Persistence.Origin = .runtime,
        at now: Moment,
        _ actions: inout Actions
    ) throws(Refusal) -> ConnectionID {
        let rule = PersistentCheck.firstRefusal { ask($0, about: .target(target)) }
        if let rule { throw refusal(by: rule, to: target, .persistent) }
        if let existing = table.connection(at: target) {
            var persistence = ConnectionTable.Persistence()
            persistence.origin = origin
            adopt(existing, as: target, persistence, at: now.instant, &actions)
            return existing.id
        }
        let connection = table.insert(
            .manual,
            to: target,
            phase: .waiting(until: .distantFuture),
            traits: .persistent
        )
        table.updatePersistence(connection.id) {
            $0.origin = origin
            $0.downSince = now.instant
        }
        awaitPersistent(from: now.instant)
        actions.report(.persistentAdded(subject(connection)))
        redial(connection.id, at: now.instant, &actions)
        return connection.id
    }

    /// Whether a persistent peer that turns out to be at the other end has it from then on.
    static func mayBeAdopted(_ connection: Connection) -> Bool {
        connection.isOpen && connection.kind != .inbound && !connection.isPersistent
    }

    private mutating func adopt(
        _ existing: Connection,
        as target: PeerTarget,
        _ persistence: ConnectionTable.Persistence,
        at now: Instant,
        _ actions: inout Actions
    ) {
        liftLimit(of: existing)
        table.update(existing.id) {
            $0.kind = .manual
            $0.traits.insert(.persistent)
        }
        let adopted = table.rename(existing.id, to: target)
        table.updatePersistence(adopted.id) {
            $0 = persistence
            $0.downSince = adopted.isReady ? nil : persistence.downSince ?? now
            if adopted.isReady { $0.isDownSaid = false }
        }
        awaitPersistent(from: now)
        reviewTarget(at: now)
        actions.report(.persistentAdopted(subject(adopted)))
    }

    /// One of a persistent name's addresses has a connection that would be adopted by its address:
    /// it is kept in the place of the name's own entry, with all that was noted of the peer.
    mutating func handOver(
        _ id: ConnectionID,
        to existing: Connection,
        at now: Instant,
        _ actions: inout Actions
    ) {
        guard let connection = table[id], let persistence = table.persistence(of: id) else {
            preconditionFailure("\(id) is no persistent connection")
        }
        let target = table.target(of: connection)
        actions.report(.failed(subject(connection), .alreadyConnected(existing.id)))
        actions.append(.close(id))
        table.remove(id)
        adopt(existing, as: target, persistence, at: now, &actions)
    }

    /// The wait is over.
    mutating func retry(_ connection: Connection, at now: Instant, _ actions: inout Actions) {
        if let until = exhaustion.pausedUntil, until > now {
            setWaiting(connection.id, until: until)
        } else {
            dial(connection.id, at: now, &actions)
        }
    }

    /// Dials with no wait and a clean record: a connection that was stable, or a new one.
    mutating func redial(_ id: ConnectionID, at now: Instant, _ actions: inout Actions) {
        table.updatePersistence(id) { $0.startAnew() }
        guard isNetworkActive else {
            waitForNetwork(id)
            return
        }
        let waiting = setWaiting(id, until: .distantFuture)
        retry(waiting, at: now, &actions)
    }

    /// Notes why a persistent peer is down from now on, or still. `lasted` is how long it was
    /// connected, or had completed its handshake.
    mutating func noteSetback(
        of connection: Connection,
        _ cause: Setback.Cause,
        after lasted: Duration = .zero,
        at now: Instant,
        _ actions: inout Actions
    ) {
        let isHeld = if case .failed(.alreadyConnected) = cause { true } else { false }
        table.updatePersistence(connection.id) {
            $0.note(cause, after: lasted, at: now)
            // Whoever is connected under another entry isn't missing.
            $0.downSince = isHeld ? nil : $0.downSince ?? now
            if isHeld { $0.isDownSaid = false }
        }
        if !isHeld { awaitPersistent(from: now) }
        if let times = table.persistence(of: connection.id)?.setback?.hangUps,
            times == Setback.hangUpsToReport
        {
            actions.report(.hangingUp(subject(connection), times: times))
        }
    }

    /// Waits the longer the more attempts in a row have failed.
    ///
    /// With `asLongAsMayBe` it is at once as if very many had.
    mutating func backOff(
        _ id: ConnectionID,
        asLongAsMayBe: Bool = false,
        at now: Instant,
        _ actions: inout Actions
    ) {
        table.updatePersistence(id) { $0.retries += 1 }
        let retries = asLongAsMayBe ? .max : table.persistence(of: id)?.retries ?? 1
        let delay = policy.persistent.delay(afterRetries: retries, using: &random)
        wait(id, for: delay, at: now, &actions)
    }

    private mutating func wait(
        _ id: ConnectionID,
        for delay: Duration,
        at now: Instant,
        _ actions: inout Actions
    ) {
        let waiting = setWaiting(id, until: now + delay)
        let retries = table.persistence(of: id)?.retries ?? 0
        actions.report(.retrying(subject(waiting), in: delay, retries: retries))
    }

    /// Waits for as long as each time, since nobody is to blame; said when that begins.
    mutating func waitQuietly(
        _ id: ConnectionID,
        because failure: DialFailure,
        isSaid: Bool,
        at now: Instant,
        _ actions: inout Actions
    ) {
        let pause = policy.persistent.retry
        let waiting = setWaiting(id, until: now + pause)
        guard !isSaid else { return }
        actions.report(.persistentWaiting(subject(waiting), failure, every: pause))
    }

    /// Waits until the network is active again.
    mutating func waitForNetwork(_ id: ConnectionID) {
        setWaiting(id, until: .distantFuture)
    }

    @discardableResult
    mutating func setWaiting(_ id: ConnectionID, until: Instant) -> Connection {
        let isNamed = table.naming(of: id) != nil
        let waiting = table.update(id) {
            $0.phase = .waiting(until: until)
            $0.traits.remove(.ready)
            $0.local = nil
            if isNamed { $0.remote = nil }
        }
        if isNamed {
            // It is resolved anew at each attempt.
            table.updateNaming(id) {
                $0.untried = nil
                $0.lastFailure = nil
            }
        }
        schedule(waiting)
        return waiting
    }
}
