package import Addressing
package import Facts
package import Timing

/// An accepted socket, before it is decided whether it stays.
package struct Arrival: Equatable, Sendable {
    /// Which network the peers of a listener come from.
    package enum Network: Equatable, Sendable {
        case ip
        /// The listener stands behind an onion service, so that every peer looks like loopback.
        case onion
    }

    package let remote: PeerAddress
    package let local: PeerAddress
    package let network: Network
    /// Whether the listener takes peers from loopback for the machine's own.
    package let trustsLoopback: Bool
    /// Of a listener that stands behind a proxy.
    package let gate: Gate?

    package init(
        remote: PeerAddress,
        local: PeerAddress,
        network: Network = .ip,
        trustsLoopback: Bool = true,
        gate: Gate? = nil
    ) {
        self.remote = remote
        self.local = local
        self.network = network
        self.trustsLoopback = trustsLoopback
        self.gate = gate
    }

    private var isLoopback: Bool { remote.ip?.isLoopback ?? false }

    /// From the machine itself: exempt from the rules against strangers.
    var isTrusted: Bool { network == .ip && trustsLoopback && isLoopback }

    /// From behind a proxy, or as if: its address is the proxy's.
    var isProxied: Bool {
        gate != nil || network == .onion || (isLoopback && !trustsLoopback)
    }

    /// As of a connection.
    var hasSharedAddress: Bool { isProxied || isTrusted }
}

extension ConnectionCore {
    /// Asks whether a peer that came to us may stay. The shell holds the accepted socket meanwhile,
    /// and keeps or drops it in the same scope; a refused peer never waits in the kernel's queue.
    ///
    /// The checks have an order, and the first that fails is the reason. Each refusal is counted;
    /// not each is reported.
    package mutating func admit(
        _ arrival: Arrival,
        at now: Moment,
        _ actions: inout Actions
    ) throws(Refusal) -> ConnectionID {
        do throws(Refusal) {
            let traits = try traits(admitting: arrival, at: now)
            let gate = traits.contains(.whitelisted) ? nil : gate(of: arrival)?.number
            let connection = table.insert(
                .inbound,
                to: .address(arrival.remote),
                phase: openPhase(at: now.instant),
                traits: traits,
                gate: gate ?? Gate.none,
                local: arrival.local
            )
            opened(connection, at: now.instant)
            actions.report(.accepted(subject(connection)))
            return connection.id
        } catch {
            note(error, of: arrival.remote, at: now.instant, &actions)
            throw error
        }
    }

    /// Says our end of an admitted connection exactly, where its arrival only said on what it was
    /// listened: of a peer that is refused nobody need ask the kernel. If that shows that it is the
    /// other end of a connection that we made, both end.
    package mutating func noteLocalAddress<Source: AddressSource>(
        of id: ConnectionID,
        _ local: PeerAddress,
        at now: Moment,
        picking source: inout Source,
        _ actions: inout Actions
    ) {
        guard table[id] != nil else { return }
        let inbound = table.update(id) { $0.local = local }
        guard let outbound = table.connection(at: local), outbound.kind != .inbound,
            outbound.isOpen, outbound.local == inbound.remote
        else { return }
        closed(outbound.id, .session(.selfConnection), at: now, &source, &actions)
        closed(id, .session(.selfConnection), at: now, &source, &actions)
    }

    /// The peer that came to us from this end of a connection of ours to `remote`: ourselves.
    func ourselves(behind local: PeerAddress, dialling remote: PeerAddress) -> Connection? {
        guard let inbound = table.connection(at: local), inbound.kind == .inbound, inbound.isOpen,
            inbound.local == remote
        else { return nil }
        return inbound
    }

    private mutating func traits(
        admitting arrival: Arrival,
        at now: Moment
    ) throws(Refusal) -> Connection.Traits {
        guard !isShuttingDown else { throw .shuttingDown }
        guard isNetworkActive else { throw .networkInactive }
        // What comes through an onion service has no address that could be on a list.
        let isWhitelisted =
            arrival.network == .ip && policy.limits.isWhitelisted(arrival.remote)
        // An automatic ban of an IPv6 /64 may well cover a whitelisted neighbour.
        let ban = bans.ban(
            covering: arrival.remote,
            at: now,
            ignoringAutomatic: isWhitelisted || arrival.hasSharedAddress
        )
        if let ban { throw .banned(ban.prefix, until: ban.until) }
        let isExempt = isWhitelisted || arrival.isTrusted
        if !isExempt { try checkRate(of: arrival, at: now.instant) }
        try checkDuplicate(of: .address(arrival.remote))
        if !isExempt {
            if let gate = gate(of: arrival) {
                try checkConnections(of: gate)
            } else {
                try checkHost(of: arrival.remote)
            }
        }
        if isWhitelisted {
            let limit = policy.limits.whitelisted
            guard table.census.whitelisted < limit else {
                throw .tooManyWhitelisted(limit: limit)
            }
        } else {
            try checkSlots(for: .inbound)
        }
        var traits: Connection.Traits = []
        if isWhitelisted {
            traits.insert(.whitelisted)
        } else if arrival.isTrusted {
            traits.insert(.trusted)
        }
        if arrival.isProxied { traits.insert(.proxied) }
        return traits
    }

    /// The rate limit of the source or the gate, then the flood gate over all of them.
    private mutating func checkRate(of arrival: Arrival, at now: Instant) throws(Refusal) {
        let host = HostKey(arrival.remote.host)
        let threshold = policy.inbound.floodThreshold
        let isFlood = floodGate.attempts(at: now) > threshold
        let mayCome =
            if let gate = gate(of: arrival) {
                gateRates.take(gate, at: now)
            } else {
                rateLimiter.take(from: host, isFlood: isFlood, at: now, limits: policy.inbound)
            }
        guard mayCome else { throw .rateLimited }
        floodGate.count(at: now)
        if !arrival.isProxied, readyHosts.contains(host, at: now) { return }
        let attempts = floodGate.attempts(at: now)
        let chance = FloodGate.dropChance(attempts: attempts, threshold: threshold)
        guard chance > 0 else { return }
        if random.unit() < chance { throw .flooded(chance: chance) }
    }

    func checkDuplicate(of target: PeerTarget) throws(Refusal) {
        guard let connection = table.connection(at: target) else { return }
        switch connection.phase {
        case .waiting, .dialing: throw .alreadyPending(connection.id)
        case .handshaking where connection.kind != .inbound:
            // Our attempt to reach it has not ended yet.
            throw .alreadyPending(connection.id)
        case .handshaking, .established: throw .alreadyConnected(connection.id)
        }
    }

    func checkHost(of address: PeerAddress) throws(Refusal) {
        let limit = policy.limits.perHost
        guard limit > 0, table.count(of: HostKey(address.host)) >= limit else { return }
        throw .tooManyPerHost(limit: limit)
    }

    func checkSlots(for kind: Kind) throws(Refusal) {
        guard Reservation(policy).admits(kind, beside: table.census.limited) else {
            throw .tooManyConnections(limit: policy.limits.connections)
        }
    }

    private mutating func note(
        _ refusal: Refusal,
        of remote: PeerAddress,
        at now: Instant,
        _ actions: inout Actions
    ) {
        guard let rule = refusal.rule else {
            preconditionFailure("\(refusal) is no answer to a peer")
        }
        refusals[rule] += 1
        switch quieting.judge(at: now) {
        case .report: actions.report(.refused(remote, refusal))
        case .silence(let duration): actions.report(.refusalsSilenced(for: duration))
        case .suppress: break
        }
    }
}
