package import Addressing
package import Facts
package import Timing

/// Which connections a command is about.
package enum Selector: Equatable, Sendable {
    /// The number of an id, as people see it.
    case number(UInt64)
    case target(PeerTarget)
    /// Every connection of exactly this address, of whatever port and kind.
    case host(IPAddress)
}

/// What a removal did.
package struct RemovalOutcome: Equatable, Sendable {
    package let count: Int
    /// The configuration names one of them, so that it comes back when it is read again.
    package let isUntilReload: Bool

    package init(count: Int, isUntilReload: Bool) {
        self.count = count
        self.isUntilReload = isUntilReload
    }
}

/// What operators and applications ask for.
extension ConnectionCore {
    /// Connects once, unless a rule of `ManualCheck` refuses. The attempt's end is reported:
    /// `failed`, or else `connected`, after which it may be `handshaking` still: then the end is
    /// `ready`, or `ended`.
    ///
    /// It may take so long in all, with its handshake, and no longer than `handshake.timeout` for
    /// that. Without a limit `outbound.dialTimeout` holds for each address. A limit ends with the
    /// caller's attempt: one that becomes persistent meanwhile has none.
    package mutating func connect(
        _ target: PeerTarget,
        within limit: Duration? = nil,
        at now: Moment,
        _ actions: inout Actions
    ) throws(Refusal) -> ConnectionID {
        let rule = ManualCheck.firstRefusal { ask($0, about: .target(target), at: now) }
        if let rule { throw refusal(by: rule, to: target, .manual) }
        let phase = Phase.dialing(until: now.instant)
        let connection = table.insert(.manual, to: target, phase: phase)
        if let limit {
            attemptLimits[connection.id] = AttemptLimit(duration: limit, until: now.instant + limit)
        }
        dial(connection.id, at: now.instant, &actions)
        return connection.id
    }

    /// Whoever asked for the connection has gone: the attempt ends. One that has led to an
    /// established connection already stays, and so does one that became persistent meanwhile.
    package mutating func abandon(_ id: ConnectionID, at now: Moment, _ actions: inout Actions) {
        guard let connection = table[id], !connection.isPersistent else { return }
        switch connection.phase {
        case .dialing:
            giveUpDial(connection, .cancelled(by: .caller), at: now.instant, &actions)
        case .handshaking:
            end(connection, .abandoned, at: now.instant, &actions)
        case .waiting, .established:
            break
        }
    }

    /// Closes what is established and cancels what is being dialled. A persistent connection then
    /// waits for its next retry; one that waits already goes on waiting.
    ///
    /// - Returns: How many connections the command was about.
    @discardableResult
    package mutating func disconnect(
        _ selector: Selector,
        at now: Moment,
        _ actions: inout Actions
    ) throws(Refusal) -> Int {
        let selected = select(selector)
        guard !isShuttingDown else { throw .shuttingDown }
        guard !selected.isEmpty else { throw .notFound }
        for connection in selected {
            switch connection.phase {
            case .waiting: break
            case .dialing:
                giveUpDial(connection, .cancelled(by: .operator), at: now.instant, &actions)
            case .handshaking, .established:
                end(connection, .byOperator, at: now.instant, &actions)
            }
        }
        return selected.count
    }

    /// Ends persistent connections for good, in whatever phase they are. Their ids and addresses
    /// are free in the same step. Nothing is closed if none of the selected is persistent.
    ///
    /// Removing one that the configuration names lasts until it is read again.
    @discardableResult
    package mutating func remove(
        _ selector: Selector,
        at now: Moment,
        _ actions: inout Actions
    ) throws(Refusal) -> RemovalOutcome {
        let selected = select(selector)
        guard !isShuttingDown else { throw .shuttingDown }
        guard let first = selected.first else { throw .notFound }
        let persistent = selected.filter(\.isPersistent)
        guard !persistent.isEmpty else { throw .notPersistent(first.id) }
        let comesBack = persistent.contains {
            table.persistence(of: $0.id)?.origin == .configuration
        }
        for connection in persistent { forget(connection, at: now.instant, &actions) }
        return RemovalOutcome(count: persistent.count, isUntilReload: comesBack)
    }

    /// Ends a persistent connection for good.
    mutating func forget(_ connection: Connection, at now: Instant, _ actions: inout Actions) {
        actions.report(.persistentRemoved(subject(connection)))
        // As one that is not persistent any more, it isn't retried.
        let ordinary = table.update(connection.id) { $0.traits.remove(.persistent) }
        terminate(ordinary, .byOperator, .cancelled(by: .operator), at: now, &actions)
    }

    /// Closes everything and refuses inbound peers until the network is active again. Persistent
    /// connections stay, waiting.
    package mutating func setNetworkActive(
        _ isActive: Bool,
        at now: Moment,
        _ actions: inout Actions
    ) throws(Refusal) {
        guard !isShuttingDown else { throw .shuttingDown }
        guard isActive != isNetworkActive else { return }
        isNetworkActive = isActive
        reviewTarget(at: now.instant)
        actions.report(.networkActive(isActive))
        if isActive {
            resume(at: now.instant)
        } else {
            for connection in Array(table.connections) {
                switch connection.phase {
                case .waiting:
                    waitForNetwork(connection.id)
                case .dialing:
                    let failure = DialFailure.cancelled(by: .networkInactive)
                    giveUpDial(connection, failure, at: now.instant, &actions)
                case .handshaking, .established:
                    end(connection, .networkInactive, at: now.instant, &actions)
                }
            }
        }
    }

    /// Every pause and backoff ends; the dials are spread over a second.
    private mutating func resume(at now: Instant) {
        outbound = OutboundPacing()
        outbound.spreadUntil = now + Policy.spread
        outbound.resumedAt = now
        awaitPersistent(from: now)
        exhaustion.pausedUntil = nil
        rests.endAll()
        forgetOwnAddresses()
        for connection in Array(table.connections) where connection.isWaiting {
            let delay = random.duration(below: Policy.spread)
            table.updatePersistence(connection.id) { $0.startAnew() }
            setWaiting(connection.id, until: now + delay)
        }
    }

    /// Cancels every dial, then closes every connection. Afterwards every call answers
    /// `shuttingDown`. The listeners are the shell's and close before.
    package mutating func shutDown(at now: Moment, _ actions: inout Actions) {
        guard !isShuttingDown else { return }
        isShuttingDown = true
        patience = Patience()
        actions.report(.shuttingDown(connections: table.count))
        let connections = Array(table.connections)
        for connection in connections {
            table.update(connection.id) { $0.traits.remove(.persistent) }
        }
        for connection in connections where !connection.isOpen {
            finish(connection.id, at: now.instant, &actions)
        }
        for connection in connections where connection.isOpen {
            finish(connection.id, at: now.instant, &actions)
        }
    }

    private mutating func finish(_ id: ConnectionID, at now: Instant, _ actions: inout Actions) {
        guard let connection = table[id] else { return }
        terminate(connection, .shutdown, .cancelled(by: .shutdown), at: now, &actions)
    }

    /// Ends a connection that is not persistent, or not any more, in whatever phase it is.
    mutating func terminate(
        _ connection: Connection,
        _ ending: Ending,
        _ failure: DialFailure,
        at now: Instant,
        _ actions: inout Actions
    ) {
        switch connection.phase {
        case .waiting: table.remove(connection.id)
        case .dialing: giveUpDial(connection, failure, at: now, &actions)
        case .handshaking, .established: end(connection, ending, at: now, &actions)
        }
    }

    func select(_ selector: Selector) -> [Connection] {
        switch selector {
        case .number(let number):
            table.connection(numbered: number).map { [$0] } ?? []
        case .target(let target):
            table.connection(at: target).map { [$0] } ?? []
        case .host(let ip):
            table.connections.filter { $0.remote?.ip == ip }
        }
    }
}
