import Configuration
import ConnectionCore
import Control
import DecredWire
import Engine
import Facts
import LinuxIO
import Systemd
import Timing

/// Taking another configuration while running. A bad one changes nothing and says why; a good one
/// changes everything and drops nothing.
extension Daemon {
    mutating func startReload(at now: Moment) {
        // systemd must not hear of a reload after the end.
        guard !isStopping else { return }
        journal.write(.reloading)
        service.tell(.reloading)
        do throws(SystemError) {
            try startReading(.reload)
        } catch {
            let problem = "cannot read the configuration: \(error)"
            endReload(ReloadResult(endedAt: now.instant, problems: [problem]), problem)
            answerReload(.failure(.failed(.io(errno: error.code))))
            service.tell(.ready)
        }
    }

    mutating func finishReading(_ answer: ReloadThread.Answer, at now: Moment) {
        switch answer {
        case .reload(let result): finishReload(result, at: now)
        case .compare(let result): answerComparison(result)
        }
        // A reload first: whoever only asks can wait.
        if kernel.reload?.wantsReload ?? false {
            read(.reload)
        } else if kernel.reload?.wantsComparison ?? false {
            read(.compare)
        }
    }

    private mutating func finishReload(
        _ result: Result<ReloadThread.Prepared, ConfigurationErrors>,
        at now: Moment
    ) {
        // The listeners are closed already, and stay so.
        guard !isStopping else { return }
        // Unless it has been adopted.
        defer { engine.forgetLentAddresses() }
        switch result {
        case .failure(let errors):
            endReload(
                ReloadResult(
                    endedAt: now.instant,
                    problems: errors.problems.map(\.description),
                    omitted: errors.omitted
                ),
                errors.description
            )
            answerReload(.failure(.refused(.configurationRejected(problems: errors.lines))))
        case .success(let prepared):
            do throws(StartupError) {
                try apply(prepared, at: now)
                endReload(
                    ReloadResult(endedAt: now.instant, needsRestart: keysWaitingForRestart)
                )
                answerReload(.success(()))
            } catch {
                endReload(
                    ReloadResult(endedAt: now.instant, problems: [error.description]),
                    error.description
                )
                answerReload(
                    .failure(.refused(.configurationRejected(problems: [error.description])))
                )
            }
        }
        // A failed reload is over too. After another request, another answer follows.
        if kernel.reload?.hasReloaded ?? true { service.tell(.ready) }
    }

    /// Says what came of it, now and to whoever asks later.
    private mutating func endReload(_ result: ReloadResult, _ problem: String? = nil) {
        journal.write(problem.map { .reloadFailed($0) } ?? .reloaded)
        lastReload = result
        service.noteChange()
    }

    private mutating func apply(
        _ prepared: ReloadThread.Prepared,
        at now: Moment
    ) throws(StartupError) {
        let (loaded, kept) = (prepared.loaded, prepared.kept)
        let new = kept.configuration
        // What can fail comes first, so that it leaves nothing half done.
        try DescriptorBudget(new).check()
        if !hasInheritedListeners { try replaceListeners(by: new.listen) }

        keysWaitingForRestart = loaded.configuration.keysNeedingRestart(from: configuration)
        for warning in loaded.warnings { journal.write(.configurationWarning("\(warning)")) }
        if hasInheritedListeners {
            updateInherited(by: new)
        } else {
            updateListeners(to: new.listen)
        }
        let moved =
            configuration.listen.map(\.address) != new.listen.map(\.address)
            || configuration.outbound.bind != new.outbound.bind
        configuration = new
        origins = kept.origins
        journal.level = new.log.level
        noteWriters()
        if !keysWaitingForRestart.isEmpty {
            journal.write(.restartNeeded(keys: keysWaitingForRestart))
        }
        let refused = engine.reload(
            EnginePolicy(new),
            addresses: prepared.addresses,
            madeOf: new.knownAddresses,
            hasMoreAddresses: prepared.hasMoreAddresses,
            hasMoved: moved,
            at: now,
            &steps
        )
        perform()
        tellRefused(refused.configured)
        tellIgnored(refused.stored.map(\.text))
    }

    /// Keeps the configuration's peers, at the start.
    mutating func keepConfiguredPeers(at now: Moment) {
        let refused = engine.keepConfiguredPeers(at: now, &steps)
        perform()
        tellRefused(refused)
    }

    private mutating func tellRefused(_ refused: [RefusedPeer]) {
        for peer in refused { journal.write(.persistentRefused(peer.target, peer.refusal)) }
    }

    /// Answers the clients that wait for this reading of the configuration.
    private mutating func answerReload(_ result: Result<Void, Cause>) {
        for place in control.places {
            guard case .reload(let skipping) = control[place].work else { continue }
            guard skipping == 0 else {
                control[place].begin(.reload(skipping: skipping - 1))
                continue
            }
            switch result {
            case .success:
                control[place].reply(Peers.Reload.Reply(needsRestart: keysWaitingForRestart))
            case .failure(let cause): control[place].reply(cause)
            }
        }
    }
}
