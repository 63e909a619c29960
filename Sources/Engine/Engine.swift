package import Addressing
package import ConnectionCore
package import Facts
package import Timing

/// All that decides: the core, who speaks with peers, the addresses, what is to be stored, the
/// history, the totals, and who waits for what.
///
/// Facts and bytes go in (`handle`, `receive`, and throwing functions such as `accept` for what
/// needs an answer), steps come out in a buffer that is lent, and `deadline` says when it wants to
/// be called though nothing happened. It reads no clock, opens nothing, and draws chance and nonces
/// from what it was given, so that a seed and what goes in decide everything that it does.
///
/// The shell carries: it does the steps in their order, after each call. Doing one never calls the
/// engine, but for `noteSent`.
///
/// What is where: `Engine+Connections` takes what comes from sockets, `Engine+Sessions` does what
/// sessions say, `Engine+Reports` makes steps of the core's actions and tells, `Engine+Operators`
/// is what people ask for, `Engine+State` what outlives the process, `Engine+Rows` what is told of
/// connections, `Engine+Recording` what makes a run of a daemon's repeatable: each function that
/// changes the engine begins with `note` and ends with `noteOutcome`.
package struct Engine: Sendable {
    package internal(set) var core: ConnectionCore
    package internal(set) var addresses: AddressList
    /// What of the core's state isn't on disk yet.
    package internal(set) var state = StateChanges()
    package internal(set) var history = History()
    package internal(set) var totals = Totals()
    /// Addresses that peers have told of, the same one as often as it was told.
    package internal(set) var learned: UInt64 = 0
    /// Whether anything is stored.
    package let keepsState: Bool

    var policy: EnginePolicy
    var sessions: Sessions
    var sample = AddressSample()
    var chance: Chance
    /// Callers that wait for connections that they asked for: a few.
    var waiters: [(id: ConnectionID, waiter: Waiter)] = []
    /// Lent to the core; empty between calls.
    var actions = Actions()
    /// Nil unless what goes in is recorded.
    var recorder: Recorder?
    /// What sessions say in a replay that has no bytes for them; nil otherwise.
    var told: ToldSessions?

    /// - Parameters:
    ///   - policy: What holds from the start.
    ///   - addresses: Whom to dial.
    ///   - chance: The one source of chance. What peers must not foresee is drawn from it apart,
    ///     so that what can be seen of one thing tells nothing of the others.
    ///   - keepsState: Whether anything is stored. Then the first step is to load it.
    ///   - wish: What is recorded; nil for nothing. What was is to be taken by `takeRecording`.
    package init(
        policy: EnginePolicy,
        addresses: [PeerAddress],
        drawing chance: Chance,
        keepsState: Bool,
        recording wish: RecordingWish? = nil
    ) {
        var chance = chance
        chance.isRecorded = wish != nil
        core = ConnectionCore(policy: policy.core, seed: chance.next(), hashKey: chance.next())
        self.addresses = AddressList(addresses, shuffledBy: SeededRandom(seed: chance.next()))
        sessions = Sessions(speaking: policy.speech)
        self.policy = policy
        self.keepsState = keepsState
        if let wish {
            let head = Recording.Head(
                version: wish.version,
                keepsBytes: wish.keepsBytes,
                keepsState: keepsState,
                policy: policy,
                addresses: addresses,
                draws: chance.drawn
            )
            chance.forgetDrawn()
            recorder = Recorder(head, keepsBytes: wish.keepsBytes)
        }
        self.chance = chance
    }

    /// What is due first though nothing happens; it may be in the past. What is to be stored has
    /// its own, `storeDeadline`.
    package var deadline: Instant? {
        guard let one = core.deadline, let other = sessions.deadline else {
            return core.deadline ?? sessions.deadline
        }
        return min(one, other)
    }

    /// What went over all connections since the start.
    package var traffic: Traffic { sessions.totalTraffic }

    // MARK: Facts

    /// Takes a fact. What it leads to is in `steps`.
    package mutating func handle(_ event: Event, at now: Moment, _ steps: inout Steps) {
        note(.event(event), at: now, steps.pending.count)
        defer { noteOutcome(steps) }
        tell(event, at: now, &steps)
        switch event {
        case .dialSucceeded(let attempt, _):
            beginSession(of: attempt.id, at: now, &steps)
        case .stoodStill(let pause):
            sessions.stoodStill(for: pause, at: now.instant)
        case .clockMoved:
            guard keepsState else { break }
            // Also those of an earlier process: a clock that was wrong for a while may have ended
            // them on disk, where they were swept, and brings them back here.
            for ban in core.bans.ending(at: now) { state.changed(ban.prefix) }
        case .resolved, .dialFailed, .handshakeCompleted, .closed, .addressesAdded,
            .localAddressesChanged, .acceptFailed, .deadlineReached:
            break
        }
    }

    /// Does what is due by now, and some of the sessions that are, `sessionsPerTurn` at most.
    package mutating func handleDeadlines(at now: Moment, _ steps: inout Steps) {
        // What sessions are due is told in a replay, not known.
        guard told != nil || deadline.map({ $0 <= now.instant }) ?? false else { return }
        note(.deadlines, at: now, steps.pending.count)
        defer { noteOutcome(steps) }
        if let due = core.deadline, due <= now.instant { tell(.deadlineReached, at: now, &steps) }
        serveSessions(at: now, &steps)
    }

    /// Ends everything. What is stored stays as it is now.
    package mutating func shutDown(at now: Moment, _ steps: inout Steps) {
        note(.shutDown, at: now, steps.pending.count)
        defer { noteOutcome(steps) }
        state.freeze(core, at: now)
        core.shutDown(at: now, &actions)
        takeActions(at: now, &steps)
    }

    /// Recomputes what can be recomputed and traps where it differs: for tests and simulations,
    /// after every call whose steps are done.
    package func checkInvariants() {
        core.checkInvariants()
        sessions.checkInvariants()
        precondition(actions.pending.isEmpty, "what the core said wasn't done")
        for (id, _) in waiters {
            precondition(core.table.contains(id), "somebody waits for \(id), which has ended")
        }
    }
}
