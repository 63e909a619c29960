import Facts
package import Timing

/// What an operator must know although nothing new happens: that the target isn't reached, or a
/// persistent peer is down, for longer than any trouble that passes by itself.
package struct Patience: Sendable {
    /// Since when fewer outbound peers have been ready than wanted; nil while they are as many, or
    /// the network is inactive.
    var targetMissedSince: Instant?
    var isTargetMissedSaid = false
    /// When one of the persistent peers may have been down for so long; nil if none is down of
    /// which that hasn't been said.
    var persistentReview: Instant?

    var deadline: Instant? {
        let target = isTargetMissedSaid ? nil : targetMissedSince.map { $0 + Report.patience }
        return [target, persistentReview].compactMap { $0 }.min()
    }
}

extension ConnectionCore {
    /// Since when fewer outbound peers than wanted have been ready; nil if they are as many.
    package var targetMissedSince: Instant? { patience.targetMissedSince }

    /// Notes whether the target is reached. To be called when peers may have got ready, or fewer,
    /// or others may be wanted.
    mutating func reviewTarget(at now: Instant) {
        let isMissed =
            isNetworkActive && !isShuttingDown
            && table.census.ready.outbound < policy.outbound.target
        if !isMissed {
            patience.targetMissedSince = nil
            patience.isTargetMissedSaid = false
            outbound.isShortageSaid = false
        } else if patience.targetMissedSince == nil {
            patience.targetMissedSince = now
        }
    }

    /// Sees to it that a persistent peer which is down from now on isn't forgotten.
    mutating func awaitPersistent(from now: Instant) {
        let review = now + Report.patience
        patience.persistentReview = min(patience.persistentReview ?? review, review)
    }

    /// Says what has lasted for too long.
    mutating func losePatience(at now: Instant, _ actions: inout Actions) {
        reviewTarget(at: now)
        if let since = patience.targetMissedSince, !patience.isTargetMissedSaid,
            since + Report.patience <= now
        {
            patience.isTargetMissedSaid = true
            actions.report(
                .targetMissed(
                    ready: table.census.ready.outbound,
                    target: policy.outbound.target,
                    for: now - since,
                    outbound.idle?.shortage.exclusions
                )
            )
        }
        guard let review = patience.persistentReview, review <= now else { return }
        patience.persistentReview = nil
        // Nobody can be up before the network is; then all have their time anew.
        guard isNetworkActive, !isShuttingDown else { return }
        for slot in table.persistences.keys.sorted() {
            reviewPersistent(inSlot: slot, now, &actions)
        }
    }

    private mutating func reviewPersistent(
        inSlot slot: UInt32,
        _ now: Instant,
        _ actions: inout Actions
    ) {
        guard let connection = table.connection(inSlot: Int(slot)),
            let persistence = table.persistence(of: connection.id), !persistence.isDownSaid,
            let since = persistence.downSince
        else { return }
        let due = max(since, outbound.resumedAt ?? since) + Report.patience
        guard due <= now else {
            patience.persistentReview = min(patience.persistentReview ?? due, due)
            return
        }
        table.updatePersistence(connection.id) { $0.isDownSaid = true }
        actions.report(
            .persistentDown(subject(connection), for: now - since, persistence.setback?.cause)
        )
    }
}
