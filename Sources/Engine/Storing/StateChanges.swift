internal import Addressing
internal import ConnectionCore
internal import Facts
internal import Timing

/// What of the core's state is not on disk yet, and what the store is to be asked for next.
///
/// It remembers which peers and prefixes changed, not how: when the store is free, whatever the
/// core holds of them then is written in one transaction. So the file is always what the core held
/// at one moment, in whatever order things happened meanwhile, and never further behind than one
/// transaction and what happened since it was begun.
///
///                   loaded                 changes
///     unloaded ──────────────► kept ◄──────────────► being written
///        ▲ │ failed             ▲ after a wait            │ failed
///        └─┘                    └── all that is held ◄────┘
///
/// It knows neither the thread nor the file, so that its tests need none.
package struct StateChanges: Sendable {
    /// The wait after a failure, which doubles with each further one, up to `longestRetry`. A disk
    /// that is full for a day is tried 1,440 times, and one that has room again is used within a
    /// minute.
    static let firstRetry = Duration.seconds(1)
    static let longestRetry = Duration.seconds(60)
    /// How often bans that have ended are deleted, together with whatever is written anyway.
    static let sweepInterval = Duration.seconds(3600)
    /// How often it is looked whether folder and files are in their places and can be written to,
    /// while nothing else is asked of the store: a few system calls on its thread.
    static let checkInterval = Duration.seconds(10)

    /// The runtime peers that are on disk, or in what is being written, with the time at which they
    /// were added.
    private(set) var peers: [PeerTarget: WallTime] = [:]
    /// Stored peers that the core refused. They stay stored, and are tried again when the
    /// configuration is read again.
    private(set) var refused: [StoredPeer] = []

    private enum Task {
        case load, apply, replace
        /// Writes everything though nothing changed, to see whether that can be done again.
        case probe
        case check
    }
    private var task: Task?
    /// Whether what was stored is known. Nothing is written before.
    package private(set) var isLoaded = false
    private var pending = PendingChanges()
    /// Nothing is missing on disk, but whether it could be written isn't known.
    private var isDoubted = false
    private var checkAt = Instant(nanoseconds: 0)
    /// Why the store doesn't work at present.
    package private(set) var failure: StoreFailure?
    /// In a row.
    private var failures = 0
    private var retryAt: Instant?
    private var sweepAt = Instant(nanoseconds: 0)
    /// What is to be on disk at the end.
    private var last: StateSnapshot?

    init() {}

    /// When `nextRequest` has something to say though nothing changed.
    var deadline: Instant? { task == nil ? retryAt : nil }

    /// When `nextCheck` has something to say.
    var checkDeadline: Instant? {
        task == nil && isLoaded && failure == nil && last == nil ? checkAt : nil
    }

    /// Whether the store is at work.
    var isBusy: Bool { task != nil }

    /// Whether all that the core holds, or held when `freeze` was called, is on disk.
    package var isSaved: Bool {
        guard pending.isEmpty else { return false }
        return switch task {
        case .apply, .replace: false
        case .load, .probe, .check, nil: true
        }
    }

    /// Takes note of what happened, if it is about something that is stored.
    mutating func note(_ report: Report) {
        switch report {
        case .persistentAdded(let subject), .persistentAdopted(let subject):
            pending.added(subject.target)
        case .persistentRemoved(let subject):
            pending.removed(subject.target)
            // One that limits kept out, until it was added anew: it is stored, and isn't to be.
            if let index = refused.firstIndex(where: { $0.target == subject.target }) {
                peers[subject.target] = refused.remove(at: index).added
            }
        case .banned(let ban, _): changed(ban.prefix)
        case .unbanned(let prefix): changed(prefix)
        case .attempting, .connected, .accepted, .ready, .failed, .failedAgain, .ended, .retrying,
            .persistentWaiting, .hangingUp, .persistentDown, .refused, .refusalsSilenced,
            .refusalsSuppressed, .outboundPaused, .nobodyToDial, .targetMissed,
            .resourcesExhausted, .bansSilenced, .bansSuppressed, .networkActive, .shuttingDown:
            break
        }
    }

    /// The configuration names these now. One that was added at run time before is the
    /// configuration's from now on, and isn't stored any more.
    mutating func noteConfigured(_ targets: [PeerTarget]) {
        for target in targets where peers[target] != nil { pending.changed(target) }
    }

    /// A ban came, went or ends at another time, and no report tells it.
    mutating func changed(_ prefix: Prefix) { pending.changed(prefix) }
}

// MARK: - The store

extension StateChanges {
    /// Whether `nextRequest` or `nextCheck` may have something to say. False for certain while both
    /// would do nothing, as in nearly every turn.
    func mayAsk(at now: Instant) -> Bool {
        guard task == nil, retryAt.map({ $0 <= now }) ?? true else { return false }
        return !isLoaded || !isSaved || isDoubted || checkDeadline.map { $0 <= now } ?? false
    }

    /// What the store is to do now; nil while it is at work, while a wait after a failure lasts,
    /// and when there is nothing to do.
    mutating func nextRequest(
        of core: borrowing ConnectionCore,
        at now: Moment
    ) -> StoreRequest? {
        guard task == nil, retryAt.map({ $0 <= now.instant }) ?? true else { return nil }
        guard isLoaded else {
            // What can't be read at the end isn't worth waiting for.
            guard last == nil else { return nil }
            task = .load
            checkAt = now.instant + Self.checkInterval
            return .load
        }
        guard !isSaved || isDoubted && last == nil else { return nil }
        checkAt = now.instant + Self.checkInterval
        defer { pending.forget() }
        if pending.isAll || isDoubted || last != nil {
            task = isSaved ? .probe : .replace
            return .replace(last ?? snapshot(of: core, at: now))
        }
        let changes = changes(of: core, at: now)
        guard !changes.isEmpty else { return nil }
        task = .apply
        return .apply(changes)
    }

    /// Whether the store is to look if all is in its place.
    mutating func nextCheck(at now: Instant) -> Bool {
        guard let due = checkDeadline, due <= now else { return false }
        task = .check
        checkAt = now + Self.checkInterval
        return true
    }

    /// From now on what the core does isn't stored any more: it is about to end all connections.
    /// What is missing on disk may be written at once.
    mutating func freeze(_ core: borrowing ConnectionCore, at now: Moment) {
        last = snapshot(of: core, at: now)
        retryAt = nil
    }

    /// What was asked for is done.
    ///
    /// - Returns: Whether it is the first success after a failure.
    mutating func succeeded(settingAside wasDamaged: Bool) -> Bool {
        // A load sees the file that took the damaged one's place; else all must be written to it.
        if wasDamaged, task != .load { pending.markAll() }
        if task != .load { isDoubted = false }
        task = nil
        retryAt = nil
        failure = nil
        defer { failures = 0 }
        return failures > 0
    }

    /// What was asked for failed, and is done again after a wait.
    ///
    /// - Returns: The wait, if it is the first failure after a success.
    mutating func failed(_ error: StoreFailure, at now: Instant) -> Duration? {
        let wasApplying = task == .apply
        switch task {
        case .load, nil: break
        // Which of the changes got through doesn't matter if all is written.
        case .apply, .replace: pending.markAll()
        // What can't be written is on disk all the same; what isn't in its place isn't.
        case .probe, .check:
            if error.kind == .readOnly { isDoubted = true } else { pending.markAll() }
        }
        task = nil
        // No fault of the disk: the table has bans that made room for others here.
        if wasApplying, error.kind == .tooMany { return nil }
        return delayRetry(after: error, at: now)
    }

    /// What is stored was read, and can't be written. It is tried again after a wait, by writing
    /// everything.
    ///
    /// - Returns: The wait, if it is the first failure after a success.
    mutating func wasReadOnly(_ error: StoreFailure, at now: Instant) -> Duration? {
        task = nil
        isDoubted = true
        return delayRetry(after: error, at: now)
    }

    private mutating func delayRetry(after error: StoreFailure, at now: Instant) -> Duration? {
        let delay = min(Self.firstRetry * (1 << min(failures, 10)), Self.longestRetry)
        failures += 1
        failure = error
        retryAt = now + delay
        return failures == 1 ? delay : nil
    }

    private mutating func changes(
        of core: borrowing ConnectionCore,
        at now: Moment
    ) -> [StateChange] {
        var numbered: [(number: UInt64, change: StateChange)] = []
        for (target, number) in pending.peers.sorted(by: { $0.value < $1.value }) {
            let isKept = Self.keepsAtRunTime(target, core)
            if isKept, peers[target] == nil {
                let added = timeToAdd(at: now.wall)
                peers[target] = added
                refused.removeAll { $0.target == target }
                numbered.append((number, .addPeer(.init(target, added: added))))
            } else if !isKept, peers.removeValue(forKey: target) != nil {
                numbered.append((number, .removePeer(target)))
            }
        }
        for (prefix, number) in pending.prefixes {
            if let ban = core.bans.ban(of: prefix) {
                numbered.append((number, .putBan(ban)))
            } else {
                numbered.append((number, .removeBan(prefix)))
            }
        }
        var changes = numbered.sorted { $0.number < $1.number }.map(\.change)
        if !changes.isEmpty, sweepAt <= now.instant {
            changes.append(.removeBansEnded(by: now.wall))
            sweepAt = now.instant + Self.sweepInterval
        }
        return changes
    }

    private mutating func snapshot(
        of core: borrowing ConnectionCore,
        at now: Moment
    ) -> StateSnapshot {
        var targets: [PeerTarget] = []
        for connection in core.table.connections where connection.isPersistent {
            let target = core.table.target(of: connection)
            if Self.keepsAtRunTime(target, core) { targets.append(target) }
        }
        // The table has them by their slots, which are used again.
        targets.sort { pending.additions[$0] ?? 0 < pending.additions[$1] ?? 0 }
        var kept: [PeerTarget: WallTime] = [:]
        for target in targets {
            kept[target] = peers[target] ?? timeToAdd(at: now.wall)
            peers[target] = kept[target]
        }
        peers = kept
        refused.removeAll { kept[$0.target] != nil }
        return StateSnapshot(
            peersInForce: kept,
            refused: refused,
            allBans: core.bans,
            at: now
        )
    }

    /// The peers are loaded in the order in which they were added, also if several were within a
    /// turn, and whatever was done to the clock.
    private func timeToAdd(at now: WallTime) -> WallTime {
        guard let latest = peers.values.max() else { return now }
        return max(now, latest + .microseconds(1))
    }

    private static func keepsAtRunTime(
        _ target: PeerTarget,
        _ core: borrowing ConnectionCore
    ) -> Bool {
        // A peer given by name is found by its address as well.
        guard let known = core.table.connection(at: target), core.table.target(of: known) == target
        else { return false }
        switch core.table.persistence(of: known.id)?.origin {
        case .runtime: return true
        case .configuration, nil: return false
        }
    }
}

// MARK: - Restoring

extension StateChanges {
    /// What came of what was stored.
    package struct Restoration {
        /// How many are in force that weren't before.
        package var peers = 0
        package var bans = 0
        package var refusals: [RefusedPeer] = []
    }

    /// Gives the core what was stored. What was added, removed or lifted meanwhile is newer than
    /// what was stored, and stays as it is.
    ///
    /// To be called when the store has answered `load`, and before any other answer of it.
    mutating func restore(
        _ stored: StoredState,
        to core: inout ConnectionCore,
        at now: Moment,
        _ actions: inout Actions
    ) -> Restoration {
        isLoaded = true
        let bans = stored.bans.filter {
            pending.prefixes[$0.prefix] == nil && core.bans.ban(of: $0.prefix) == nil
        }
        let wanted = stored.peers.filter { peer in
            guard pending.peers[peer.target] != nil, !Self.keepsAtRunTime(peer.target, core) else {
                return true
            }
            // Removed since the start: it is on disk still.
            peers[peer.target] = peer.added
            return false
        }
        pending.noteLoaded()
        if !stored.isAsWritten { pending.markAll() }
        let before = core.bans.count
        core.restoreBans(bans, at: now)
        var restoration = restore(wanted, to: &core, at: now, &actions)
        restoration.bans = core.bans.count - before
        return restoration
    }

    /// Tries those again that the core refused: the limits may be others now.
    mutating func restoreRefused(
        to core: inout ConnectionCore,
        at now: Moment,
        _ actions: inout Actions
    ) -> Restoration {
        let peers = refused
        refused = []
        return restore(peers, to: &core, at: now, &actions)
    }

    private mutating func restore(
        _ stored: [StoredPeer],
        to core: inout ConnectionCore,
        at now: Moment,
        _ actions: inout Actions
    ) -> Restoration {
        var restoration = Restoration()
        for peer in stored {
            peers[peer.target] = peer.added
            do throws(Refusal) {
                _ = try core.addPersistent(peer.target, from: .runtime, at: now, &actions)
                restoration.peers += 1
            } catch .duplicatePersistent {
                // If it is the configuration's, it isn't to be stored any more.
                pending.changed(peer.target)
            } catch {
                peers[peer.target] = nil
                refused.append(peer)
                restoration.refusals.append(RefusedPeer(target: peer.target, refusal: error))
            }
        }
        return restoration
    }
}
