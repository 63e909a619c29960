internal import Addressing
internal import ConnectionCore
import Engine
import Facts
internal import Timing

/// Doing what an engine says, in its order, as `Daemon.perform` does.
extension EngineWorld {
    func perform(_ process: EngineProcess, at now: Moment) throws(BrokenPromise) {
        if let broken { throw broken }
        var index = 0
        while index < process.steps.pending.count {
            if let left = process.stepsToLive {
                guard left > 0 else { return die(process) }
                process.stepsToLive = left - 1
            }
            try perform(process.steps.pending[index], process, at: now)
            index += 1
        }
        process.steps.removeAll()
        try process.watch.settle(with: process.engine, at: now)
        process.calls += 1
        if process.calls % scenario.checkEvery == 0 { try checkEverything(process, at: now) }
    }

    private func perform(
        _ step: Step,
        _ process: EngineProcess,
        at now: Moment
    ) throws(BrokenPromise) {
        write("\(process.machine.index) \(step.line)")
        switch step {
        case .resolve(let attempt, let name, _):
            try process.watch.resolving(attempt, name)
            resolve(attempt, name, process)
        case .dial(let attempt, let address):
            try process.watch.dialling(attempt, address)
            dial(attempt, address, process)
        case .send(let id, let range):
            try process.watch.sending(to: id)
            try send(range, to: id, process, at: now)
        case .close(let id):
            try process.watch.closed(id)
            drop(id.slot, of: process)
        case .report(let report, let details):
            tally.count(report)
            try process.watch.note(report, details, at: now)
            try judge(report, process)
        case .remark(let remark): try judge(remark)
        case .answer(let waiter, let result):
            tally.count("answered")
            try process.watch.answered(waiter, result)
        case .store(let request):
            try require(process.machine.keepsState, "something is stored where nothing is")
            try process.machine.disk.begin(request)
            process.isStoreBusy = true
            schedule(.stored(process: process.number), in: storeDelay(process.machine.disk.mood))
        }
    }

    private func storeDelay(_ mood: Disk.Mood) -> Duration {
        switch mood {
        case .works, .fails, .readOnly, .failsLate: random.duration(around: .milliseconds(5))
        case .slow: random.duration(around: .seconds(8))
        }
    }

    // MARK: Dialling

    private func resolve(_ attempt: DialAttempt, _ name: PeerName, _ process: EngineProcess) {
        guard let known = names.first(where: { $0.name == name }) else { return }
        let number = process.number
        // Never, late, or soon.
        if !isKind, random.chance(0.05) { return }
        let delay: Duration =
            !isKind && random.chance(0.1)
            ? random.duration(around: .seconds(20)) : random.duration(around: .milliseconds(50))
        let addresses = !isKind && random.chance(0.1) ? nil : known.addresses
        let answer = LookupAnswer(attempt: attempt, addresses: addresses)
        schedule(.lookup(process: number, answer), in: delay)
    }

    private func dial(_ attempt: DialAttempt, _ address: PeerAddress, _ process: EngineProcess) {
        let slot = attempt.id.slot
        drop(slot, of: process)
        let machine = process.machine
        guard machine.hasDescriptors else {
            let failure = DialFailure.resourcesExhausted(errno: Errno.noDescriptor)
            process.settled.append(.init(event: .dialFailed(attempt, failure), wire: nil))
            return
        }
        let local = PeerAddress(machine.ip, port: machine.nextPort())
        let wire = connect(from: machine.index, at: local, to: address, owner: .nobody)
        put(
            wire,
            .dialler,
            inSlot: slot,
            attempt: attempt.number,
            of: process,
            isConnecting: true
        )
    }

    /// Closes what lies in a slot.
    private func drop(_ slot: Int, of process: EngineProcess) {
        guard let socket = process.socket(inSlot: slot) else { return }
        process.sockets[slot] = nil
        close(socket.wire, socket.side)
    }

    // MARK: Sending

    private func send(
        _ range: Range<Int>,
        to id: ConnectionID,
        _ process: EngineProcess,
        at now: Moment
    ) throws(BrokenPromise) {
        let slot = id.slot
        guard let socket = process.socket(inSlot: slot), !socket.isConnecting else {
            throw BrokenPromise("something is sent to \(id), which has no socket")
        }
        let bytes = process.steps.bytes[range]
        try process.sockets[slot]?.speech.hear(
            bytes,
            hasHeard: process.watch[slot]?.hasHeard ?? true
        )
        let moment = process.engine.isSendingTimed(to: id) ? now.instant : nil
        guard socket.queue.isEmpty else {
            process.sockets[slot]?.queue += bytes
            process.sockets[slot]?.queued += bytes.count
            return noteSent(to: id, process, at: moment, now)
        }
        guard let taken = send(bytes, on: socket.wire, socket.side) else {
            process.sockets[slot]?.queue = Array(bytes)
            process.sockets[slot]?.queued = bytes.count
            return giveUp(id, socket, process, now)
        }
        process.watch.noteTaken(taken, of: slot)
        process.sockets[slot]?.queue = Array(bytes.dropFirst(taken))
        if taken < bytes.count {
            tally.count("back-pressure")
            process.sockets[slot]?.waitsSince = now.instant
            process.sockets[slot]?.queued = bytes.count - taken
        }
        noteSent(to: id, process, at: moment, now)
    }

    func sendWaiting(
        _ slot: Int,
        _ id: ConnectionID,
        _ process: EngineProcess,
        at now: Moment
    ) throws(BrokenPromise) {
        guard let socket = process.socket(inSlot: slot), !socket.queue.isEmpty else { return }
        let moment = process.engine.isSendingTimed(to: id) ? now.instant : nil
        guard let taken = send(socket.queue[...], on: socket.wire, socket.side) else {
            return giveUp(id, socket, process, now)
        }
        process.watch.noteTaken(taken, of: slot)
        process.sockets[slot]?.queue.removeFirst(taken)
        if taken == socket.queue.count { process.sockets[slot]?.waitsSince = nil }
        noteSent(to: id, process, at: moment, now)
    }

    private func noteSent(
        to id: ConnectionID,
        _ process: EngineProcess,
        at moment: Instant?,
        _ now: Moment
    ) {
        let waiting = process.sockets[id.slot]?.queue.count ?? 0
        process.engine.noteSent(to: id, waiting: waiting, at: moment, now: now)
    }

    private func giveUp(
        _ id: ConnectionID,
        _ socket: EngineProcess.Socket,
        _ process: EngineProcess,
        _ now: Moment
    ) {
        noteSent(to: id, process, at: nil, now)
        let event = Event.closed(id, .io(errno: Errno.pipe))
        process.settled.append(.init(event: event, wire: socket.wire))
    }
}

extension Step {
    /// As it stands in a trace.
    var line: String {
        switch self {
        case .resolve(let attempt, let name, _): "resolve \(attempt.line) \(name)"
        case .dial(let attempt, let address): "dial \(attempt.line) \(address)"
        case .send(let id, let range): "send \(id) \(range.count)"
        case .close(let id): "close \(id)"
        case .report(let report, .ended(let traffic, _)):
            "report \(report.line) \(traffic.received) \(traffic.sent)"
        case .report(let report, _): "report \(report.line)"
        case .remark(.addressesLearned(let peer, let count)):
            "learned \(count) of \(peer.map { "\($0)" } ?? "")"
        case .remark(.misbehaving(let peer, let what, let score, _)):
            "misbehaving \(peer.map { "\($0)" } ?? ""): \(what), \(score)"
        case .answer(let waiter, .success): "answer \(waiter.number)"
        case .answer(let waiter, .failure(let cause)):
            "answer \(waiter.number) \(cause.line)"
        case .store(.load): "store load"
        case .store(.check): "store check"
        case .store(.apply(let changes)): "store \(changes.count) changes"
        case .store(.replace): "store all"
        }
    }
}

extension Cause {
    fileprivate var line: String {
        switch self {
        case .refused(let refusal): refusal.name.word
        case .failed(let failure): failure.name.word
        case .ended(let ending): ending.name.word
        }
    }
}
