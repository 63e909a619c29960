internal import Addressing
internal import ConnectionCore
import Engine
import Facts
internal import Timing

/// How a daemon's process begins and ends, and what it stores.
extension EngineWorld {
    // MARK: Beginning

    func start(_ machine: Machine) throws(BrokenPromise) {
        guard machine.process == nil else { return }
        machine.isUp = true
        processCount += 1
        let moment = machine.moment(at: now)
        let process = EngineProcess(
            processCount,
            on: machine,
            drawing: random.next(),
            recording: recording(of: processCount),
            at: moment
        )
        machine.process = process
        processes[process.number] = process
        write("\(machine.index) starts")
        tally.count("starts")
        // As the daemon: the store reads while the peers of the configuration are dialled.
        try keepState(process, at: moment)
        let refused = process.engine.keepConfiguredPeers(at: moment, &process.steps)
        try perform(process, at: moment)
        for peer in refused { tally.count("refused: " + peer.refusal.name.word) }
        rest(process, at: moment)
        wake(process)
    }

    // MARK: Ending

    /// The process dies, wherever it was: the kernel closes what it had.
    func die(_ process: EngineProcess) {
        write("\(process.machine.index) dies")
        tally.count("deaths")
        process.machine.disk.crash(havingDone: random.chance(0.5))
        vanish(process)
        schedule(.start(machine: process.machine.index), in: random.duration(around: .seconds(5)))
    }

    /// The machine is gone, and says nothing to anybody; it comes back later.
    func vanish(_ machine: Machine) {
        write("\(machine.index) vanishes")
        tally.count("vanished")
        machine.disk.crash(havingDone: random.chance(0.5))
        if let process = machine.process { vanish(process, silently: true) }
        machine.isUp = false
        // Its clock begins anew; the calendar's goes on.
        let passed = random.duration(below: .seconds(100))
        let wall = machine.moment(at: now).wall.microseconds
        machine.clockOffset = Instant(nanoseconds: 0) - now + passed
        machine.wallOffset = wall - machine.moment(at: now).instant.nanoseconds / 1_000
        schedule(.start(machine: machine.index), in: random.duration(around: .seconds(120)))
    }

    private func vanish(_ process: EngineProcess, silently: Bool = false) {
        checkReplay(of: process)
        process.machine.process = nil
        process.machine.frozenUntil = nil
        processes[process.number] = nil
        process.steps.removeAll()
        for socket in process.sockets {
            if let socket { close(socket.wire, socket.side, silently: silently) }
        }
        process.sockets = []
        for wire in process.backlog { close(wire, .listener, silently: silently) }
        process.backlog = []
    }

    /// SIGTERM.
    func stop(_ process: EngineProcess, at now: Moment) throws(BrokenPromise) {
        write("\(process.machine.index) stops")
        tally.count("stops")
        for wire in process.backlog { close(wire, .listener) }
        process.backlog = []
        process.isStopping = true
        process.kept = process.engine.state.isLoaded ? runtimePeers(of: process.engine) : nil
        process.engine.shutDown(at: now, &process.steps)
        try perform(process, at: now)
        guard isAlive(process) else { return }
        try require(process.watch.waiters.isEmpty, "somebody waits after the shutdown")
        try require(process.sockets.allSatisfy { $0 == nil }, "a socket outlived the shutdown")
        try checkEverything(process, at: now)
        schedule(.end(process: process.number), in: EngineProcess.savePatience)
        try stopFurther(process, at: now)
    }

    /// Waits for the disk, and ends when all is stored.
    func stopFurther(_ process: EngineProcess, at now: Moment) throws(BrokenPromise) {
        try finishStoring(process, at: now)
        try keepState(process, at: now)
        let isDone = !process.machine.keepsState || process.engine.state.isSaved
        if isDone { try end(process) }
    }

    func end(_ process: EngineProcess) throws(BrokenPromise) {
        let machine = process.machine
        if machine.keepsState, process.engine.state.isSaved, !process.isStoreBusy,
            !machine.disk.isDisplaced, let kept = process.kept
        {
            tally.count("kept to the end")
            try checkPeers(on: machine.disk, are: kept, besides: process.watch.refused)
        }
        if process.isStoreBusy { machine.disk.crash(havingDone: random.chance(0.5)) }
        vanish(process)
        schedule(.start(machine: machine.index), in: random.duration(around: .seconds(5)))
    }

    // MARK: Storing

    /// As `Daemon.keepState`: once a turn.
    func keepState(_ process: EngineProcess, at now: Moment) throws(BrokenPromise) {
        guard isAlive(process), process.machine.keepsState, !process.isStoreBusy
        else { return }
        process.engine.keepState(at: now, &process.steps)
        try perform(process, at: now)
    }

    func finishStoring(_ process: EngineProcess, at now: Moment) throws(BrokenPromise) {
        guard process.isStored, isAlive(process) else { return }
        process.isStored = false
        process.isStoreBusy = false
        let disk = process.machine.disk
        let (stored, bans) = (disk.peers, disk.bans)
        let (answer, isNew) = try disk.finish()
        write("\(process.machine.index) stored")
        let outcome = process.engine.finishStoring(
            answer,
            settingAside: isNew,
            at: now,
            &process.steps
        )
        try perform(process, at: now)
        guard isAlive(process) else { return }
        if outcome.retry != nil { tally.count("store failed") }
        if outcome.works { tally.count("store works again") }
        if isNew { tally.count("set aside") }
        if let restored = outcome.restoration {
            process.watch.refused = restored.refusals.map(\.target)
            if restored.peers + restored.bans > 0 { tally.count("restored") }
            if !isNew { try checkRestored(stored, bans, process, restored, at: now) }
            if isKind { try liftBans(of: process, at: now) }
        }
        try checkStored(process, at: now)
    }

    /// What was on disk is in force, unless something newer is, it was refused, or it was removed
    /// until then.
    private func checkRestored(
        _ peers: [StoredPeer],
        _ bans: [Ban],
        _ process: EngineProcess,
        _ restoration: StateChanges.Restoration,
        at now: Moment
    ) throws(BrokenPromise) {
        let hasRefused = restoration.refusals.map(\.target)
        for peer in peers where !hasRefused.contains(peer.target) {
            if process.watch.unwanted.contains(peer.target) {
                try require(
                    !runtimePeers(of: process.engine).contains(peer.target),
                    "\(peer.target) was removed and has come back"
                )
            } else {
                let isKept = process.engine.core.table.connection(at: peer.target)?.isPersistent
                try require(isKept ?? false, "\(peer.target) was stored and isn't kept")
            }
        }
        // Until it was read somebody may have lifted one.
        guard now.instant < process.startedAt + EngineProcess.loadPatience else { return }
        for ban in bans where ban.until.map({ now.wall < $0 }) ?? true {
            let known = process.engine.core.bans.ban(of: ban.prefix)
            try require(
                known?.origin == ban.origin,
                "the stored ban of \(ban.prefix) isn't in force"
            )
        }
    }

    /// Whenever the engine says that all is stored, it is.
    func checkStored(_ process: EngineProcess, at now: Moment) throws(BrokenPromise) {
        let (engine, disk) = (process.engine, process.machine.disk)
        guard process.machine.keepsState, engine.state.isLoaded, engine.state.isSaved,
            !process.isStoreBusy, !disk.isDisplaced, !disk.isDamaged, !engine.core.isShuttingDown
        else { return }
        tally.count("compared with the disk")
        try checkPeers(on: disk, are: runtimePeers(of: engine), besides: process.watch.refused)
        // A set clock is stored in the turn in which it is noticed.
        guard process.machine.wallOffset == process.wallOffset else { return }
        for ban in engine.core.bans.inForce(at: now) {
            let stored = disk.bans.first { $0.prefix == ban.prefix }
            let drift = zip([ban.until].compactMap { $0 }, [stored?.until].compactMap { $0 })
                .map { ($0 - $1).components.seconds.magnitude }.first
            try require(
                stored?.origin == ban.origin && (stored?.until == nil) == (ban.until == nil)
                    && drift ?? 0 <= 1,
                "\(ban) isn't stored, but \(stored.map { "\($0)" } ?? "nothing")"
            )
        }
        for ban in disk.bans {
            // A calendar that is set back revives on disk what has ended, until that is swept.
            let isOver = ban.until.map { $0 <= process.latestWall + .seconds(1) } ?? false
            try require(
                isOver || engine.core.bans.ban(of: ban.prefix) != nil,
                "the ban of \(ban.prefix) is stored, and isn't in force"
            )
        }
    }

    func runtimePeers(of engine: Engine) -> [PeerTarget] {
        engine.core.table.connections.filter { connection in
            engine.core.table.persistence(of: connection.id)?.origin == .runtime
        }.map { engine.core.table.target(of: $0) }
    }

    private func checkPeers(
        on disk: Disk,
        are wanted: [PeerTarget],
        besides refused: [PeerTarget]
    ) throws(BrokenPromise) {
        let stored = disk.peers.map(\.target)
        for target in wanted + refused where !stored.contains(target) {
            throw BrokenPromise("\(target) isn't stored, and everything is said to be")
        }
        for target in stored where !wanted.contains(target) && !refused.contains(target) {
            throw BrokenPromise("\(target) is stored, and nobody wants it")
        }
    }
}
