internal import Addressing
internal import ConnectionCore
import Facts
internal import Timing

/// Liveness: what must come true once the world is kind, and by when.
extension World {
    /// The longest that a turn comes late, and the longest that a lookup or a connect takes here.
    private static let slack = Duration.seconds(3)

    /// From now on the network is there, descriptors are free, everybody answers and stays, nobody
    /// is banned, and each name has an address of its own. No more commands and moods.
    mutating func becomeKind() throws(BrokenPromise) {
        mood = .kind
        population.becomeKind()
        write("kind")
        for ban in bans.bans { try unban(ban.prefix) }
        try setNetworkActive(true)
        try changeAddresses()
        // What operators connected holds groups that the dialler may need.
        for entry in Array(ledger.entries) where entry.kind == .manual && !entry.isPersistent {
            try disconnect(.number(entry.id.number))
        }
    }

    /// When every persistent peer must be connected and ready.
    ///
    /// At worst one is in the middle of a dial to a black hole, which ends with the dial timeout,
    /// or of a handshake that is never finished, which ends with its own. It then waits, for at
    /// most the maximum (jitter only shortens it) or, if the dial failed for want of descriptors
    /// just before, for the retry interval and after it for the rest of the pause of the same
    /// length. The attempt that follows succeeds, and 10 s later the peer is ready. With the
    /// defaults: 30 + 300 + 2·5 + 10 s and slack for a few connects, under 6 min.
    var persistentBound: Duration {
        let policy = scenario.policy
        return longestAttempt
            + max(policy.persistent.maxRetry, policy.persistent.retry)
            + policy.outbound.retry * 2 + Policy.readyAfter + Self.slack
    }

    /// When the outbound target must be held by ready peers.
    ///
    /// At worst each slot is taken by a dial to a black hole, which ends with the dial timeout, or
    /// by a handshake that is never finished, and by then 25 failures are reached: one attempt
    /// starts per retry interval. What was attempted in the last 60 s isn't picked, so that the
    /// first attempt may find nothing for so long; then it starts within an interval, succeeds, and
    /// 10 s later it is ready and ends the rationing. The missing ones are dialled at once and
    /// ready another 10 s later, or, if their picks found too few addresses (each slot looks at
    /// 100), after one more round: a minute, an interval and 10 s. A region that had no route rests
    /// for a minute at most before the first of its addresses is tried. With the defaults:
    /// 30 + 60 + 2 · (60 + 5 + 10) + 10 s and slack, 4 min and 15 s.
    var outboundBound: Duration {
        let policy = scenario.policy
        let round = Policy.Outbound.justNow + policy.outbound.retry + Policy.readyAfter
        let rest = Duration.seconds(60)
        return longestAttempt + rest + round * 2 + Policy.readyAfter + Self.slack * 2
    }

    /// What was begun before the world was kind ends by itself after this at the latest: only one
    /// of the two, since who is reached now shakes hands at once.
    private var longestAttempt: Duration {
        let policy = scenario.policy
        return policy.handshake.isRequired
            ? max(policy.outbound.dialTimeout, policy.handshake.timeout)
            : policy.outbound.dialTimeout
    }

    /// Whether the list has enough for the target: three dialable groups for each connection that
    /// may need one, so that 50 random picks find a free one (a miss each in 10^8 slots).
    var hasEnoughAddresses: Bool {
        let port = scenario.policy.outbound.defaultPort
        let dialable = population.listed.filter {
            Ledger.isDialable($0) && (port == nil || $0.port == port)
                && !ledger.isOffender($0, at: now)
        }
        let groups = Set(dialable.map { NetworkGroup($0.host) })
        return groups.count >= 3 * (ledger.outboundTarget + ledger.persistent)
    }

    func checkPersistentAreReady() throws(BrokenPromise) {
        for entry in ledger.entries where entry.isPersistent {
            try require(entry.isReady, "the world is kind and \(entry.id) isn't ready: \(entry)")
        }
    }

    func checkTargetIsHeld() throws(BrokenPromise) {
        guard hasEnoughAddresses else { return }
        let ready = ledger.entries.count { $0.kind == .outbound && $0.isReady }
        try require(
            ready == ledger.outboundTarget,
            "the world is kind and only \(ready) of \(ledger.outboundTarget) peers are ready"
        )
    }
}
