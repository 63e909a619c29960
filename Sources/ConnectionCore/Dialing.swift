package import Addressing
import Facts
internal import Timing

/// One attempt from its start to its end: resolving, the addresses of a name in turn, connecting.
extension ConnectionCore {
    /// The connection whose present attempt this is; nil for one that was given up.
    func connection(dialing attempt: DialAttempt) -> Connection? {
        guard let connection = table[attempt.id], connection.isDialing,
            connection.attempt == attempt.number
        else { return nil }
        return connection
    }

    /// Starts an attempt of an entry that is in the table.
    mutating func dial(_ id: ConnectionID, at now: Instant, _ actions: inout Actions) {
        let until = attemptLimits[id]?.until ?? now + policy.outbound.dialTimeout
        let connection = table.update(id) {
            $0.phase = .dialing(until: until)
            $0.attempt &+= 1
        }
        schedule(connection)
        actions.report(.attempting(subject(connection)))
        if let naming = table.naming(of: id) {
            actions.append(.resolve(connection.dialAttempt, naming.name))
        } else if let remote = connection.remote {
            actions.append(.dial(connection.dialAttempt, remote))
        }
    }

    mutating func resolved<Source: AddressSource>(
        _ attempt: DialAttempt,
        to addresses: [PeerAddress],
        at now: Moment,
        _ source: inout Source,
        _ actions: inout Actions
    ) {
        guard let connection = connection(dialing: attempt),
            let naming = table.naming(of: attempt.id), naming.untried == nil
        else { return }
        table.updateNaming(connection.id) {
            $0.untried = addresses
            $0.lastFailure = .unresolved("no address")
        }
        dialNextAddress(of: connection, at: now, &source, &actions)
    }

    /// Dials the next address of a name that may be dialled, or ends the attempt with the last
    /// reason why one was not. A persistent name adopts what is connected there already.
    private mutating func dialNextAddress<Source: AddressSource>(
        of connection: Connection,
        at now: Moment,
        _ source: inout Source,
        _ actions: inout Actions
    ) {
        let id = connection.id
        // Resolving and the first address share one timeout; the caller's own one is for all of
        // them.
        let isShared = connection.remote == nil || attemptLimits[id] != nil
        let until = isShared ? connection.phase.deadline : nil
        // Its own last address must not look like somebody else's.
        table.update(id) { $0.remote = nil }
        while let naming = table.naming(of: id), let address = naming.untried?.first {
            table.updateNaming(id) { $0.untried?.removeFirst() }
            if connection.isPersistent, let other = table.connection(at: address),
                Self.mayBeAdopted(other)
            {
                return handOver(id, to: other, at: now.instant, &actions)
            }
            if let obstacle = obstacle(to: address, for: connection, at: now) {
                // A dial that failed says more than an address that was passed over after it.
                if connection.remote == nil {
                    table.updateNaming(id) { $0.lastFailure = obstacle }
                }
                continue
            }
            table.updateNaming(id) { $0.lastAddress = address }
            let dialing = table.update(id) {
                $0.remote = address
                $0.phase = .dialing(until: until ?? now.instant + policy.outbound.dialTimeout)
                $0.attempt &+= 1
            }
            schedule(dialing)
            actions.append(.dial(dialing.dialAttempt, address))
            return
        }
        guard let failure = table.naming(of: id)?.lastFailure, let current = table[id] else {
            preconditionFailure("\(id) has no name to try")
        }
        endDial(current, failure, at: now, &source, &actions)
    }

    /// Why an address of a name is passed over.
    private func obstacle(
        to address: PeerAddress,
        for connection: Connection,
        at now: Moment
    ) -> DialFailure? {
        guard Self.isDialable(address) else { return .unsupportedAddress }
        if let other = table.connection(at: address) { return .alreadyConnected(other.id) }
        // The operator named a persistent peer: it is exempt from bans and from the per-host limit.
        if connection.isPersistent { return nil }
        if let ban = bans.ban(covering: address, at: now) {
            return .banned(ban.prefix, until: ban.until)
        }
        let limit = policy.limits.perHost
        if limit > 0, table.count(of: HostKey(address.host)) >= limit {
            return .tooManyPerHost(limit: limit)
        }
        return nil
    }

    /// Whether a socket can be connected to it: an IP address of one machine, and a port.
    package static func isDialable(_ address: PeerAddress) -> Bool {
        guard let ip = address.ip, address.port != 0 else { return false }
        return isDialable(ip)
    }

    static func isDialable(_ ip: IPAddress) -> Bool {
        // A link-local IPv6 address without its interface is one on every link.
        !ip.isUnspecified && !ip.isMulticast && !ip.isBroadcast
            && !ip.lacksZone
    }

    mutating func dialSucceeded<Source: AddressSource>(
        _ attempt: DialAttempt,
        local: PeerAddress,
        at now: Moment,
        _ source: inout Source,
        _ actions: inout Actions
    ) {
        guard let connection = connection(dialing: attempt), let remote = connection.remote else {
            return
        }
        rests.noteRoute(in: Region(remote))
        guard local != remote else {
            dialFailed(connection, .selfConnection, at: now, &source, &actions)
            return
        }
        if let inbound = ourselves(behind: local, dialling: remote) {
            closed(inbound.id, .session(.selfConnection), at: now, &source, &actions)
            dialFailed(connection, .selfConnection, at: now, &source, &actions)
            return
        }
        let phase = openPhase(at: now.instant, of: connection.id)
        let opened = table.update(connection.id) {
            $0.phase = phase
            $0.local = local
        }
        self.opened(opened, at: now.instant)
        actions.report(.connected(subject(opened)))
    }

    /// The present address took too long, or all of them together longer than the caller wanted.
    mutating func dialTimedOut<Source: AddressSource>(
        _ connection: Connection,
        at now: Moment,
        _ source: inout Source,
        _ actions: inout Actions
    ) {
        if let own = attemptLimits[connection.id] {
            endDial(connection, .timedOut(after: own.duration), at: now, &source, &actions)
        } else {
            let failure = DialFailure.timedOut(after: policy.outbound.dialTimeout)
            dialFailed(connection, failure, at: now, &source, &actions)
        }
    }

    /// The present address failed: on to the next one of a name, or the end of the attempt.
    mutating func dialFailed<Source: AddressSource>(
        _ connection: Connection,
        _ failure: DialFailure,
        at now: Moment,
        _ source: inout Source,
        _ actions: inout Actions
    ) {
        if let remote = connection.remote { noteRoute(to: remote, failure, at: now.instant) }
        if failure == .selfConnection, let remote = connection.remote {
            noteOwnAddress(remote, at: now.instant)
        }
        let untried = table.naming(of: connection.id)?.untried ?? []
        if failure.leavesNextAddress, !untried.isEmpty {
            if let remote = connection.remote, failure.blamesAddress {
                source.failed(remote, at: now)
            }
            table.updateNaming(connection.id) { $0.lastFailure = failure }
            dialNextAddress(of: connection, at: now, &source, &actions)
        } else {
            endDial(connection, failure, at: now, &source, &actions)
        }
    }

    /// What the end of a dial tells about its region.
    private mutating func noteRoute(
        to remote: PeerAddress,
        _ failure: DialFailure,
        at now: Instant
    ) {
        if failure.lacksRoute {
            rests.noteNoRoute(in: Region(remote), at: now)
        } else if failure.blamesAddress || failure == .selfConnection {
            rests.noteRoute(in: Region(remote))
        }
    }

    private mutating func endDial<Source: AddressSource>(
        _ connection: Connection,
        _ failure: DialFailure,
        at now: Moment,
        _ source: inout Source,
        _ actions: inout Actions
    ) {
        if let remote = connection.remote, failure.blamesAddress {
            source.failed(remote, at: now)
        }
        giveUpDial(connection, failure, at: now.instant, &actions)
        if case .resourcesExhausted(let errno) = failure {
            noteExhaustion(errno, pausing: true, at: now.instant, &actions)
        }
    }

    /// Ends an attempt, without a judgement about the address.
    mutating func giveUpDial(
        _ connection: Connection,
        _ failure: DialFailure,
        at now: Instant,
        _ actions: inout Actions
    ) {
        removeLimit(of: connection.id)
        let isRepeated = isRepeated(failure, of: connection)
        let report: Report =
            isRepeated
            ? .failedAgain(subject(connection), failure) : .failed(subject(connection), failure)
        actions.report(report)
        actions.append(.close(connection.id))
        guard connection.isPersistent else {
            table.remove(connection.id)
            if connection.kind == .outbound, failure.isOutboundFailure {
                noteOutboundFailure(at: now, &actions)
            }
            return
        }
        noteSetback(of: connection, .failed(failure), at: now, &actions)
        switch failure {
        case .noRoute, .noLocalEnd, .resourcesExhausted:
            // Nobody is to blame, so the backoff doesn't grow.
            waitQuietly(connection.id, because: failure, isSaid: isRepeated, at: now, &actions)
        case .cancelled(by: .networkInactive):
            waitForNetwork(connection.id)
        case .selfConnection:
            backOff(connection.id, asLongAsMayBe: true, at: now, &actions)
        case .timedOut, .refused, .unreachable, .unresolved, .alreadyConnected, .banned,
            .tooManyPerHost, .unsupportedAddress, .cancelled, .io:
            backOff(connection.id, at: now, &actions)
        }
    }

    /// Whether a persistent peer's attempt before failed just so, which nobody is to blame for.
    private func isRepeated(_ failure: DialFailure, of connection: Connection) -> Bool {
        guard failure.blamesNobody, let last = table.persistence(of: connection.id)?.setback
        else { return false }
        return last.number > 0 && last.cause == .failed(failure)
    }
}
