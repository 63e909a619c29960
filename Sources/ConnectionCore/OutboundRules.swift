internal import Addressing
import Facts
internal import Timing

/// Whether one more outbound connection is wanted: what is asked first.
enum WantCheck: UInt8, Checklist {
    case shutdown, network
    case target
    case slots
}

/// What an attempt that is wanted may have to wait for: asked next. Each ends by itself.
enum PaceCheck: UInt8, Checklist {
    case failures
    case exhaustion
}

/// What is asked about an address before it is dialled for the outbound target, in this order.
enum PickCheck: UInt8, Checklist {
    /// These two are the address source's too, which is told what rests.
    case knowledge, route
    case support
    case duplicate
    case recency
    case port
    case ban
    case ourselves
    case conduct
    case group
    case host
}

/// An address, as the rules are asked whether it may be picked.
struct PickQuestion {
    let address: PeerAddress
    let now: Moment
    /// What the address source says of it; nil if it doesn't have it.
    let candidate: AddressCandidate?
    /// Of whatever port, so that no rule about ports is asked, nor whether it is known.
    var isBare = false
}

/// The rules by which the outbound target is held. Asking changes nothing.
extension ConnectionCore {
    /// Whether the check speaks against one more. All of them refuse where they do, and each event
    /// asks when the next attempt is due: so it is asked apart from the rule's numbers.
    @inline(__always)
    func refuses(_ check: WantCheck) -> Bool {
        switch check {
        case .shutdown: isShuttingDown
        case .network: !isNetworkActive
        case .target: table.census.limited.outbound >= policy.outbound.target
        case .slots: !Reservation(policy).admits(.outbound, beside: table.census.limited)
        }
    }

    func ask(_ check: WantCheck) -> Rule? {
        guard refuses(check) else { return nil }
        let used = table.census.limited
        switch check {
        case .shutdown:
            return .shuttingDown
        case .network:
            return .networkInactive
        case .target:
            return .targetHeld(limit: policy.outbound.target, count: used.outbound)
        case .slots:
            let room = Reservation(policy).room(for: .outbound, beside: used)
            return .tooManyConnections(limit: room, count: used.outbound)
        }
    }

    /// Until when the check keeps the next attempt waiting; in the past, or nil, if it doesn't.
    @inline(__always)
    func end(of check: PaceCheck) -> Instant? {
        switch check {
        case .failures: outbound.notBefore
        case .exhaustion: exhaustion.pausedUntil
        }
    }

    func ask(_ check: PaceCheck, at now: Moment) -> Rule? {
        guard let end = end(of: check), end > now.instant else { return nil }
        let until = now.wallTime(of: end)
        switch check {
        case .failures:
            let limit = Policy.Outbound.failuresBeforePause
            return .paused(limit: limit, count: outbound.failures, until: until)
        case .exhaustion:
            return .resourcesExhausted(until: until)
        }
    }

    @inline(__always)
    func ask(_ check: PickCheck, about question: PickQuestion) -> Rule? {
        switch check {
        case .knowledge:
            question.candidate == nil && !question.isBare ? .unknownAddress : nil
        case .route: routeRule(of: question)
        case .support: supportRule(of: question)
        case .duplicate: connectionRule(of: question.address)
        case .recency: recencyRule(of: question)
        case .port: portRule(of: question)
        case .ban: banRule(of: question.address, at: question.now)
        case .ourselves:
            ownAddresses.expiry(of: question.address, at: question.now.instant)
                .map { .ownAddress(until: question.now.wallTime(of: $0)) }
        case .conduct:
            offenders.expiry(of: question.address, at: question.now.instant)
                .map { .misbehaved(until: question.now.wallTime(of: $0)) }
        case .group: groupRule(of: question.address)
        case .host: hostRule(of: HostKey(question.address.host))
        }
    }

    private func routeRule(of question: PickQuestion) -> Rule? {
        rests.end(of: Region(question.address), at: question.now.instant)
            .map { .noRoute(until: question.now.wallTime(of: $0)) }
    }

    private func supportRule(of question: PickQuestion) -> Rule? {
        let isDialable =
            if question.isBare, let ip = question.address.ip {
                Self.isDialable(ip)
            } else {
                Self.isDialable(question.address)
            }
        return isDialable ? nil : .unsupportedAddress
    }

    /// Whoever has the address, or had it last.
    private func connectionRule(of address: PeerAddress) -> Rule? {
        guard let other = table.connection(at: address) ?? table.connection(lastAt: address) else {
            return nil
        }
        return switch other.kind {
        case .manual: .operatorsPeer(other.id)
        case .inbound, .outbound, .feeler: .duplicate(other.id)
        }
    }

    private func recencyRule(of question: PickQuestion) -> Rule? {
        guard let since = question.candidate?.sinceLastAttempt,
            isOfThisNetwork(question.now.instant - since)
        else { return nil }
        let wall = question.now.wall
        if since < Policy.Outbound.justNow {
            return .attemptedJustNow(until: wall + (Policy.Outbound.justNow - since))
        }
        guard since < Policy.Outbound.recently else { return nil }
        return .attemptedRecently(until: wall + (Policy.Outbound.recently - since))
    }

    private func portRule(of question: PickQuestion) -> Rule? {
        guard !question.isBare, let port = policy.outbound.defaultPort,
            question.address.port != port
        else { return nil }
        return .otherPort
    }

    private func groupRule(of address: PeerAddress) -> Rule? {
        let limit = policy.outbound.maxPerGroup
        guard limit > 0 else { return nil }
        let count = table.count(of: NetworkGroup(address.host))
        return count < limit ? nil : .group(limit: limit, count: count)
    }
}

extension Rule {
    /// Whether an address isn't taken at this pick, from 0: the first ones are choosier.
    func excludes(atPick pick: Int) -> Bool {
        switch self {
        case .attemptedRecently: pick < Policy.Outbound.picksAvoidingRecent
        case .otherPort: pick < Policy.Outbound.picksWantingDefaultPort
        case .shuttingDown, .networkInactive, .banned, .rateLimited, .flooded, .duplicate,
            .tooManyPerHost, .tooManyPerListener, .tooManyConnections, .whitelist,
            .tooManyWhitelisted, .noListener, .trustedLoopback, .knownHost, .tooManyPersistent,
            .tooManyPersistentPerHost, .targetHeld, .group, .ownAddress, .misbehaved,
            .operatorsPeer, .attemptedJustNow, .noRoute, .unknownAddress, .paused,
            .resourcesExhausted, .unsupportedAddress:
            refuses
        }
    }
}
