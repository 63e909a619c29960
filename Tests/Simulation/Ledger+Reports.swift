internal import Addressing
internal import ConnectionCore
internal import Timing

/// One report after the other, each held against what is known.
extension Ledger {
    /// Takes one report in.
    ///
    /// - Throws: `BrokenPromise` if it doesn't fit what was reported before, or breaks a rule.
    mutating func note(_ report: Report, at now: Moment, _ bans: BanBook) throws(BrokenPromise) {
        switch report {
        case .attempting(let subject):
            try attempting(subject, at: now, bans)
        case .connected(let subject):
            try connected(subject, at: now.instant)
        case .accepted(let subject):
            try accepted(subject, at: now.instant)
        case .ready(let subject):
            try ready(subject, at: now.instant)
        case .failed(let subject, let failure):
            try failed(subject, failure, at: now, bans)
        case .ended(let subject, let ending, let lasted, let wasReady):
            try ended(subject, ending, after: lasted, wasReady, at: now.instant)
        case .retrying(let subject, let delay, let retries):
            try retrying(subject, in: delay, retries, at: now.instant)
        case .persistentAdded(let subject):
            try added(subject, at: now.instant)
        case .persistentAdopted(let subject):
            try adopted(subject)
        case .persistentRemoved(let subject):
            try removed(subject)
        case .outboundPaused(let failures, let pause):
            try pacing.paused(failures, for: pause, at: now.instant, policy)
        case .resourcesExhausted(_, let pause):
            try exhaustion.reported(pause, policy)
        case .networkActive(let isActive):
            noteNetwork(isActive: isActive, at: now.instant)
        case .shuttingDown(let connections):
            try noteShutdown(of: connections)
        case .banned(let ban, _):
            guard bans.inForce(at: now.wall).contains(ban) else {
                throw BrokenPromise("\(ban) is reported and not in force")
            }
        case .refused, .refusalsSilenced, .refusalsSuppressed, .unbanned:
            // The doorman's and the commands' business.
            break
        }
    }

    /// The entry that a report is about, which must say of it what the ledger knows.
    private func known(_ subject: Subject) throws(BrokenPromise) -> Entry {
        let entry = try entry(of: subject.id)
        guard !entry.owesClose else { throw BrokenPromise("\(entry.id) ended and is reported on") }
        // A name whose addresses were all passed over has none in the end.
        let isSameAddress =
            entry.address == subject.address || (entry.isNamed && subject.address == nil)
        guard entry.kind == subject.kind, entry.isPersistent == subject.isPersistent,
            entry.target == subject.target, isSameAddress
        else { throw BrokenPromise("the report says \(subject), the ledger \(entry)") }
        return entry
    }

    /// An attempt starts: of a new connection, or of a persistent one whose wait is over.
    private mutating func attempting(
        _ subject: Subject,
        at now: Moment,
        _ bans: BanBook
    ) throws(BrokenPromise) {
        guard isNetworkActive, !isShuttingDown else {
            throw BrokenPromise("\(subject.id) dials although that is forbidden")
        }
        if subject.kind == .outbound {
            try checkAutomatic(subject, at: now, bans)
            try pacing.attempt(at: now.instant, policy)
        }
        guard subject.isPersistent else {
            try insert(
                Entry(
                    id: subject.id,
                    kind: subject.kind,
                    isPersistent: false,
                    target: subject.target,
                    address: subject.address,
                    standing: .dialing,
                    since: now.instant
                )
            )
            return
        }
        var entry = try known(subject)
        guard entry.standing == .waiting else {
            throw BrokenPromise("\(entry.id) is dialled while \(entry.standing)")
        }
        switch entry.sequel {
        case .redials:
            entry.sequel = .none
        case .none:
            guard let next = entry.nextAttempt, next.earliest <= now.instant else {
                throw BrokenPromise("\(entry.id) is dialled before its wait is over")
            }
        case .retries, .waitsForNetwork:
            throw BrokenPromise("\(entry.id) is dialled at once instead: \(entry.sequel)")
        }
        guard !exhaustion.isPaused(at: now.instant) else {
            throw BrokenPromise("\(entry.id) is dialled although resources are exhausted")
        }
        entry.standing = .dialing
        entry.since = now.instant
        entry.nextAttempt = nil
        entry.untried = []
        set(entry)
    }

    private mutating func connected(_ subject: Subject, at now: Instant) throws(BrokenPromise) {
        var entry = try known(subject)
        guard entry.standing == .dialing, entry.address != nil else {
            throw BrokenPromise("\(entry.id) is connected while \(entry.standing)")
        }
        entry.standing = standingOfNewSocket(at: now)
        entry.since = now
        entry.isDialOpen = false
        entry.hasShakenHands = false
        set(entry)
    }

    private func standingOfNewSocket(at now: Instant) -> Standing {
        policy.handshake.isRequired ? .handshaking(since: now) : .established(since: now)
    }

    private mutating func accepted(_ subject: Subject, at now: Instant) throws(BrokenPromise) {
        guard subject.kind == .inbound, !subject.isPersistent, subject.address != nil else {
            throw BrokenPromise("accepted: \(subject)")
        }
        try insert(
            Entry(
                id: subject.id,
                kind: .inbound,
                isPersistent: false,
                isWhitelisted: arriving.isWhitelisted,
                isProxied: arriving.isProxied,
                target: subject.target,
                address: subject.address,
                standing: standingOfNewSocket(at: now),
                since: now
            )
        )
    }

    /// Readiness is what counts as success, for the address and for the dialler's pace.
    private mutating func ready(_ subject: Subject, at now: Instant) throws(BrokenPromise) {
        var entry = try known(subject)
        let isDue =
            switch entry.standing {
            case .waiting, .dialing: false
            case .handshaking: entry.hasShakenHands
            case .established(let since): now - since >= Policy.readyAfter
            }
        guard isDue, !entry.isReady else {
            throw BrokenPromise("\(entry.id) is not ready: \(entry)")
        }
        if entry.standing.isHandshaking { entry.standing = .established(since: now) }
        entry.isReady = true
        set(entry)
        if entry.kind != .inbound { expectedSuccesses += 1 }
        if entry.kind == .outbound { pacing.succeeded() }
    }

    /// An attempt ends, and with it the connection, unless it is persistent.
    private mutating func failed(
        _ subject: Subject,
        _ failure: DialFailure,
        at now: Moment,
        _ bans: BanBook
    ) throws(BrokenPromise) {
        var entry = try known(subject)
        guard entry.standing == .dialing else {
            throw BrokenPromise("\(entry.id) fails while \(entry.standing)")
        }
        // Of a name, the cause may be an earlier address whose time was over.
        if case .timedOut = failure, subject.address != nil {
            guard now.instant - entry.since >= policy.outbound.dialTimeout else {
                throw BrokenPromise("\(entry.id) is given up before its time")
            }
        }
        if failure.allowsNextAddress {
            // What is being dialled stands in nobody's way but its own.
            entry.address = nil
            set(entry)
            for address in entry.untried where mayDial(address, for: entry, at: now, bans) {
                throw BrokenPromise("\(entry.id) gives up and \(address) was not tried")
            }
            entry.address = subject.address
        }
        // Given up by us: blamed unless somebody cancelled it.
        if entry.isDialOpen, !failure.isCancellation { expectedFailures += 1 }
        entry.isDialOpen = false
        if entry.kind == .outbound, failure.countsForPacing { pacing.failed() }
        guard entry.isPersistent else {
            entry.owesClose = true
            set(entry)
            return
        }
        switch failure {
        case .noRoute, .resourcesExhausted:
            let pause = policy.persistent.retry
            entry.sequel = .retries(entry.retries, least: pause, most: pause)
        case .cancelled(by: .networkInactive):
            entry.sequel = .waitsForNetwork
        case .selfConnection:
            entry.sequel = longestBackoff(of: &entry)
        case .timedOut, .refused, .unreachable, .unresolved, .alreadyConnected, .banned,
            .tooManyPerHost, .unsupportedAddress, .cancelled, .io:
            entry.sequel = backoff(of: &entry)
        }
        wait(entry)
    }

    /// An established connection ends. A persistent one that was stable is redialled at once; an
    /// operator's disconnect always means a wait.
    private mutating func ended(
        _ subject: Subject,
        _ ending: Ending,
        after lasted: Duration,
        _ wasReady: Bool,
        at now: Instant
    ) throws(BrokenPromise) {
        var entry = try known(subject)
        guard let since = entry.standing.openSince, now - since == lasted,
            wasReady == entry.isReady, mayEnd(entry, by: ending, after: lasted)
        else { throw BrokenPromise("\(entry.id) ended after \(lasted), but is \(entry)") }
        if ending == .session(.selfConnection), entry.kind != .inbound, let own = entry.address {
            noteOwnAddress(own, at: now)
        }
        if ending.isPeers, !wasReady, entry.kind != .inbound { expectedFailures += 1 }
        if ending.countsForPacing, !wasReady, entry.kind == .outbound { pacing.failed() }
        guard entry.isPersistent else {
            entry.owesClose = true
            set(entry)
            return
        }
        switch ending {
        case .networkInactive:
            entry.sequel = .waitsForNetwork
        case .session(.selfConnection):
            entry.sequel = longestBackoff(of: &entry)
        case .byOperator:
            entry.sequel = backoff(of: &entry)
        case .closedByPeer, .timedOut, .io, .session, .abandoned, .banned, .shutdown:
            if !entry.standing.isHandshaking, lasted >= policy.persistent.stableAfter {
                entry.retries = 0
                entry.sequel = .redials
            } else {
                entry.sequel = backoff(of: &entry)
            }
        }
        wait(entry)
    }

    /// Some ends belong to handshakes alone.
    private func mayEnd(_ entry: Entry, by ending: Ending, after lasted: Duration) -> Bool {
        switch ending {
        case .session(.handshakeTimedOut):
            entry.standing.isHandshaking && lasted >= policy.handshake.timeout
        case .abandoned:
            entry.standing.isHandshaking && entry.kind == .manual && !entry.isPersistent
        case .closedByPeer, .timedOut, .io, .session, .byOperator, .banned, .networkInactive,
            .shutdown:
            true
        }
    }

    /// Ourselves again, most likely: as long as one may wait.
    private func longestBackoff(of entry: inout Entry) -> Sequel {
        entry.retries += 1
        let whole = policy.persistent.maxRetry
        return .retries(entry.retries, least: whole / 2, most: whole)
    }

    /// The wait doubles from the base to the maximum, and half of it is fixed.
    private func backoff(of entry: inout Entry) -> Sequel {
        entry.retries += 1
        var whole = policy.persistent.retry
        for _ in 1..<min(entry.retries, 40) { whole = min(whole * 2, policy.persistent.maxRetry) }
        whole = min(whole, policy.persistent.maxRetry)
        return .retries(entry.retries, least: whole / 2, most: whole)
    }

    /// A persistent connection goes back to waiting, and a name forgets its address.
    private mutating func wait(_ entry: Entry) {
        var entry = entry
        entry.standing = .waiting
        entry.isReady = false
        entry.owesClose = true
        entry.untried = []
        entry.nextAttempt = nil
        if entry.isNamed { entry.address = nil }
        set(entry)
    }

    /// How long the wait is was decided by the failure before.
    private mutating func retrying(
        _ subject: Subject,
        in delay: Duration,
        _ retries: UInt32,
        at now: Instant
    ) throws(BrokenPromise) {
        var entry = try known(subject)
        guard case .retries(retries, let least, let most) = entry.sequel,
            delay >= least, delay <= most
        else { throw BrokenPromise("\(entry.id) waits \(delay), expected \(entry.sequel)") }
        entry.sequel = .none
        entry.nextAttempt = (now + delay, now + delay)
        set(entry)
    }

    private mutating func added(_ subject: Subject, at now: Instant) throws(BrokenPromise) {
        guard subject.kind == .manual, subject.isPersistent else {
            throw BrokenPromise("added: \(subject)")
        }
        try insert(
            Entry(
                id: subject.id,
                kind: .manual,
                isPersistent: true,
                target: subject.target,
                address: subject.address,
                standing: .waiting,
                since: now,
                sequel: isNetworkActive ? .redials : .waitsForNetwork
            )
        )
    }

    /// An outbound or manual connection becomes persistent, under the same id and with no failure
    /// on its record.
    private mutating func adopted(_ subject: Subject) throws(BrokenPromise) {
        var entry = try entry(of: subject.id)
        guard entry.standing.openSince != nil, !entry.isPersistent, entry.kind != .inbound,
            subject.kind == .manual, subject.isPersistent
        else { throw BrokenPromise("adopted: \(subject), of which the ledger says \(entry)") }
        entry.kind = .manual
        entry.isPersistent = true
        set(entry)
    }

    private mutating func removed(_ subject: Subject) throws(BrokenPromise) {
        var entry = try known(subject)
        guard entry.isPersistent else { throw BrokenPromise("\(entry.id) wasn't persistent") }
        guard entry.standing != .waiting else {
            remove(entry.id)
            return
        }
        // What is dialled or established ends next, as any other connection.
        entry.isPersistent = false
        entry.retries = 0
        set(entry)
    }

    /// A returning network ends every pause; a network that is switched off, every wait.
    private mutating func noteNetwork(isActive: Bool, at now: Instant) {
        if isActive { networkResumedAt = now }
        isNetworkActive = isActive
        if isActive {
            forgetOwnAddresses()
            pacing.networkReturned(at: now, policy)
            exhaustion.networkReturned()
        }
        for var entry in Array(entries) where entry.standing == .waiting {
            if isActive {
                entry.retries = 0
                entry.nextAttempt = (now, now + Policy.spread)
            } else {
                entry.nextAttempt = nil
            }
            set(entry)
        }
    }

    /// From now on nothing is persistent: what waits is gone in silence, the rest ends as any
    /// other.
    private mutating func noteShutdown(of connections: Int) throws(BrokenPromise) {
        isShuttingDown = true
        let all = Array(entries)
        guard connections == all.count else {
            throw BrokenPromise("\(connections) connections shut down, there are \(all.count)")
        }
        for var entry in all {
            if entry.standing == .waiting {
                remove(entry.id)
            } else {
                entry.isPersistent = false
                entry.retries = 0
                set(entry)
            }
        }
    }

    /// At the end of a step: what a persistent connection without a report of its own went over to.
    mutating func settle(at now: Instant) {
        for index in slots.indices {
            guard let entry = slots[index], entry.sequel != .none else { continue }
            switch entry.sequel {
            case .redials where exhaustion.isPaused(at: now):
                // It waits in silence until the pause is over.
                slots[index]?.nextAttempt = exhaustion.pausedUntil.map { ($0, $0) }
                slots[index]?.sequel = .none
            case .waitsForNetwork where !isNetworkActive:
                slots[index]?.sequel = .none
            case .redials, .waitsForNetwork, .retries, .none:
                // `agree` objects.
                break
            }
        }
    }
}
