import Addressing
import ConnectionCore
import Engine
import Facts
import LinuxIO
import Storage
import Timing

/// What operators change outlives the daemon. The loop never waits for the disk, except at its
/// start and its end, and then not for long.
extension Daemon {
    /// How long a start waits for what is stored. A sound file takes some milliseconds, the largest
    /// on a slow disk a few seconds. A disk that takes longer may never answer: then a daemon that
    /// holds peers is worth more than its bans. Less than TimeoutStartSec= of the unit.
    static let loadPatience = Duration.seconds(20)
    /// How long an end waits for the last write, which takes some milliseconds on a disk that
    /// works.
    static let savePatience = Duration.seconds(2)

    /// How long one wait for the store lasts at most.
    private static let patienceStep = Duration.milliseconds(100)

    /// To be called once a turn: gives the store what there is to do.
    mutating func keepState(at now: Moment) {
        // The folder's lock may be waited for still.
        guard let isBusy = kernel.store?.isBusy, !isBusy else { return }
        engine.keepState(at: now, &steps)
        perform()
    }

    mutating func finishStoring(_ reply: StateReply, at now: Moment) {
        switch reply {
        case .lock(let failure): stateRefusal = failure
        case .store(let reply): finishStoring(reply, at: now)
        }
    }

    private mutating func finishStoring(_ reply: StoreReply, at now: Moment) {
        if let setAside = reply.setAside { journal.write(.stateSetAside(setAside)) }
        let (answer, problems, error) = Self.answer(reply.result)
        let isNew = reply.setAside != nil
        let outcome = engine.finishStoring(answer, settingAside: isNew, at: now, &steps)
        if outcome.works { journal.write(.stateWorks) }
        perform()
        if let restored = outcome.restoration {
            if restored.peers + restored.bans > 0 {
                journal.write(.stateRestored(peers: restored.peers, bans: restored.bans))
            }
            tellIgnored(problems + restored.refusals.map(\.text))
        }
        if let error, let retry = outcome.retry { journal.write(.stateFailed(error, retry: retry)) }
    }

    /// What the engine is told of a reply, and what only people are.
    private static func answer(
        _ result: Result<StoreReply.Answer, StorageError>
    ) -> (answer: Engine.StoreAnswer, problems: [String], error: StorageError?) {
        switch result {
        case .failure(let error):
            (.failed(StoreFailure(error)), [], error)
        case .success(.loadedUnwritable(let read, let error)):
            (
                .loadedUnwritable(read.state, StoreFailure(error)),
                read.problems.map(\.description), error
            )
        case .success(.loaded(let read)):
            (.loaded(read.state), read.problems.map(\.description), nil)
        case .success(.saved):
            (.saved, [], nil)
        }
    }

    /// Takes the state folder, so that a second daemon is refused before it has done anything. A
    /// disk that doesn't answer, or takes nothing, refuses no start: see docs/storage.md.
    mutating func takeState(in folder: String?) throws(StartupError) {
        guard let folder else { return }
        kernel.store?.ask(.lock)
        var patience = loadPatience
        do throws(SystemError) {
            while kernel.store?.isBusy ?? false, patience > .zero, !isStopping {
                try awaitStore(for: &patience, mindingSignals: true)
            }
            loadPatience = patience
        } catch {
            throw StartupError(error)
        }
        guard let stateRefusal, stateRefusal.refusesStart else { return }
        throw StartupError(locking: folder, stateRefusal)
    }

    /// Waits for what is stored, so that no banned peer is let in before it is known.
    mutating func awaitStoredState() throws(SystemError) {
        guard kernel.store != nil else {
            journal.write(.stateOff)
            return
        }
        var patience = loadPatience
        while !engine.state.isLoaded, kernel.store?.isBusy ?? false, !isStopping {
            guard patience > .zero else {
                return journal.write(.stateLate(after: Self.loadPatience))
            }
            now = .now
            try awaitStore(for: &patience, mindingSignals: true)
            if !engine.state.isLoaded { keepState(at: .now) }
        }
    }

    /// Waits for the last write. The core has ended all connections, and none of that is written.
    mutating func finishState() {
        guard kernel.store != nil, !engine.state.isSaved else { return }
        var patience = Self.savePatience
        keepState(at: .now)
        var obstacle: SystemError?
        do throws(SystemError) {
            while kernel.store?.isBusy ?? false, patience > .zero {
                try awaitStore(for: &patience, mindingSignals: false)
                keepState(at: .now)
            }
        } catch {
            obstacle = error
        }
        guard !engine.state.isSaved else { return }
        let reason =
            obstacle?.description ?? engine.state.failure?.text
            ?? "the disk took longer than \(Self.savePatience.briefDescription)"
        journal.write(.stateLost(reason))
    }

    /// One wait for the store alone, and for signals if they are minded. It takes from `patience`
    /// what it has lasted, and no more than one step: a process that was stopped, and its store
    /// with it, isn't a disk that is slow.
    private mutating func awaitStore(
        for patience: inout Duration,
        mindingSignals: Bool
    ) throws(SystemError) {
        // On the loop's own list everything else would be told again and again.
        var epoll = try Epoll()
        let source = KernelServices.Source.store
        try kernel.store?.watch(by: epoll, token: EventToken(fixed: source.rawValue))
        if mindingSignals {
            let signals = EventToken(fixed: KernelServices.Source.signals.rawValue)
            try epoll.add(kernel.signals.descriptor, token: signals, interest: .read)
        }
        let began = Moment.now.instant
        try epoll.wait(timeout: min(patience, Self.patienceStep))
        let now = Moment.now
        patience -= min(now.instant - began, Self.patienceStep)
        while let reply = kernel.store?.nextReply() { finishStoring(reply, at: now) }
        while mindingSignals, let signal = try kernel.signals.next() { handle(signal, at: now) }
    }

    /// Names stored entries that can't be used.
    mutating func tellIgnored(_ entries: [String]) {
        if !entries.isEmpty { journal.write(.storedIgnored(entries)) }
    }
}

extension RefusedPeer {
    /// For an operator.
    var text: String { "\(target): \(refusal.sentence(.journal))" }
}
