internal import Addressing
internal import ConnectionCore
import Facts
internal import Timing

/// What has lasted for too long, which is said once.
extension Ledger {
    /// There is a route after all, so that whoever was passed over for want of one may be dialled.
    mutating func noteRoute(to address: PeerAddress) {
        if rests.hasRoute(address) { pacing.freed() }
    }

    /// After each step: whether as many outbound peers are ready as are wanted.
    mutating func noteTarget(at now: Instant) {
        let ready = entries.count { $0.isLimited && $0.kind == .outbound && $0.isReady }
        guard isNetworkActive, !isShuttingDown, ready < policy.outbound.target else {
            (missedSince, isMissSaid, isShortageSaid) = (nil, false, false)
            return
        }
        missedSince = missedSince ?? now
    }

    mutating func targetMissed(
        _ ready: Int,
        of target: Int,
        for duration: Duration,
        at now: Instant
    ) throws(BrokenPromise) {
        let counted = entries.count { $0.isLimited && $0.kind == .outbound && $0.isReady }
        guard let since = missedSince, !isMissSaid, duration >= Report.patience,
            now - since >= duration, ready == counted, target == policy.outbound.target
        else { throw BrokenPromise("the target is said to be missed for \(duration): \(ready)") }
        isMissSaid = true
    }

    mutating func isDown(
        _ subject: Subject,
        for duration: Duration,
        _ cause: Setback.Cause?,
        at now: Instant
    ) throws(BrokenPromise) {
        var entry = try known(subject)
        guard entry.isPersistent, !entry.isDownSaid, let since = entry.downSince,
            now - since == duration, cause == entry.setback,
            now - max(since, networkResumedAt ?? since) >= Report.patience
        else { throw BrokenPromise("\(subject.id) is said to be down for \(duration)") }
        entry.isDownSaid = true
        set(entry)
    }
}

extension Ledger.Entry {
    /// Why it is down is remembered, and that anything failed isn't.
    mutating func startAnew() {
        (retries, setbacks, hangUps) = (0, 0, 0)
    }

    /// One more failure of a persistent peer. Whoever is connected under another entry isn't down.
    mutating func note(_ cause: Setback.Cause, isHangUp: Bool, at now: Instant) {
        setback = cause
        setbacks += 1
        hangUps = isHangUp ? hangUps + 1 : 0
        if case .failed(.alreadyConnected) = cause {
            downSince = nil
            isDownSaid = false
        } else {
            downSince = downSince ?? now
        }
    }
}
