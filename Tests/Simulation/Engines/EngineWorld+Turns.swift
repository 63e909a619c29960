internal import Addressing
internal import ConnectionCore
import Engine
import Facts
internal import Timing

/// One turn of a daemon's loop, as `Daemon.turn` has it.
extension EngineWorld {
    private static let bytesPerTurn = 65_536
    /// As `Punctuality` and `ClockWatch` of the daemon have them.
    private static let tolerance = Duration.milliseconds(100)
    private static let clockTolerance: Int64 = 1_000_000
    private static let clockInterval = Duration.seconds(2)
    /// Turns that begin at once, one after the other, until something is wrong: each may look after
    /// 16 sessions, or start 128 dials.
    private static let mostRestless = 64

    /// Has a process's loop wake soon.
    func wake(_ process: EngineProcess) {
        // Now and then the loop is busy, or the scheduler is.
        let delay =
            random.chance(0.02)
            ? random.duration(below: .milliseconds(60)) : random.duration(below: .microseconds(80))
        wake(process, at: now + delay)
    }

    func wake(_ process: EngineProcess, at time: Instant) {
        let time = max(time, now)
        if let earlier = process.wakeAt, earlier <= time { return }
        process.wakeAt = time
        schedule(.turn(process: process.number), at: time)
    }

    /// Something is ready on a socket.
    func list(_ slot: Int, of process: EngineProcess) {
        guard let socket = process.socket(inSlot: slot) else { return }
        if !socket.isListed {
            process.sockets[slot]?.isListed = true
            process.ready.append(slot)
        }
        wake(process)
    }

    func turn(of process: EngineProcess) throws(BrokenPromise) {
        // Another turn was wanted earlier, and this one isn't any more.
        guard process.wakeAt == now else { return }
        process.wakeAt = nil
        let machine = process.machine
        if let until = machine.frozenUntil {
            guard until <= now else { return wake(process, at: until) }
            machine.frozenUntil = nil
        }
        let moment = machine.moment(at: now)
        write("\(machine.index) turn")
        if process.isStopping { return try stopFurther(process, at: moment) }
        guard !process.isStarting(at: moment) else {
            try finishStoring(process, at: moment)
            try keepState(process, at: moment)
            return rest(process, at: moment)
        }
        process.latestWall = max(process.latestWall, moment.wall)
        try noteLateness(process, at: moment)
        if isAlive(process) { try watchClock(process, at: moment) }
        if isAlive(process) { try dispatch(process, at: moment) }
        guard isAlive(process) else { return }
        process.engine.handleDeadlines(at: moment, &process.steps)
        try perform(process, at: moment)
        guard isAlive(process) else { return }
        try serveOperators(process, at: moment)
        try keepState(process, at: moment)
        guard isAlive(process), !process.isStopping else { return }
        try checkTurn(process, at: moment)
        rest(process, at: moment)
    }

    /// Waits for what comes next.
    func rest(_ process: EngineProcess, at now: Moment) {
        process.waitStart = now.instant
        var nearest = Instant.distantFuture
        func consider(_ deadline: Instant?) {
            if let deadline { nearest = min(nearest, deadline) }
        }
        if process.isStarting(at: now) {
            consider(process.startedAt + EngineProcess.loadPatience)
        } else {
            consider(process.engine.deadline)
            if process.machine.wallOffset != process.wallOffset,
                process.engine.storesTimes(at: now)
            {
                consider(now.instant + Self.clockInterval)
            }
            let isBusy = !process.settled.isEmpty || !process.ready.isEmpty
            if isBusy || !process.backlog.isEmpty || process.orders > 0 { wake(process) }
        }
        if !process.isStoreBusy { consider(process.engine.storeDeadline) }
        process.waitEnd = nearest
        if nearest != .distantFuture {
            wake(process, at: process.machine.worldTime(of: nearest))
        }
    }

    // MARK: Parts of a turn

    /// Tells for how long nobody listened, as `Daemon.noteLateness`.
    private func noteLateness(
        _ process: EngineProcess,
        at now: Moment
    ) throws(BrokenPromise) {
        let wasStopped = process.machine.wasStopped
        process.machine.wasStopped = false
        let overrun = now.instant - max(process.waitEnd, process.waitStart)
        guard overrun > (wasStopped ? .zero : Self.tolerance) else { return }
        process.heldUp = now.instant
        let pause = wasStopped ? now.instant - process.waitStart : overrun
        tally.count("stood still")
        try tell(.stoodStill(for: pause), process, at: now)
    }

    private func watchClock(_ process: EngineProcess, at now: Moment) throws(BrokenPromise) {
        let shift = process.machine.wallOffset - process.wallOffset
        guard shift.magnitude > Self.clockTolerance.magnitude else { return }
        process.wallOffset = process.machine.wallOffset
        tally.count("clock moved")
        try tell(.clockMoved, process, at: now)
    }

    private func dispatch(_ process: EngineProcess, at now: Moment) throws(BrokenPromise) {
        for _ in 0..<process.settled.count where isAlive(process) {
            let told = process.settled.removeFirst()
            if let wire = told.wire, slot(of: wire, process) == nil { continue }
            try tell(told.event, process, at: now)
        }
        let backlog = process.backlog
        process.backlog = []
        for wire in backlog where isAlive(process) { try accept(wire, process, at: now) }
        let ready = process.ready
        process.ready = []
        for slot in ready where isAlive(process) { try serve(slot, process, at: now) }
        let lookups = process.lookups
        process.lookups = []
        for lookup in lookups where isAlive(process) {
            if let addresses = lookup.addresses {
                try tell(.resolved(lookup.attempt, addresses), process, at: now)
            } else {
                let failure = DialFailure.unresolved("no such name")
                try tell(.dialFailed(lookup.attempt, failure), process, at: now)
            }
        }
        if isAlive(process), process.isReloadRead { try finishReload(process, at: now) }
        if isAlive(process) { try finishStoring(process, at: now) }
    }

    /// A process may die at any step.
    func isAlive(_ process: EngineProcess) -> Bool { processes[process.number] != nil }

    /// The slot in which a process has a wire.
    private func slot(of wire: Int, _ process: EngineProcess) -> Int? {
        process.sockets.firstIndex { $0?.wire == wire }
    }

    // MARK: Sockets

    private func accept(
        _ number: Int,
        _ process: EngineProcess,
        at now: Moment
    ) throws(BrokenPromise) {
        guard let wire = wires[number], wire[.listener].isOpen else { return }
        let machine = process.machine
        guard machine.hasDescriptors else {
            close(number, .listener)
            return try tell(.acceptFailed(errno: Errno.noDescriptor), process, at: now)
        }
        let remote = wire[.dialler].address
        let arrival = Arrival(remote: remote, local: machine.listening)
        write("\(machine.index) accept \(remote)")
        do throws(Refusal) {
            let id = try process.engine.accept(arrival, at: now, &process.steps)
            process.engine.noteLocalAddress(of: id, machine.listening, at: now, &process.steps)
            process.isAccepting = true
            defer { process.isAccepting = false }
            try perform(process, at: now, refusing: number)
            guard isAlive(process) else { return }
            guard process.engine.contains(id) else { return close(number, .listener) }
            put(number, .listener, inSlot: id.slot, attempt: 0, of: process)
            process.isAccepting = false
            process.engine.open(id, at: now, &process.steps)
            try perform(process, at: now, refusing: number)
        } catch {
            tally.count("refused: " + error.name.word)
            close(number, .listener)
        }
        if isAlive(process) { try perform(process, at: now) }
    }

    /// As `perform`, whose broken promise is kept for the next one: a refusal is thrown here.
    private func perform(
        _ process: EngineProcess,
        at now: Moment,
        refusing number: Int?
    ) throws(Refusal) {
        do throws(BrokenPromise) {
            try perform(process, at: now)
        } catch {
            broken = broken ?? error
        }
    }

    func put(
        _ wire: Int,
        _ side: Side,
        inSlot slot: Int,
        attempt: UInt32,
        of process: EngineProcess,
        isConnecting: Bool = false
    ) {
        let speech = SpeechWatch(on: scenario.network, isDialler: side == .dialler)
        process.put(
            EngineProcess.Socket(
                wire: wire,
                side: side,
                attempt: attempt,
                isConnecting: isConnecting,
                speech: speech
            ),
            inSlot: slot
        )
        wires[wire]?[side].owner = .socket(process: process.number, slot: slot)
        if !isConnecting, isReadable(wire, side) { list(slot, of: process) }
    }

    private func serve(
        _ slot: Int,
        _ process: EngineProcess,
        at now: Moment
    ) throws(BrokenPromise) {
        guard let socket = process.socket(inSlot: slot), socket.isListed else { return }
        process.sockets[slot]?.isListed = false
        guard let id = process.engine.connection(inSlot: slot) else {
            throw BrokenPromise("slot \(slot) has a socket and no connection")
        }
        if socket.isConnecting { return try finishDial(slot, socket, id, process, at: now) }
        if socket.isWritable {
            process.sockets[slot]?.isWritable = false
            try sendWaiting(slot, id, process, at: now)
        }
        guard process.socket(inSlot: slot)?.wire == socket.wire else { return }
        try read(slot, socket, id, process, at: now)
    }

    private func finishDial(
        _ slot: Int,
        _ socket: EngineProcess.Socket,
        _ id: ConnectionID,
        _ process: EngineProcess,
        at now: Moment
    ) throws(BrokenPromise) {
        let attempt = DialAttempt(id: id, number: socket.attempt)
        guard let end = wires[socket.wire]?[.dialler] else {
            throw BrokenPromise("\(id) has no wire")
        }
        if let error = end.error {
            close(socket.wire, .dialler)
            process.sockets[slot] = nil
            let failure: DialFailure =
                switch error {
                case Errno.refused: .refused
                case Errno.hostUnreachable: .unreachable
                default: .io(errno: error)
                }
            return try tell(.dialFailed(attempt, failure), process, at: now)
        }
        process.sockets[slot]?.isConnecting = false
        try tell(.dialSucceeded(attempt, local: end.address), process, at: now)
        guard process.socket(inSlot: slot)?.wire == socket.wire else { return }
        if isReadable(socket.wire, .dialler) { list(slot, of: process) }
    }

    private func read(
        _ slot: Int,
        _ socket: EngineProcess.Socket,
        _ id: ConnectionID,
        _ process: EngineProcess,
        at now: Moment
    ) throws(BrokenPromise) {
        switch read(socket.wire, socket.side, atMost: Self.bytesPerTurn) {
        case .bytes(let bytes):
            process.watch.noteRead(bytes.count, of: slot)
            switch process.engine.reading(of: id) {
            case .read:
                let consumed = unsafe process.engine.receive(
                    bytes.span.bytes,
                    from: id,
                    at: now,
                    &process.steps
                )
                try require(
                    consumed == bytes.count,
                    "\(consumed) of \(bytes.count) bytes are taken"
                )
                try perform(process, at: now)
            case .discard: process.engine.noteDiscarded(bytes.count, from: id)
            }
            // It is still ready.
            guard process.socket(inSlot: slot)?.wire == socket.wire else { return }
            if isReadable(socket.wire, socket.side) { list(slot, of: process) }
        case .endOfFile: try tell(.closed(id, .closedByPeer), process, at: now)
        case .wouldBlock: break
        case .failed(let error):
            let ending: Ending = error == Errno.timedOut ? .timedOut : .io(errno: error)
            try tell(.closed(id, ending), process, at: now)
        }
    }

    // MARK: The engine

    func tell(
        _ event: Event,
        _ process: EngineProcess,
        at now: Moment
    ) throws(BrokenPromise) {
        process.engine.handle(event, at: now, &process.steps)
        try perform(process, at: now)
    }
}
