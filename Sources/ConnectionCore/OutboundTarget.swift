internal import Addressing
import Facts
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
    /// Nobody was found when an address was looked for last.
    var idle: Idleness?
    /// That there is nobody has been said, and the target hasn't been held since.
    var isShortageSaid = false

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
        for check in PaceCheck.inOrder {
            if let end = end(of: check) { earliest = max(earliest, end) }
        }
        // What was freed may be somebody to dial.
        if let idle = outbound.idle, idle.releases == releases {
            earliest = max(earliest, idle.lookAgainAt)
        }
        return earliest
    }

    /// Whether no `WantCheck` refuses, as `checkInvariants` sees to. Each is named, since each
    /// event asks, and a loop over them costs it several times as much.
    var wantsOutbound: Bool {
        !refuses(.shutdown) && !refuses(.network) && !refuses(.target) && !refuses(.slots)
    }

    /// Starts what may start now. Ends, since each turn either starts an attempt or finds nobody,
    /// which postpones the next one. Where more may start than `mostDialsAtOnce`, the deadline
    /// stays "now".
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
            guard let address = pickAddress(at: now, &source, &actions) else { continue }
            outbound.idle = nil
            rests.attempt(in: Region(address), at: now.instant)
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
        lookAgain()
    }

    /// Other addresses, or other rules: whether there is nobody to dial is a new question.
    mutating func lookAgain() {
        outbound.idle = nil
        outbound.isShortageSaid = false
    }

    /// An automatic attempt failed.
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

    /// Somebody who may be dialled for one slot; nil if nobody is found, which is noted.
    private mutating func pickAddress<Source: AddressSource>(
        at now: Moment,
        _ source: inout Source,
        _ actions: inout Actions
    ) -> PeerAddress? {
        let resting = rests.resting(at: now.instant)
        var passedOver = PassedOver()
        for pick in 0..<Policy.Outbound.picks {
            let candidate = source.pick(avoiding: resting, at: now, using: &random)
            guard let candidate else { break }
            let question = PickQuestion(
                address: candidate.address,
                now: now,
                candidate: candidate
            )
            guard let obstacle = obstacle(to: question, pick: pick) else {
                return candidate.address
            }
            passedOver.note(candidate.address, obstacle)
        }
        noteNobody(passedOver, resting: resting, at: now, asking: source, &actions)
        return nil
    }

    /// The first rule that excludes an address at this pick.
    private func obstacle(to question: PickQuestion, pick: Int) -> Rule? {
        for check in PickCheck.inOrder {
            if let rule = ask(check, about: question), rule.excludes(atPick: pick) { return rule }
        }
        return nil
    }
}
