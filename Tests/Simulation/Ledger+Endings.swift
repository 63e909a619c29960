internal import Addressing
internal import ConnectionCore
import Facts
internal import Timing

/// How attempts and connections end, and what persistent ones do then.
extension Ledger {
    /// An attempt ends, and with it the connection, unless it is persistent.
    mutating func failed(
        _ subject: Subject,
        _ failure: DialFailure,
        again: Bool,
        at now: Moment,
        _ bans: BanBook
    ) throws(BrokenPromise) {
        var entry = try known(subject)
        guard entry.standing == .dialing else {
            throw BrokenPromise("\(entry.id) fails while \(entry.standing)")
        }
        if case .alreadyConnected(let other) = failure, entry.isPersistent, mayAdopt(other) {
            return try handsOver(entry, to: other, at: now, bans)
        }
        // What was dialled last. Of a name, whose other addresses were passed over then, the report
        // has none.
        let late = entry.address
        // Of a name, the cause may be an earlier address whose time was over.
        if case .timedOut(let after) = failure, subject.address != nil {
            guard mayTimeOut(entry, after, at: now.instant) else {
                throw BrokenPromise("\(entry.id) is given up before its time")
            }
        }
        // When the caller's time is over, it is for all addresses.
        if failure.allowsNextAddress, !isOver(entry, at: now.instant) {
            // What is being dialled stands in nobody's way but its own.
            entry.address = nil
            set(entry)
            for address in entry.untried
            where mayDial(address, for: entry, at: now, bans) || mayAdopt(address, for: entry) {
                throw BrokenPromise("\(entry.id) gives up and \(address) was not tried")
            }
            entry.address = subject.address
        }
        // Given up by us: blamed unless somebody cancelled it.
        if entry.isDialOpen, !failure.isCancellation {
            expectedFailures += 1
            if entry.limit == nil, let late { noteRoute(to: late) }
        }
        entry.isDialOpen = false
        if entry.kind == .outbound, failure.countsForPacing { pacing.failed() }
        guard entry.isPersistent else {
            entry.owesClose = true
            set(entry)
            return
        }
        let isRepeated =
            failure.isOurOwn && entry.setbacks > 0 && entry.setback == .failed(failure)
        guard isRepeated == again else {
            throw BrokenPromise("\(entry.id) failed\(again ? " again" : ""): \(failure)")
        }
        entry.note(.failed(failure), isHangUp: failure == .io(errno: 104), at: now.instant)
        switch failure {
        case .noRoute, .noLocalEnd, .resourcesExhausted:
            let pause = policy.persistent.retry
            entry.sequel = again ? .none : .waitsQuietly(pause)
        case .cancelled(by: .networkInactive):
            entry.sequel = .waitsForNetwork
        case .selfConnection:
            entry.sequel = longestBackoff(of: &entry)
        case .timedOut, .refused, .unreachable, .unresolved, .alreadyConnected, .banned,
            .tooManyPerHost, .unsupportedAddress, .cancelled, .io:
            entry.sequel = backoff(of: &entry)
        }
        wait(entry)
        if again {
            let next = now.instant + policy.persistent.retry
            slots[entry.id.slot]?.nextAttempt = (next, next)
        }
    }

    /// That it waits quietly is said once, and for how long each time.
    mutating func waitsQuietly(
        _ subject: Subject,
        _ failure: DialFailure,
        every pause: Duration,
        at now: Instant
    ) throws(BrokenPromise) {
        var entry = try known(subject)
        guard case .waitsQuietly(pause) = entry.sequel, entry.setback == .failed(failure) else {
            throw BrokenPromise("\(entry.id) waits quietly for \(pause)")
        }
        entry.sequel = .none
        entry.nextAttempt = (now + pause, now + pause)
        set(entry)
    }

    /// A connected one ends. A persistent one that was stable is redialled at once; an
    /// operator's disconnect always means a wait.
    mutating func ended(
        _ subject: Subject,
        _ ending: Ending,
        after lasted: Duration,
        _ wasReady: Bool,
        at now: Instant
    ) throws(BrokenPromise) {
        var entry = try known(subject)
        guard let since = entry.standing.openSince, now - since == lasted,
            wasReady == entry.isReady, mayEnd(entry, by: ending, at: now)
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
        let isHangUp = [.closedByPeer, .io(errno: 104), .io(errno: 32)].contains(ending)
        let isShort = lasted < Policy.readyAfter
        entry.note(.ended(ending), isHangUp: isHangUp && isShort, at: now)
        switch ending {
        case .networkInactive:
            entry.sequel = .waitsForNetwork
        case .session(.selfConnection):
            entry.sequel = longestBackoff(of: &entry)
        case .byOperator:
            entry.sequel = backoff(of: &entry)
        case .closedByPeer, .timedOut, .io, .session, .attemptTimedOut, .abandoned, .banned,
            .shutdown:
            if !entry.standing.isHandshaking, lasted >= policy.persistent.stableAfter {
                entry.startAnew()
                entry.sequel = .redials
            } else {
                entry.sequel = backoff(of: &entry)
            }
        }
        wait(entry)
    }

    /// Some ends belong to handshakes alone.
    private func mayEnd(_ entry: Entry, by ending: Ending, at now: Instant) -> Bool {
        switch ending {
        case .session(.handshakeTimedOut):
            entry.standing.isHandshaking
                && timePassed(of: entry, at: now) >= policy.handshake.timeout
        case .attemptTimedOut(let after):
            entry.standing.isHandshaking && after == entry.limit?.duration && isOver(entry, at: now)
        case .abandoned:
            entry.standing.isHandshaking && entry.kind == .manual && !entry.isPersistent
        case .closedByPeer, .timedOut, .io, .session, .byOperator, .banned, .networkInactive,
            .shutdown:
            true
        }
    }

    /// A caller's limit stands in the place of the one for each address.
    private func mayTimeOut(_ entry: Entry, _ after: Duration, at now: Instant) -> Bool {
        guard let limit = entry.limit else {
            return timePassed(of: entry, at: now) >= policy.outbound.dialTimeout
        }
        return after == limit.duration && isOver(entry, at: now)
    }

    /// How much of its time a phase, or the dial to an address, has had.
    func timePassed(of entry: Entry, at now: Instant) -> Duration {
        now - entry.since - entry.grace
    }

    /// Whether the time is over that its caller gave the attempt.
    func isOver(_ entry: Entry, at now: Instant) -> Bool {
        entry.limit.map { $0.until <= now } ?? false
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
    mutating func retrying(
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
}
