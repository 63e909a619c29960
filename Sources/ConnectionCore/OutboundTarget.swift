internal import Addressing
internal import Timing

/// When the automatic dialler may start its next attempt.
struct OutboundPacing: Sendable {
    /// Attempts in a row that didn't lead to a ready connection, of whatever cause.
    var failures = 0
    /// While there are too many of them, or the network has just come back: nothing starts before.
    var notBefore: Instant?
    /// A returning network's dials are spread until then.
    var spreadUntil: Instant?
    /// When the network came back: what was attempted before is as good as new.
    var resumedAt: Instant?

    var isRationed: Bool { failures >= Policy.Outbound.failuresBeforePause }
}

/// Holding the outbound target: all missing connections are dialled at the same time, in as many
/// turns of the loop as it takes, nothing is dialled while the target is held, and the moment one
/// closes, one dial starts.
extension ConnectionCore {
    /// When the next automatic attempt may start; nil while none is wanted.
    var outboundDeadline: Instant? {
        guard wantsOutbound else { return nil }
        var earliest = Instant(nanoseconds: .min)
        if let until = outbound.notBefore { earliest = max(earliest, until) }
        if let until = exhaustion.pausedUntil { earliest = max(earliest, until) }
        return earliest
    }

    private var wantsOutbound: Bool {
        guard !isShuttingDown, isNetworkActive else { return false }
        return table.census.limited.outbound < policy.outbound.target
            && Reservation(policy).admits(.outbound, beside: table.census.limited)
    }

    /// Starts what may start now. Ends, since each turn either starts an attempt or counts a
    /// failure, and 25 failures postpone the next one. Where more may start than `mostDialsAtOnce`,
    /// the deadline stays "now".
    mutating func holdOutboundTarget<Source: AddressSource>(
        at now: Moment,
        _ source: inout Source,
        _ actions: inout Actions
    ) {
        var started = 0
        while started < Policy.Outbound.mostDialsAtOnce,
            let due = outboundDeadline, due <= now.instant
        {
            pace(at: now.instant)
            guard let address = pickAddress(at: now, &source) else {
                noteOutboundFailure(at: now.instant, &actions)
                continue
            }
            source.attempted(address, at: now)
            started += 1
            let connection = table.insert(
                .outbound,
                to: .address(address),
                phase: .dialing(until: now.instant)
            )
            dial(connection.id, at: now.instant, &actions)
        }
    }

    /// Notes that an attempt starts.
    private mutating func pace(at now: Instant) {
        outbound.notBefore = nil
        if outbound.isRationed { outbound.notBefore = now + policy.outbound.retry }
        if let end = outbound.spreadUntil {
            if now < end {
                let next = now + Policy.spread / max(policy.outbound.target, 1)
                outbound.notBefore = max(outbound.notBefore ?? next, next)
            } else {
                outbound.spreadUntil = nil
            }
        }
    }

    /// What has failed so far says nothing about addresses that are new.
    mutating func endOutboundPause() {
        outbound.failures = 0
        outbound.notBefore = nil
    }

    /// An automatic attempt failed, or nothing was there to attempt.
    mutating func noteOutboundFailure(at now: Instant, _ actions: inout Actions) {
        outbound.failures += 1
        guard outbound.failures == Policy.Outbound.failuresBeforePause else { return }
        let pause = policy.outbound.retry
        outbound.notBefore = max(outbound.notBefore ?? now + pause, now + pause)
        actions.report(.outboundPaused(failures: outbound.failures, for: pause))
    }

    func isOfThisNetwork(_ attempt: Instant) -> Bool {
        outbound.resumedAt.map { attempt >= $0 } ?? true
    }

    private mutating func pickAddress<Source: AddressSource>(
        at now: Moment,
        _ source: inout Source
    ) -> PeerAddress? {
        for pick in 0..<Policy.Outbound.picks {
            guard let candidate = source.pick(at: now, using: &random) else { return nil }
            guard isSuitable(candidate, pick: pick, at: now) else { continue }
            let address = candidate.address
            let limit = policy.limits.perHost
            if limit > 0, table.count(of: HostKey(address.host)) >= limit { return nil }
            return address
        }
        return nil
    }

    private func isSuitable(_ candidate: AddressCandidate, pick: Int, at now: Moment) -> Bool {
        let address = candidate.address
        guard Self.isDialable(address) else { return false }
        if let since = candidate.sinceLastAttempt, isOfThisNetwork(now.instant - since) {
            if since < Policy.Outbound.justNow { return false }
            let avoidsRecent = pick < Policy.Outbound.picksAvoidingRecent
            if avoidsRecent, since < Policy.Outbound.recently { return false }
        }
        if pick < Policy.Outbound.picksWantingDefaultPort, let port = policy.outbound.defaultPort,
            address.port != port
        {
            return false
        }
        if bans.ban(covering: address, at: now.wall) != nil { return false }
        if ownAddresses.contains(address, at: now.instant) { return false }
        if offenders.contains(address, at: now.instant) { return false }
        guard table.connection(at: address) ?? table.connection(lastAt: address) == nil else {
            return false
        }
        let limit = policy.outbound.maxPerGroup
        return limit == 0 || table.count(of: NetworkGroup(address.host)) < limit
    }
}
