internal import Addressing
import Facts
package import Timing

/// Rules that stand on several ways. Each says what it has against a peer now; nil if nothing.
/// Asking changes nothing.
extension ConnectionCore {
    var shutdownRule: Rule? { isShuttingDown ? .shuttingDown : nil }

    var networkRule: Rule? { isNetworkActive ? nil : .networkInactive }

    func banRule(
        of address: PeerAddress,
        ignoringAutomatic: Bool = false,
        at now: Moment
    ) -> Rule? {
        guard
            let ban = bans.ban(covering: address, at: now, ignoringAutomatic: ignoringAutomatic)
        else { return nil }
        return .banned(ban.prefix, until: ban.until)
    }

    func duplicateRule(of target: PeerTarget) -> Rule? {
        guard let connection = table.connection(at: target) else { return nil }
        return .duplicate(connection.id)
    }

    func hostRule(of host: HostKey) -> Rule? {
        let limit = policy.limits.perHost
        guard limit > 0 else { return nil }
        let count = table.count(of: host)
        return count < limit ? nil : .tooManyPerHost(limit: limit, count: count)
    }

    func slotRule(for kind: Kind) -> Rule? {
        let used = table.census.limited
        let limit = Reservation(policy).room(for: kind, beside: used)
        guard used[kind] >= limit else { return nil }
        return .tooManyConnections(limit: limit, count: used[kind])
    }

    /// What is answered to whom a rule refuses, on the ways where somebody asks to be connected.
    /// Whom we pick is asked nothing, so that the rules of that have no answer: traps for them.
    func refusal(by rule: Rule, to target: PeerTarget, _ way: Way) -> Refusal {
        switch rule {
        case .shuttingDown: .shuttingDown
        case .networkInactive: .networkInactive
        case .banned(let prefix, let until): .banned(prefix, until: until)
        case .rateLimited: .rateLimited
        case .flooded(_, _, let chance): .flooded(chance: chance)
        case .duplicate(let id): duplicate(id, way)
        case .tooManyPerHost(let limit, _): .tooManyPerHost(limit: limit)
        case .tooManyPerListener(let limit, _): .tooManyPerListener(limit: limit)
        // What is set: what is left of it for a kind says little without the others.
        case .tooManyConnections: .tooManyConnections(limit: policy.limits.connections)
        case .tooManyWhitelisted(let limit, _): .tooManyWhitelisted(limit: limit)
        case .tooManyPersistent(let limit, _): .tooManyPersistent(limit: limit)
        case .tooManyPersistentPerHost(let limit, _): .tooManyPersistentPerHost(limit: limit)
        case .unsupportedAddress:
            .unsupportedAddress(target.description, reason: target.obstacle)
        case .whitelist, .noListener, .trustedLoopback, .knownHost, .targetHeld, .group,
            .ownAddress, .misbehaved, .operatorsPeer, .attemptedRecently, .attemptedJustNow,
            .noRoute, .otherPort, .unknownAddress, .paused, .resourcesExhausted:
            preconditionFailure("\(rule.name) refuses nobody who asks")
        }
    }

    /// What the other connection is, for who wanted one more.
    private func duplicate(_ id: ConnectionID, _ way: Way) -> Refusal {
        guard let connection = table[id] else { preconditionFailure("\(id) has ended") }
        if way != .inbound, connection.isPersistent { return .duplicatePersistent(id) }
        switch connection.phase {
        case .waiting, .dialing: return .alreadyPending(id)
        case .handshaking where connection.kind != .inbound:
            // Our attempt to reach it has not ended yet.
            return .alreadyPending(id)
        case .handshaking, .established: return .alreadyConnected(id)
        }
    }
}

extension Moment {
    /// What the calendar will show at an instant if nobody sets it; nil for what never comes.
    package func wall(at other: Instant) -> WallTime? {
        other == .distantFuture ? nil : wallTime(of: other)
    }

    /// The same of what comes at some time.
    func wallTime(of other: Instant) -> WallTime {
        // In whole numbers, since each peer that is refused by its rate is told so.
        let distance = other.nanoseconds.subtractingClamped(instant.nanoseconds)
        return WallTime(microseconds: wall.microseconds.addingClamped(distance / 1_000))
    }
}
