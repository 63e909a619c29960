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

    /// What its connection has.
    fileprivate func traits(isWhitelisted: Bool) -> Connection.Traits {
        var traits: Connection.Traits = []
        if isWhitelisted {
            traits.insert(.whitelisted)
        } else if isTrusted {
            traits.insert(.trusted)
        }
        if isProxied { traits.insert(.proxied) }
        return traits
    }
}

extension ConnectionCore {
    /// Asks whether a peer that came to us may stay. The shell holds the accepted socket meanwhile,
    /// and keeps or drops it in the same scope; a refused peer never waits in the kernel's queue.
    ///
    /// The rules are those of `InboundCheck`, and the first that refuses is the reason. Each
    /// refusal is counted; not each is reported.
    package mutating func admit(
        _ arrival: Arrival,
        at now: Moment,
        _ actions: inout Actions
    ) throws(Refusal) -> ConnectionID {
        let question = question(about: arrival, at: now)
        if let rule = decide(question) {
            let refusal = refusal(by: rule, to: .address(arrival.remote), .inbound)
            refusals[rule.name] += 1
            report(refusal, of: arrival.remote, at: now.instant, &actions)
            throw refusal
        }
        let isWhitelisted = question.whitelisting != nil
        let connection = table.insert(
            .inbound,
            to: .address(arrival.remote),
            phase: openPhase(at: now.instant),
            traits: arrival.traits(isWhitelisted: isWhitelisted),
            gate: isWhitelisted ? Gate.none : question.gate?.number ?? Gate.none,
            local: arrival.local
        )
        opened(connection, at: now.instant)
        actions.report(.accepted(subject(connection)))
        return connection.id
    }

    /// The first rule that refuses, with what asking in earnest leaves behind. A flood refuses by
    /// chance, which is drawn here.
    private mutating func decide(_ question: InboundQuestion) -> Rule? {
        var outlook: RateOutlook?
        for check in InboundCheck.inOrder {
            let rule = ask(check, about: question, &outlook)
            note(check, of: question, outlook)
            guard let rule, rule.refuses else { continue }
            if case .flooded(_, _, let chance) = rule, random.unit() >= chance { continue }
            return rule
        }
        return nil
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
        guard table.contains(id) else { return }
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

    private mutating func report(
        _ refusal: Refusal,
        of remote: PeerAddress,
        at now: Instant,
        _ actions: inout Actions
    ) {
        switch quieting.judge(at: now) {
        case .report: actions.report(.refused(remote, refusal))
        case .silence(let duration): actions.report(.refusalsSilenced(for: duration))
        case .suppress: break
        }
    }
}
