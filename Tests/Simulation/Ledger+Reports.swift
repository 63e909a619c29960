internal import Addressing
internal import ConnectionCore
import Facts
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
            try failed(subject, failure, again: false, at: now, bans)
        case .failedAgain(let subject, let failure):
            try failed(subject, failure, again: true, at: now, bans)
        case .ended(let subject, let ending, let lasted, let wasReady):
            try ended(subject, ending, after: lasted, wasReady, at: now.instant)
        case .retrying(let subject, let delay, let retries):
            try retrying(subject, in: delay, retries, at: now.instant)
        case .persistentWaiting(let subject, let failure, let pause):
            try waitsQuietly(subject, failure, every: pause, at: now.instant)
        case .hangingUp(let subject, let times):
            guard let entry = self[subject.id], entry.isPersistent, entry.hangUps == times,
                times == 3
            else { throw BrokenPromise("\(subject) is said to hang up \(times) times") }
        case .persistentDown(let subject, let duration, let cause):
            try isDown(subject, for: duration, cause, at: now.instant)
        case .persistentAdded(let subject):
            try added(subject, at: now.instant)
        case .persistentAdopted(let subject):
            try adopted(subject, at: now.instant)
        case .persistentRemoved(let subject):
            try removed(subject)
        case .outboundPaused(let failures, let pause):
            try pacing.paused(failures, for: pause, at: now.instant, policy)
        case .nobodyToDial(let missing, let exclusions):
            guard !isShortageSaid else {
                throw BrokenPromise("that there is nobody is said twice")
            }
            isShortageSaid = true
            shortage = Shortage(missing: missing, exclusions: exclusions)
        case .targetMissed(let ready, let target, let duration, _):
            try targetMissed(ready, of: target, for: duration, at: now.instant)
        case .resourcesExhausted(_, let pause):
            try exhaustion.reported(pause, policy)
        case .networkActive(let isActive):
            noteNetwork(isActive: isActive, at: now.instant)
        case .shuttingDown(let connections):
            try noteShutdown(of: connections)
        case .banned(let ban, _):
            guard bans.inForce(at: now).contains(ban) else {
                throw BrokenPromise("\(ban) is reported and not in force")
            }
        case .refused, .refusalsSilenced, .refusalsSuppressed, .unbanned, .bansSilenced,
            .bansSuppressed:
            // The doorman's and the commands' business.
            break
        }
    }

    /// The entry that a report is about, which must say of it what the ledger knows.
    func known(_ subject: Subject) throws(BrokenPromise) -> Entry {
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
            if let address = subject.address { rests.dialled(address, at: now.instant) }
        }
        guard subject.isPersistent else {
            try insert(
                Entry(
                    id: subject.id,
                    kind: subject.kind,
                    isPersistent: false,
                    limit: subject.kind != .manual ? nil : asked.map { ($0, now.instant + $0) },
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
        case .retries, .waitsQuietly, .waitsForNetwork:
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
        if !entry.standing.isHandshaking { entry.limit = nil }
        entry.since = now
        entry.isDialOpen = false
        entry.hasShakenHands = false
        if let address = entry.address { noteRoute(to: address) }
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
                isTrusted: arriving.isTrusted,
                gate: arriving.gate,
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
            case .established: timePassed(of: entry, at: now) >= Policy.readyAfter
            }
        guard isDue, !entry.isReady else {
            throw BrokenPromise("\(entry.id) is not ready: \(entry)")
        }
        if entry.standing.isHandshaking { entry.standing = .established(since: now) }
        entry.isReady = true
        entry.downSince = nil
        entry.isDownSaid = false
        set(entry)
        if entry.kind != .inbound { expectedSuccesses += 1 }
        if entry.kind == .outbound { pacing.succeeded() }
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
                downSince: now,
                sequel: isNetworkActive ? .redials : .waitsForNetwork
            )
        )
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
        isShortageSaid = false
        (missedSince, isMissSaid) = (nil, false)
        if isActive {
            forgetOwnAddresses()
            pacing.networkReturned(at: now, policy)
            exhaustion.networkReturned()
        }
        for var entry in Array(entries) where entry.standing == .waiting {
            if isActive {
                entry.startAnew()
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
        noteTarget(at: now)
        for index in slots.indices {
            guard let entry = slots[index], entry.sequel != .none else { continue }
            switch entry.sequel {
            case .redials where exhaustion.isPaused(at: now):
                // It waits in silence until the pause is over.
                slots[index]?.nextAttempt = exhaustion.pausedUntil.map { ($0, $0) }
                slots[index]?.sequel = .none
            case .waitsForNetwork where !isNetworkActive:
                slots[index]?.sequel = .none
            case .redials, .waitsForNetwork, .retries, .waitsQuietly, .none:
                // `agree` objects.
                break
            }
        }
    }
}
