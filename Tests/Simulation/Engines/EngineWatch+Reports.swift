internal import Addressing
internal import ConnectionCore
import Engine
import Facts
internal import Timing

/// Whether reports come in an order that makes sense, each of what was said before it.
extension EngineWatch {
    mutating func note(
        _ report: Report,
        _ details: ReportDetails,
        at now: Moment
    ) throws(BrokenPromise) {
        noteTotals(report)
        switch report {
        case .attempting(let subject): try noteAttempt(subject, at: now.instant)
        case .connected(let subject):
            try require(subject, at: .attempting)
            open(subject, at: now.instant)
        case .accepted(let subject):
            try insert(entry(subject, .open, at: now.instant))
            try checkAdmission(subject)
        case .ready(let subject): try noteReady(subject, details, at: now.instant)
        case .failed(let subject, let failure):
            try noteFailure(subject, failure, at: now.instant)
            noteEnded(report, nil, at: now)
        case .failedAgain(let subject, let failure):
            guard subject.isPersistent else {
                throw BrokenPromise("\(subject.id) fails again, and isn't persistent")
            }
            try noteFailure(subject, failure, at: now.instant)
        case .ended(let subject, _, let lasted, let wasReady):
            try noteEnd(subject, details, after: lasted, wasReady: wasReady, at: now.instant)
            if case .ended(let traffic, _) = details { noteEnded(report, traffic, at: now) }
        case .retrying(let subject, _, _), .persistentWaiting(let subject, _, _):
            try require(subject, at: .waiting)
        case .hangingUp(let subject, _):
            try requirePersistent(subject)
        case .persistentDown(let subject, _, _):
            try requirePersistent(subject)
            if entry(subject.id)?.isReady ?? true {
                throw BrokenPromise("\(subject.id) is said to be down and is ready")
            }
        case .persistentAdded(let subject):
            try insert(entry(subject, .waiting, at: now.instant))
            noteWanted(subject.target)
        case .persistentAdopted(let subject): try noteAdoption(subject)
        case .persistentRemoved(let subject): try noteRemoval(subject)
        case .shuttingDown: noteShutDown()
        case .refused, .refusalsSilenced, .refusalsSuppressed, .outboundPaused, .nobodyToDial,
            .targetMissed, .resourcesExhausted, .banned, .unbanned, .bansSilenced,
            .bansSuppressed, .networkActive:
            break
        }
    }

    private mutating func noteEnded(_ report: Report, _ traffic: Traffic?, at now: Moment) {
        let ended = EndedConnection(
            report,
            at: now.instant,
            bytesIn: traffic?.received,
            bytesOut: traffic?.sent
        )
        if let ended { noteEnded(ended) }
    }

    private func entry(_ subject: Subject, _ stage: Stage, at now: Instant) -> Entry {
        Entry(
            id: subject.id,
            kind: subject.kind,
            isPersistent: subject.isPersistent,
            target: subject.target,
            address: subject.address,
            stage: stage,
            since: now
        )
    }

    // MARK: Each

    private mutating func noteAttempt(_ subject: Subject, at now: Instant) throws(BrokenPromise) {
        touch(subject.id)
        guard subject.isPersistent else {
            try insert(entry(subject, .attempting, at: now))
            if subject.kind == .outbound {
                let count = all.count { $0.kind == .outbound && !$0.isPersistent }
                guard count <= policy.core.outbound.target else {
                    throw BrokenPromise("\(count) outbound connections, beyond the target")
                }
            }
            return
        }
        try require(subject, at: .waiting)
        update(subject.id) {
            $0.stage = .attempting
            $0.since = now
            // A name is looked up anew.
            $0.address = subject.address
        }
    }

    private mutating func open(_ subject: Subject, at now: Instant) {
        update(subject.id) {
            $0.stage = .open
            $0.since = now
            $0.carried = Traffic()
            $0.address = subject.address
        }
    }

    private mutating func noteReady(
        _ subject: Subject,
        _ details: ReportDetails,
        at now: Instant
    ) throws(BrokenPromise) {
        try require(subject, at: .open)
        guard entry(subject.id)?.isReady == false else {
            throw BrokenPromise("\(subject.id) is ready twice")
        }
        let isIntroduced = if case .introduced = details { true } else { false }
        guard isIntroduced == policy.core.handshake.isRequired else {
            throw BrokenPromise("\(subject.id) is ready, \(details) is said of it")
        }
        update(subject.id) {
            $0.isReady = true
            // Without a handshake it has been established since it was connected.
            if isIntroduced { $0.since = now }
        }
    }

    private mutating func noteFailure(
        _ subject: Subject,
        _ failure: DialFailure,
        at now: Instant
    ) throws(BrokenPromise) {
        try require(subject, at: .attempting)
        noteClosing(subject.id)
        guard subject.isPersistent else { return remove(subject.id) }
        update(subject.id) {
            $0.stage = .waiting
            $0.since = now
            if case .alreadyConnected = failure { $0.mayBeMerged = true }
        }
    }

    private mutating func noteEnd(
        _ subject: Subject,
        _ details: ReportDetails,
        after lasted: Duration,
        wasReady: Bool,
        at now: Instant
    ) throws(BrokenPromise) {
        try require(subject, at: .open)
        guard let entry = entry(subject.id) else { return }
        guard entry.isReady == wasReady, now - entry.since == lasted else {
            throw BrokenPromise(
                "\(subject.id) was ready: \(wasReady), and lasted \(lasted); reported was \(entry)"
            )
        }
        guard case .ended(let traffic, _) = details, traffic == entry.carried else {
            throw BrokenPromise("\(subject.id) ends with \(details), carried was \(entry.carried)")
        }
        noteClosing(subject.id)
        guard subject.isPersistent else { return remove(subject.id) }
        update(subject.id) {
            $0.stage = .waiting
            $0.isReady = false
            $0.since = now
        }
    }

    private mutating func noteAdoption(_ subject: Subject) throws(BrokenPromise) {
        touch(subject.id)
        guard let entry = entry(subject.id), entry.stage == .open, !entry.isPersistent,
            entry.kind != .inbound
        else { throw BrokenPromise("\(subject.id) is adopted and can't be") }
        // The entry of a name that has found it has gone into it.
        for other in Array(all) where other.mayBeMerged && other.target == subject.target {
            remove(other.id)
        }
        update(subject.id) {
            $0.kind = .manual
            $0.isPersistent = true
            $0.target = subject.target
        }
        noteWanted(subject.target)
    }

    private mutating func noteWanted(_ target: PeerTarget) {
        refused.removeAll { $0 == target }
        unwanted.remove(target)
    }

    private mutating func noteRemoval(_ subject: Subject) throws(BrokenPromise) {
        try requirePersistent(subject)
        unwanted.insert(subject.target)
        update(subject.id) { $0.isPersistent = false }
        if entry(subject.id)?.stage == .waiting { remove(subject.id) }
    }

    // MARK: Rules

    /// Admission by limits, for a stranger: nobody here is whitelisted or comes from loopback.
    private func checkAdmission(_ subject: Subject) throws(BrokenPromise) {
        let limited = all.count { !$0.isPersistent }
        guard limited <= policy.core.limits.connections else {
            throw BrokenPromise("\(limited) connections, beyond the limit")
        }
        let limit = policy.core.limits.perHost
        guard limit > 0, let host = subject.address?.host else { return }
        let count = all.count {
            $0.stage != .waiting && $0.address.map { HostKey($0.host) == HostKey(host) } ?? false
        }
        guard count <= limit else {
            throw BrokenPromise("\(count) connections of \(host), beyond the limit")
        }
    }

    private mutating func requirePersistent(_ subject: Subject) throws(BrokenPromise) {
        touch(subject.id)
        guard let entry = entry(subject.id), entry.isPersistent else {
            throw BrokenPromise("\(subject.id) isn't persistent")
        }
    }

    private mutating func require(_ subject: Subject, at stage: Stage) throws(BrokenPromise) {
        touch(subject.id)
        guard let entry = entry(subject.id), entry.stage == stage else {
            throw BrokenPromise("\(subject.id) isn't \(stage)")
        }
        // What a shutdown ends isn't persistent any more.
        guard entry.isPersistent == subject.isPersistent || isEnding,
            entry.kind == subject.kind, entry.target == subject.target
        else { throw BrokenPromise("\(subject) is reported of what is \(entry)") }
        if isEnding { update(subject.id) { $0.isPersistent = subject.isPersistent } }
    }
}
