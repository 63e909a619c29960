package import Addressing
package import ConnectionCore
package import Facts
package import Timing

/// What operators and applications ask for, and what the configuration says anew.
extension Engine {
    // MARK: Connections

    /// Connects once. `waiter` is answered when the attempt has ended, unless it abandons it.
    package mutating func connect(
        _ target: PeerTarget,
        within limit: Duration?,
        for waiter: Waiter,
        at now: Moment,
        _ steps: inout Steps
    ) throws(Refusal) -> ConnectionID {
        let input = EngineInput.connect(target, within: limit, waiter)
        return try recorded(input, at: now, &steps) { engine, steps throws(Refusal) in
            let id = try engine.core.connect(target, within: limit, at: now, &engine.actions)
            engine.waiters.append((id, waiter))
            engine.takeActions(at: now, &steps)
            return id
        }
    }

    /// Whoever asked for the connection has gone: an attempt that isn't over ends.
    package mutating func abandon(
        _ id: ConnectionID,
        by waiter: Waiter,
        at now: Moment,
        _ steps: inout Steps
    ) {
        note(.abandon(id, waiter), at: now, steps.pending.count)
        defer { noteOutcome(steps) }
        waiters.removeAll { $0.id == id && $0.waiter == waiter }
        core.abandon(id, at: now, &actions)
        takeActions(at: now, &steps)
    }

    package mutating func addPersistent(
        _ target: PeerTarget,
        at now: Moment,
        _ steps: inout Steps
    ) throws(Refusal) -> ConnectionID {
        try recorded(.addPersistent(target), at: now, &steps) { engine, steps throws(Refusal) in
            defer { engine.takeActions(at: now, &steps) }
            return try engine.core.addPersistent(
                target,
                from: .runtime,
                at: now,
                &engine.actions
            )
        }
    }

    /// - Returns: How many connections it was about, and at most `limit` of the persistent ones,
    ///   which are tried again.
    package mutating func disconnect(
        _ selector: Selector,
        limit: Int,
        at now: Moment,
        _ steps: inout Steps
    ) throws(Refusal) -> (count: Int, retries: [Retry]) {
        let input = EngineInput.disconnect(selector, limit: limit)
        return try recorded(input, at: now, &steps) { engine, steps throws(Refusal) in
            // By their ids, since who waits may have no address.
            let persistent = engine.core.persistent(selector)
            defer { engine.takeActions(at: now, &steps) }
            let count = try engine.core.disconnect(selector, at: now, &engine.actions)
            return (count, engine.core.retries(of: persistent, limit: limit))
        }
    }

    package mutating func remove(
        _ selector: Selector,
        at now: Moment,
        _ steps: inout Steps
    ) throws(Refusal) -> RemovalOutcome {
        try recorded(.remove(selector), at: now, &steps) { engine, steps throws(Refusal) in
            defer { engine.takeActions(at: now, &steps) }
            return try engine.core.remove(selector, at: now, &engine.actions)
        }
    }

    // MARK: Bans

    package mutating func ban(
        _ prefix: Prefix,
        for duration: Duration?,
        replacing: Bool,
        at now: Moment,
        _ steps: inout Steps
    ) throws(Refusal) -> BanOutcome {
        let input = EngineInput.ban(prefix, for: duration, replacing: replacing)
        return try recorded(input, at: now, &steps) { engine, steps throws(Refusal) in
            defer { engine.takeActions(at: now, &steps) }
            return try engine.core.ban(
                prefix,
                for: duration,
                replacing: replacing,
                at: now,
                &engine.actions
            )
        }
    }

    package mutating func unban(
        _ prefix: Prefix,
        at now: Moment,
        _ steps: inout Steps
    ) throws(Refusal) {
        try recorded(.unban(prefix), at: now, &steps) { engine, steps throws(Refusal) in
            defer { engine.takeActions(at: now, &steps) }
            try engine.core.unban(prefix, &engine.actions)
        }
    }

    // MARK: The rest

    package mutating func setNetworkActive(
        _ isActive: Bool,
        at now: Moment,
        _ steps: inout Steps
    ) throws(Refusal) {
        try recorded(.networkActive(isActive), at: now, &steps) { engine, steps throws(Refusal) in
            defer { engine.takeActions(at: now, &steps) }
            try engine.core.setNetworkActive(isActive, at: now, &engine.actions)
        }
    }

    /// Adds addresses to those that are dialled, or none if one of them can't be.
    ///
    /// - Returns: How many weren't known.
    package mutating func add(
        _ targets: [PeerTarget],
        at now: Moment,
        _ steps: inout Steps
    ) throws(Refusal) -> Int {
        try recorded(.addAddresses(targets), at: now, &steps) { engine, steps throws(Refusal) in
            try engine.addAll(targets, at: now, &steps)
        }
    }

    private mutating func addAll(
        _ targets: [PeerTarget],
        at now: Moment,
        _ steps: inout Steps
    ) throws(Refusal) -> Int {
        var new: [PeerAddress] = []
        for target in targets {
            guard case .address(let address) = target else {
                let reason = "\(target) is a name: expected an IP address"
                throw .unsupportedAddress("\(target)", reason: reason)
            }
            guard ConnectionCore.isDialable(address) else {
                throw .unsupportedAddress("\(target)", reason: address.obstacle)
            }
            guard address.isRoutable || !policy.dialsOnlyRoutable else {
                let reason = "\(address) can't be reached from everywhere"
                throw .unsupportedAddress("\(target)", reason: reason)
            }
            new.append(address)
        }
        guard let added = addresses.add(new) else {
            throw .tooManyAddresses(limit: AddressList.mostAdded)
        }
        if added > 0 { tell(.addressesAdded, at: now, &steps) }
        return added
    }

    /// What each rule says about a peer now, and the connections that it has. Changes nothing.
    package func explain(
        _ topic: Explanation.Topic,
        listeners: [Explanation.Listener],
        at now: Moment
    ) -> (connections: [ConnectionRow], findings: [Finding]) {
        let explanation = core.explain(topic, listeners: listeners, at: now, asking: addresses)
        return (explanation.connections.compactMap { row(of: $0) }, explanation.findings)
    }

    // MARK: The configuration

    /// A copy of the addresses of which others can be made beside the loop, for `reload`.
    package mutating func lendAddresses() -> AddressList {
        note(.lendAddresses, at: nil, 0)
        defer { noteOutcome() }
        return addresses.lend()
    }

    /// Nothing came of the addresses that were lent.
    package mutating func forgetLentAddresses() {
        note(.forgetLentAddresses, at: nil, 0)
        defer { noteOutcome() }
        addresses.forgetLending()
    }

    /// Decides by other numbers from now on, and dials other addresses, which were made of those
    /// that were lent, as `AddressList.replace` does it with those that are `configured` now and
    /// the policy's `dialsOnlyRoutable`: `hasMoreAddresses` says whether there are any that weren't
    /// there, `hasMoved` whether we listen or dial from others of our own.
    ///
    /// - Returns: Persistent peers that can't be kept, of the configuration and of what is stored.
    package mutating func reload(
        _ new: EnginePolicy,
        addresses replacement: AddressList,
        madeOf configured: [PeerAddress],
        hasMoreAddresses: Bool,
        hasMoved: Bool,
        at now: Moment,
        _ steps: inout Steps
    ) -> (configured: [RefusedPeer], stored: [RefusedPeer]) {
        note(
            .reload(
                new,
                configured: configured,
                hasMoreAddresses: hasMoreAddresses,
                hasMoved: hasMoved
            ),
            at: now,
            steps.pending.count
        )
        policy = new
        sessions.adopt(new.speech)
        addresses.adopt(replacement, onlyRoutable: new.dialsOnlyRoutable)
        if hasMoreAddresses { tell(.addressesAdded, at: now, &steps) }
        let refused = keepPeersOfPolicy(at: now, &steps)
        let stored = restoreRefusedPeers(at: now, &steps)
        // What led to ourselves may be somebody else's address now, and what couldn't be reached
        // from our old address may be from the new one.
        if hasMoved { tell(.localAddressesChanged, at: now, &steps) }
        noteOutcome(steps, "\(refused) \(stored)")
        return (refused, stored)
    }

    /// Keeps the persistent peers that the configuration names. To be called once at the start.
    package mutating func keepConfiguredPeers(
        at now: Moment,
        _ steps: inout Steps
    ) -> [RefusedPeer] {
        note(.keepConfiguredPeers, at: now, steps.pending.count)
        let refused = keepPeersOfPolicy(at: now, &steps)
        noteOutcome(steps, "\(refused)")
        return refused
    }

    private mutating func keepPeersOfPolicy(
        at now: Moment,
        _ steps: inout Steps
    ) -> [RefusedPeer] {
        let refused = core.reload(
            policy.core,
            configured: policy.persistent,
            at: now,
            &actions
        )
        takeActions(at: now, &steps)
        state.noteConfigured(policy.persistent)
        return refused.map { RefusedPeer(target: $0.target, refusal: $0.refusal) }
    }
}

/// A persistent peer that can't be kept, with the reason.
package struct RefusedPeer: Equatable, Sendable {
    package let target: PeerTarget
    package let refusal: Refusal
}
