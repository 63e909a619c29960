internal import Addressing
internal import DequeModule
package import Facts
package import Timing

/// The connection manager. It decides who may connect, who is dialled and when, and what ends.
///
/// Facts go in (`handle`, and functions such as `admit` for what needs an answer), steps come out
/// (an `Actions` buffer), and `deadline` says when it wants to be called though nothing happened.
/// It reads no clock, draws no chance but from its own generator, opens no socket and writes no
/// log, so that a seed and a sequence of facts decide everything that it does.
///
///     waiting ──deadline──► dialing ──dialSucceeded──► established ──10 s──► (ready)
///        ▲                     │                           │
///        └── persistent ◄──────┴──── failed, ended ◄───────┘
///
/// Where the network has a protocol, `handshaking` lies between the two, which ends with the
/// handshake; then the connection is established and ready at once.
///
/// What is where: `InboundAdmission` decides about peers that come, `OutboundTarget` about whom to
/// dial, `Dialing` carries an attempt to its end, `Handshaking` makes it ready, `Endings` is how
/// established connections end, `PersistentPeers` is about those kept for ever, and
/// `OperatorCommands` about what people ask for.
package struct ConnectionCore: Sendable {
    package internal(set) var policy: Policy
    package internal(set) var table: ConnectionTable
    package internal(set) var bans = BanList()
    package internal(set) var refusals = RuleCounts()
    package internal(set) var isNetworkActive = true
    package internal(set) var isShuttingDown = false

    /// Below so many entries of `readying` looking for ended ones isn't worth it; they are 1 KiB.
    static let readyingSlack = 64

    var random: SeededRandom
    /// Ends of waits and of dials. A connection whose phase has changed since leaves a stale entry.
    var deadlines = DeadlineQueue()
    /// Established connections that aren't ready yet, in the order in which they will be, and some
    /// that have ended. At most two for each connection that there ever was at a time, and a few.
    var readying: Deque<Readying> = []
    /// For attempts whose caller has said how long they may take. All of them are being dialled or
    /// shake hands.
    var attemptLimits: [ConnectionID: AttemptLimit] = [:]
    var rateLimiter = RateLimiter()
    var gateRates = GateRates()
    var floodGate = FloodGate()
    var readyHosts = RecentKeys<HostKey>()
    /// What was dialled and led to ourselves.
    var ownAddresses = RecentKeys<PeerAddress>()
    /// What was dialled and misbehaved.
    var offenders = RecentKeys<PeerAddress>()
    var quieting = Quieting()
    var banQuieting = Quieting()
    var outbound = OutboundPacing()
    var rests = RegionRests()
    var exhaustion = Exhaustion()
    var patience = Patience()

    /// The seed decides every draw of chance, such as when a peer is dialled again: who watches
    /// enough of them can work it out. So the key of the indexes, by which a peer could aim for one
    /// bucket, is apart from it where it must be secret; nil draws it from the seed too, so that a
    /// seed is a run.
    package init(policy: Policy, seed: UInt64, hashKey: UInt64? = nil) {
        self.policy = policy
        random = SeededRandom(seed: seed)
        // Drawn in any case, so that a seed is the same run with a key and without.
        let drawn = random.next()
        table = ConnectionTable(hashKey: hashKey ?? drawn)
    }

    /// When `handle(.deadlineReached)` is due, even if nothing happens. May be in the past.
    package var deadline: Instant? {
        var nearest = deadlines.earliest
        func consider(_ candidate: Instant?) {
            if let candidate { nearest = min(nearest ?? candidate, candidate) }
        }
        consider(readying.first?.due)
        consider(quieting.deadline)
        consider(banQuieting.deadline)
        consider(outboundDeadline)
        consider(patience.deadline)
        return nearest
    }

    package mutating func handle<Source: AddressSource>(
        _ event: Event,
        at now: Moment,
        picking source: inout Source,
        _ actions: inout Actions
    ) {
        switch event {
        case .resolved(let attempt, let addresses):
            resolved(attempt, to: addresses, at: now, &source, &actions)
        case .dialSucceeded(let attempt, let local):
            dialSucceeded(attempt, local: local, at: now, &source, &actions)
        case .dialFailed(let attempt, let failure):
            guard let connection = connection(dialing: attempt) else { return }
            dialFailed(connection, failure, at: now, &source, &actions)
        case .handshakeCompleted(let id):
            handshakeCompleted(id, at: now, &source, &actions)
        case .closed(let id, let ending):
            closed(id, ending, at: now, &source, &actions)
        case .addressesAdded:
            endOutboundPause()
        case .localAddressesChanged:
            forgetOwnAddresses()
            rests.endAll()
        case .acceptFailed(let errno):
            refusals[.resourcesExhausted] += 1
            noteExhaustion(errno, pausing: false, at: now.instant, &actions)
        case .clockMoved:
            bans.restate(at: now)
        case .stoodStill(let pause):
            stoodStill(for: pause)
        case .deadlineReached:
            deadlineReached(at: now, &source, &actions)
        }
    }

    private mutating func deadlineReached<Source: AddressSource>(
        at now: Moment,
        _ source: inout Source,
        _ actions: inout Actions
    ) {
        if let (count, during) = quieting.end(at: now.instant) {
            actions.report(.refusalsSuppressed(count: count, during: during))
        }
        if let (count, during) = banQuieting.end(at: now.instant) {
            actions.report(.bansSuppressed(count: count, during: during))
        }
        noteReady(at: now, &source, &actions)
        while let entry = deadlines.popDue(at: now.instant) {
            guard let connection = table[ConnectionID(raw: entry.owner)],
                connection.phase.deadline == entry.at
            else {
                continue
            }
            switch connection.phase {
            case .waiting:
                retry(connection, at: now.instant, &actions)
            case .dialing:
                dialTimedOut(connection, at: now, &source, &actions)
            case .handshaking:
                let ending = endingOfHandshake(of: connection.id, due: entry.at)
                closed(connection.id, ending, at: now, &source, &actions)
            case .established:
                preconditionFailure("an established connection has no deadline")
            }
        }
        holdOutboundTarget(at: now, &source, &actions)
        losePatience(at: now.instant, &actions)
    }

    /// What has been established for long enough becomes ready.
    mutating func noteReady<Source: AddressSource>(
        at now: Moment,
        _ source: inout Source,
        _ actions: inout Actions
    ) {
        while let next = readying.first, next.due <= now.instant {
            readying.removeFirst()
            guard let connection = table[next.id],
                connection.phase == .established(since: next.since), !connection.isReady
            else { continue }
            becomeReady(next.id, at: now, &source, &actions)
        }
        // A burst of many thousands must not keep its memory for ever.
        if readying.isEmpty { readying = [] }
    }

    /// Notes that a connection is ready at this moment: when it gets so, and when it ends.
    mutating func rememberReadyHost(of connection: Connection, at now: Instant) {
        guard let remote = connection.remote, !connection.traits.contains(.proxied) else { return }
        readyHosts.insert(HostKey(remote.host), at: now)
    }

    /// Notes that a connection is established from this moment on, and will be ready.
    ///
    /// Whatever ended before it was ready stays in the queue until the time has come, or until such
    /// entries outnumber the connections: short ones, however many, don't make it grow.
    mutating func awaitReadiness(of id: ConnectionID, at now: Instant) {
        if readying.count >= 2 * table.count + Self.readyingSlack {
            readying = readying.filter { table[$0.id]?.phase == .established(since: $0.since) }
        }
        readying.append(Readying(id: id, since: now, due: now + Policy.readyAfter))
    }

    /// Starts a phase that ends by itself.
    mutating func schedule(_ connection: Connection) {
        guard let deadline = connection.phase.deadline else { return }
        deadlines.schedule(connection.id.raw, at: deadline)
        guard deadlines.isMostlyStale(live: table.census.timed) else { return }
        // One look at the table: each through `self` would copy it.
        let table = table
        deadlines.rebuild { table[ConnectionID(raw: $0.owner)]?.phase.deadline == $0.at }
    }

    /// Attempts with a limit of their own are few, and there are none mostly: then nothing is
    /// looked up for each connection that comes and goes.
    @discardableResult
    mutating func removeLimit(of id: ConnectionID) -> AttemptLimit? {
        attemptLimits.isEmpty ? nil : attemptLimits.removeValue(forKey: id)
    }

    func subject(_ connection: Connection) -> Subject {
        Subject(
            id: connection.id,
            kind: connection.kind,
            isPersistent: connection.isPersistent,
            target: table.target(of: connection),
            address: connection.remote
        )
    }

    /// Recomputes what can be recomputed and traps where it differs: for tests and simulations,
    /// after every event.
    package func checkInvariants() {
        table.checkInvariants()
        rateLimiter.checkInvariants()
        bans.checkInvariants()
        precondition(wantsOutbound == WantCheck.all { ask($0) }.isEmpty, "a rule isn't asked")
        precondition(deadlines.count >= table.census.timed, "a deadline was lost")
        precondition(
            !deadlines.isMostlyStale(live: table.slotCount),
            "\(deadlines.count) deadlines for \(table.slotCount) slots"
        )
        precondition(
            readying.count <= 2 * table.slotCount + Self.readyingSlack,
            "\(readying.count) to be ready for \(table.slotCount) slots"
        )
        readyHosts.checkInvariants()
        ownAddresses.checkInvariants()
        offenders.checkInvariants()
        for (id, limit) in attemptLimits {
            precondition(isAttempt(id, within: limit), "\(id) has a limit that doesn't hold")
        }
        precondition(!isShuttingDown || table.count == 0, "a connection outlived the shutdown")
        for connection in table.connections where !isNetworkActive {
            precondition(connection.isWaiting, "\(connection.id) defies the inactive network")
        }
    }
}
