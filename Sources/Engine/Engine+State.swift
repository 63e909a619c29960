internal import Addressing
internal import ConnectionCore
internal import Facts
package import Timing

/// What operators change outlives the process.
extension Engine {
    /// What came of a request to the store.
    package enum StoreAnswer: Sendable {
        case loaded(StoredState)
        /// It can be read and, for this reason, not be written.
        case loadedUnwritable(StoredState, StoreFailure)
        case saved
        case failed(StoreFailure)
    }

    /// What there is to tell of an answer.
    package struct StoreOutcome: Sendable {
        /// It is the first success after a failure.
        package var works = false
        /// When it is tried again, if it is the first failure after a success.
        package var retry: Duration?
        /// What was stored and is in force now.
        package var restoration: StateChanges.Restoration?
    }

    /// When `keepState` has something to say though nothing changed.
    package var storeDeadline: Instant? {
        guard let one = state.deadline, let other = state.checkDeadline else {
            return state.deadline ?? state.checkDeadline
        }
        return min(one, other)
    }

    /// Whether the ends of bans on disk depend on the calendar's clock.
    package func storesTimes(at now: Moment) -> Bool {
        keepsState && core.bans.hasTimed(at: now)
    }

    /// Has the store be given what there is to do, if it has answered the last request. To be
    /// called once a turn, so that what happened in it is one transaction.
    package mutating func keepState(at now: Moment, _ steps: inout Steps) {
        guard keepsState, state.mayAsk(at: now.instant) else { return }
        note(.keepState, at: now, steps.pending.count)
        defer { noteOutcome(steps) }
        if let request = state.nextRequest(of: core, at: now) {
            steps.append(.store(request))
        } else if state.nextCheck(at: now.instant) {
            steps.append(.store(.check))
        }
    }

    /// The store has answered. `settingAside` says that it has a new file, in the place of a
    /// damaged one.
    package mutating func finishStoring(
        _ answer: StoreAnswer,
        settingAside: Bool,
        at now: Moment,
        _ steps: inout Steps
    ) -> StoreOutcome {
        note(.stored(answer, settingAside: settingAside), at: now, steps.pending.count)
        var outcome = StoreOutcome()
        defer { noteOutcome(steps, "\(outcome)") }
        switch answer {
        case .failed(let failure):
            outcome.retry = state.failed(failure, at: now.instant)
        case .loadedUnwritable(let stored, let failure):
            outcome.retry = state.wasReadOnly(failure, at: now.instant)
            outcome.restoration = restore(stored, at: now, &steps)
        case .loaded(let stored):
            outcome.works = state.succeeded(settingAside: settingAside)
            outcome.restoration = restore(stored, at: now, &steps)
        case .saved:
            outcome.works = state.succeeded(settingAside: settingAside)
        }
        return outcome
    }

    private mutating func restore(
        _ stored: StoredState,
        at now: Moment,
        _ steps: inout Steps
    ) -> StateChanges.Restoration? {
        // Too late: nothing is kept connected any more.
        guard !core.isShuttingDown else { return nil }
        defer { takeActions(at: now, &steps) }
        return state.restore(stored, to: &core, at: now, &actions)
    }

    /// Tries those stored peers again that other limits kept out.
    mutating func restoreRefusedPeers(at now: Moment, _ steps: inout Steps) -> [RefusedPeer] {
        defer { takeActions(at: now, &steps) }
        return state.restoreRefused(to: &core, at: now, &actions).refusals
    }
}
