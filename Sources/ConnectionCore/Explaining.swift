internal import Addressing
package import Facts
package import Timing

/// Says what the rules would decide, without deciding it.
///
/// Each way's rules stand here in the order in which the function asks them that decides: `admit`,
/// `holdOutboundTarget`, `connect`, `addPersistent`. They are written down twice so that all of
/// them can be named, where a decision ends with the first; the simulation holds one against the
/// other.
extension ConnectionCore {
    /// What each rule says about a peer now. Changes nothing: no token is taken, nothing is drawn.
    ///
    /// O(n) of the connections, and of the sources that are known to the rate limit, at most
    /// 10,000: for operators, not for events. `source` is asked, not told. `listeners` are those
    /// that a peer could come to.
    package func explain<Source: AddressSource>(
        _ topic: Explanation.Topic,
        listeners: [Explanation.Listener],
        at now: Moment,
        asking source: Source
    ) -> Explanation {
        var findings: [Finding] = []
        for way in Way.allCases {
            let rules =
                switch way {
                case .inbound: inboundRules(topic, listeners, at: now)
                case .outbound: outboundRules(topic, at: now, asking: source)
                case .manual: manualRules(topic, at: now)
                case .persistent: persistentRules(topic)
                }
            findings += rules.map { Finding(way: way, rule: $0) }
        }
        return Explanation(connections: connections(of: topic), findings: findings)
    }

    // MARK: Inbound

    private func inboundRules(
        _ topic: Explanation.Topic,
        _ listeners: [Explanation.Listener],
        at now: Moment
    ) -> [Rule] {
        guard let address = topic.address, let ip = address.ip else { return [.unsupportedAddress] }
        let possible = listeners.filter { $0.takes(ip) }
        // Whoever comes through a proxy comes from loopback: no other address meets its listener
        // where there is one for peers themselves.
        let direct = ip.isLoopback ? possible : possible.filter(\.isDirect)
        let asked = (direct.isEmpty ? possible : direct).map {
            rules(admitting: $0.arrival(of: address), at: now)
        }
        // One that lets it in is enough.
        if let rules = asked.first(where: { !$0.contains(where: \.refuses) }) ?? asked.first {
            return rules
        }
        let nowhere = Arrival(remote: address, local: address, trustsLoopback: false)
        return [.noListener] + rules(admitting: nowhere, at: now)
    }

    /// What `admit` would ask about a peer on one of the listeners. Port 0 stands for any.
    package func rules(admitting arrival: Arrival, at now: Moment) -> [Rule] {
        var rules = stateRules
        let whitelisting =
            arrival.network == .ip ? policy.limits.whitelisting(arrival.remote) : nil
        if let whitelisting { rules.append(.whitelist(whitelisting)) }
        let ignoresAutomatic = whitelisting != nil || arrival.hasSharedAddress
        rules += banRules(of: arrival.remote, ignoringAutomatic: ignoresAutomatic, at: now)
        if whitelisting != nil {
            rules += duplicateRules(of: .address(arrival.remote))
            let (limit, count) = (policy.limits.whitelisted, table.census.whitelisted)
            if count >= limit { rules.append(.tooManyWhitelisted(limit: limit, count: count)) }
            return rules
        }
        if arrival.isTrusted {
            rules.append(.trustedLoopback)
        } else {
            rules += rateRules(of: arrival, at: now)
        }
        rules += duplicateRules(of: .address(arrival.remote))
        if let gate = gate(of: arrival) {
            rules += connectionRules(of: gate)
        } else if !arrival.isTrusted {
            rules += hostRules(of: arrival.remote)
        }
        return rules + slotRules(for: .inbound)
    }

    private func connectionRules(of gate: Gate) -> [Rule] {
        let (limit, count) = (limit(of: gate), table.count(ofGate: gate.number))
        guard count >= limit else { return [] }
        return gate.number == Gate.unmarked
            ? [.tooManyPerHost(limit: limit, count: count)]
            : [.tooManyPerListener(limit: limit, count: count)]
    }

    private func rateRules(of arrival: Arrival, at now: Moment) -> [Rule] {
        let host = HostKey(arrival.remote.host)
        let threshold = policy.inbound.floodThreshold
        var rules: [Rule] = []
        // Copies: what is asked of them changes what comes next.
        var (gates, flood) = (gateRates, floodGate)
        if let gate = gate(of: arrival) {
            if !gates.take(gate, at: now.instant) {
                let until = gates.nextToken(gate, at: now.instant)
                rules.append(.rateLimited(until: now.wall(at: until)))
            }
        } else {
            let outlook = rateLimiter.outlook(
                for: host,
                isFlood: flood.attempts(at: now.instant) > threshold,
                at: now.instant,
                limits: policy.inbound
            )
            if !outlook.mayTake {
                rules.append(.rateLimited(until: now.wall(at: outlook.next)))
            }
        }
        if !arrival.isProxied, readyHosts.contains(host, at: now.instant) {
            rules.append(.knownHost)
            return rules
        }
        flood.count(at: now.instant)
        let attempts = flood.attempts(at: now.instant)
        let chance = FloodGate.dropChance(attempts: attempts, threshold: threshold)
        if chance > 0 {
            rules.append(.flooded(limit: threshold, count: attempts, chance: chance))
        }
        return rules
    }

    // MARK: Outbound

    private func outboundRules<Source: AddressSource>(
        _ topic: Explanation.Topic,
        at now: Moment,
        asking source: Source
    ) -> [Rule] {
        var rules = stateRules
        let (target, held) = (policy.outbound.target, table.census.limited.outbound)
        if held >= target { rules.append(.targetHeld(limit: target, count: held)) }
        rules += slotRules(for: .outbound)
        if let until = outbound.notBefore, until > now.instant, let wall = now.wall(at: until) {
            rules.append(
                .paused(
                    limit: Policy.Outbound.failuresBeforePause,
                    count: outbound.failures,
                    until: wall
                )
            )
        }
        if let until = exhaustion.pausedUntil, until > now.instant, let wall = now.wall(at: until) {
            rules.append(.resourcesExhausted(until: wall))
        }
        switch topic {
        case .target(.address(let address)):
            rules += pickingRules(address, at: now, asking: source)
        case .target(.name):
            // Names aren't picked.
            rules.append(.unknownAddress)
        case .host(let ip):
            if !Self.isDialable(ip) { rules.append(.unsupportedAddress) }
            let address = PeerAddress(ip, port: 0)
            rules += routeRules(of: address, at: now)
            rules += banRules(of: address, at: now) + groupRules(of: address)
            rules += hostRules(of: address)
        }
        return rules
    }

    private func pickingRules<Source: AddressSource>(
        _ address: PeerAddress,
        at now: Moment,
        asking source: Source
    ) -> [Rule] {
        var rules: [Rule] = []
        let candidate = source.candidate(for: address, at: now)
        if candidate == nil { rules.append(.unknownAddress) }
        if !Self.isDialable(address) { rules.append(.unsupportedAddress) }
        if let since = candidate?.sinceLastAttempt, isOfThisNetwork(now.instant - since) {
            if since < Policy.Outbound.justNow {
                rules.append(.attemptedJustNow(until: now.wall + (Policy.Outbound.justNow - since)))
            } else if since < Policy.Outbound.recently {
                let rest = Policy.Outbound.recently - since
                rules.append(.attemptedRecently(until: now.wall + rest))
            }
        }
        rules += routeRules(of: address, at: now)
        if let port = policy.outbound.defaultPort, address.port != port { rules.append(.otherPort) }
        rules += banRules(of: address, at: now)
        let forgotten = ownAddresses.expiry(of: address, at: now.instant)
        if let until = forgotten.flatMap({ now.wall(at: $0) }) {
            rules.append(.ownAddress(until: until))
        }
        let forgiven = offenders.expiry(of: address, at: now.instant)
        if let until = forgiven.flatMap({ now.wall(at: $0) }) {
            rules.append(.misbehaved(until: until))
        }
        if let other = table.connection(at: address) ?? table.connection(lastAt: address) {
            switch other.kind {
            case .manual: rules.append(.operatorsPeer(other.id))
            case .inbound, .outbound, .feeler: rules.append(.duplicate(other.id))
            }
        }
        return rules + groupRules(of: address) + hostRules(of: address)
    }

    private func routeRules(of address: PeerAddress, at now: Moment) -> [Rule] {
        let end = rests.end(of: Region(address), at: now.instant)
        return end.flatMap { now.wall(at: $0) }.map { [.noRoute(until: $0)] } ?? []
    }

    private func groupRules(of address: PeerAddress) -> [Rule] {
        let limit = policy.outbound.maxPerGroup
        let count = table.count(of: NetworkGroup(address.host))
        return limit > 0 && count >= limit ? [.group(limit: limit, count: count)] : []
    }

    // MARK: Operators

    private func manualRules(_ topic: Explanation.Topic, at now: Moment) -> [Rule] {
        var rules = supportRules(of: topic) + stateRules
        if let address = topic.address { rules += banRules(of: address, at: now) }
        if let target = topic.target { rules += duplicateRules(of: target) }
        if let address = topic.address { rules += hostRules(of: address) }
        return rules + slotRules(for: .manual)
    }

    /// While the network is inactive, and when descriptors are exhausted, a persistent peer is
    /// added all the same and waits. No ban concerns it.
    private func persistentRules(_ topic: Explanation.Topic) -> [Rule] {
        var rules = supportRules(of: topic)
        if isShuttingDown { rules.append(.shuttingDown) }
        if let target = topic.target, let existing = table.connection(at: target),
            !isAdoptable(existing)
        {
            rules.append(.duplicate(existing.id))
        }
        let (limit, count) = (policy.persistent.max, table.census.persistent)
        if count >= limit { rules.append(.tooManyPersistent(limit: limit, count: count)) }
        let perHost = policy.limits.perHost
        if perHost > 0, let address = topic.address {
            let others = table.persistentCount(of: HostKey(address.host))
            if others >= perHost {
                rules.append(.tooManyPersistentPerHost(limit: perHost, count: others))
            }
        }
        return rules
    }

    private func isAdoptable(_ connection: Connection) -> Bool {
        !connection.isPersistent && !connection.isDialing && connection.kind != .inbound
    }

    private func supportRules(of topic: Explanation.Topic) -> [Rule] {
        let isSupported =
            switch topic {
            case .target(let target): Self.isSupported(target)
            case .host(let ip): Self.isDialable(ip)
            }
        return isSupported ? [] : [.unsupportedAddress]
    }

    // MARK: What several ways have in common

    private var stateRules: [Rule] {
        (isShuttingDown ? [.shuttingDown] : []) + (isNetworkActive ? [] : [.networkInactive])
    }

    private func banRules(
        of address: PeerAddress,
        ignoringAutomatic: Bool = false,
        at now: Moment
    ) -> [Rule] {
        let ban = bans.ban(
            covering: address,
            at: now,
            ignoringAutomatic: ignoringAutomatic
        )
        return ban.map { [.banned($0.prefix, until: $0.until)] } ?? []
    }

    private func duplicateRules(of target: PeerTarget) -> [Rule] {
        table.connection(at: target).map { [.duplicate($0.id)] } ?? []
    }

    private func hostRules(of address: PeerAddress) -> [Rule] {
        let (limit, count) = (policy.limits.perHost, table.count(of: HostKey(address.host)))
        return limit > 0 && count >= limit ? [.tooManyPerHost(limit: limit, count: count)] : []
    }

    private func slotRules(for kind: Kind) -> [Rule] {
        let used = table.census.limited
        let limit = Reservation(policy).room(for: kind, beside: used)
        return used[kind] >= limit ? [.tooManyConnections(limit: limit, count: used[kind])] : []
    }

    private func connections(of topic: Explanation.Topic) -> [ConnectionID] {
        switch topic {
        case .target(let target):
            var found = table.connection(at: target).map { [$0.id] } ?? []
            if case .address(let address) = target, let named = table.connection(lastAt: address),
                !found.contains(named.id)
            {
                found.append(named.id)
            }
            return found
        case .host(let ip):
            return Array(
                table.connections.lazy.filter { $0.remote?.ip == ip }.map(\.id)
                    .prefix(Explanation.maxConnections)
            )
        }
    }
}

extension Explanation.Topic {
    /// Nil for a name. Of a bare address with port 0, which no connection has.
    fileprivate var address: PeerAddress? {
        switch self {
        case .target(.address(let address)): address
        case .target(.name): nil
        case .host(let ip): PeerAddress(ip, port: 0)
        }
    }

    fileprivate var target: PeerTarget? {
        switch self {
        case .target(let target): target
        case .host: nil
        }
    }
}

extension Moment {
    /// What the calendar will show at an instant if nobody sets it; nil for what never comes.
    package func wall(at other: Instant) -> WallTime? {
        other == .distantFuture ? nil : wall + (other - instant)
    }
}
