internal import Addressing
internal import ConnectionCore
internal import DecredWire
import Engine
import Facts
internal import Timing

/// What daemons promise together, and to peers that behave.
extension EngineWorld {
    // MARK: Honest peers

    private func isHonest(_ address: PeerAddress) -> Bool {
        guard let ip = address.ip else { return false }
        return machines.contains { $0.ip == ip }
            || strangers.contains { $0.isHonest && $0.address.ip == ip }
    }

    func judge(_ report: Report, _ process: EngineProcess) throws(BrokenPromise) {
        switch report {
        case .banned(let ban, _) where ban.origin == .automatic:
            try judge(ban)
        case .ended(let subject, let ending, _, _):
            guard let address = subject.address, isHonest(address) else { return }
            switch ending {
            case .session(.malformed), .session(.misbehaved), .session(.unexpectedMessage),
                .session(.obsoleteVersion):
                throw BrokenPromise("\(subject.id) behaves, and ends as \(ending.name.word)")
            case .session, .closedByPeer, .timedOut, .io, .byOperator, .attemptTimedOut,
                .abandoned, .banned, .networkInactive, .shutdown:
                break
            }
        default: break
        }
    }

    private func judge(_ ban: Ban) throws(BrokenPromise) {
        let banned = machines.map(\.listening) + strangers.filter(\.isHonest).map(\.address)
        for address in banned {
            guard let ip = address.ip else { continue }
            try require(!ban.prefix.contains(ip), "\(address) behaves, and \(ban.prefix) is banned")
        }
    }

    func judge(_ remark: Remark) throws(BrokenPromise) {
        switch remark {
        case .addressesLearned: break
        case .misbehaving(let address, let what, _, _):
            guard let address else { return }
            try require(!isHonest(address), "\(address) behaves, and is told to be \(what)")
        }
    }

    // MARK: Each step

    /// After each turn: nothing is overdue, and the loop doesn't spin.
    func checkTurn(_ process: EngineProcess, at now: Moment) throws(BrokenPromise) {
        let isDue = process.engine.deadline.map { $0 <= now.instant } ?? false
        process.restless = isDue ? process.restless + 1 : 0
        try require(process.restless < 64, "the engine asks to be woken at once again and again")
        for (slot, socket) in process.sockets.enumerated() where socket != nil {
            guard let entry = process.watch[slot] else {
                throw BrokenPromise("slot \(slot) has a socket and no connection")
            }
            try require(
                entry.stage == .open || socket?.isConnecting ?? false,
                "\(entry.id) has a socket and isn't connected"
            )
        }
    }

    /// Everything against everything, at each so-many-th call.
    func checkEverything(_ process: EngineProcess, at now: Moment) throws(BrokenPromise) {
        process.engine.checkInvariants()
        try process.watch.agree(with: process.engine)
        for ban in process.engine.core.bans.inForce(at: now) where ban.origin == .automatic {
            try judge(ban)
        }
        guard !process.engine.core.isShuttingDown, !process.isAccepting else { return }
        for entry in process.watch.all { try checkTimes(entry, process, at: now) }
        try checkCarried(process)
    }

    /// Nothing lasts longer than the policy's numbers allow, from the last time on that the process
    /// was held up.
    private func checkTimes(
        _ entry: EngineWatch.Entry,
        _ process: EngineProcess,
        at now: Moment
    ) throws(BrokenPromise) {
        let policy = process.watch.policy.core
        let lasts = now.instant - max(entry.since, process.heldUp)
        switch entry.stage {
        case .attempting:
            // A name's addresses are tried in turn: at most three, after it was looked up. The one
            // that was tried at a reload keeps its time, which is 30 s at most.
            let most = policy.outbound.dialTimeout * 5 + .seconds(31)
            try require(lasts <= most, "\(entry.id) has been attempted for \(lasts)")
            try require(
                process.socket(inSlot: entry.id.slot) != nil || isAwaited(entry, process),
                "\(entry.id) is attempted, and nothing is done for it"
            )
        case .open:
            if policy.handshake.isRequired, !entry.isReady {
                let most = policy.handshake.timeout + .seconds(1)
                try require(lasts <= most, "\(entry.id) has shaken hands for \(lasts)")
            }
            guard let socket = process.socket(inSlot: entry.id.slot) else {
                throw BrokenPromise("\(entry.id) is connected and has no socket")
            }
            try checkPatience(with: socket, of: entry, process, at: now)
        case .waiting: break
        }
    }

    /// A peer that doesn't take what waits for it has 20 s, one more for each 256 KiB that came
    /// to wait, and what a session may be looked at late.
    private func checkPatience(
        with socket: EngineProcess.Socket,
        of entry: EngineWatch.Entry,
        _ process: EngineProcess,
        at now: Moment
    ) throws(BrokenPromise) {
        guard !scenario.isRaw, let since = socket.waitsSince else { return }
        let waits = now.instant - max(since, process.heldUp)
        let most = Duration.seconds(23) + .seconds(Double(socket.queued) / 262_144)
        try require(waits <= most, "\(entry.id) doesn't take what waits for it, for \(waits)")
    }

    /// Whether a name is being looked up, or a failure is about to be told.
    private func isAwaited(_ entry: EngineWatch.Entry, _ process: EngineProcess) -> Bool {
        if case .name = entry.target { return true }
        return process.settled.contains { settled in
            if case .dialFailed(let attempt, _) = settled.event {
                attempt.id == entry.id
            } else {
                false
            }
        }
    }

    /// What one end has received the other end's kernel has taken, and what one end says it has
    /// sent its kernel has taken.
    private func checkCarried(_ process: EngineProcess) throws(BrokenPromise) {
        for (slot, socket) in process.sockets.enumerated() {
            guard let socket, !socket.isConnecting, let wire = wires[socket.wire],
                let id = process.watch[slot]?.id, let row = process.engine.row(of: id),
                let traffic = row.traffic
            else { continue }
            let (own, other) = (wire[socket.side].flow, wire[socket.side.other].flow)
            try require(
                traffic.sent == own.taken && traffic.received == other.read
                    && other.read <= other.taken && own.read <= own.taken,
                "\(id) says that \(traffic) went over it; \(own.taken) were taken, \(other.read) read"
            )
            guard case .socket(let number, let place) = wire[socket.side.other].owner,
                let peer = processes[number]?.socket(inSlot: place)
            else { continue }
            try require(
                socket.speech.pongs <= peer.speech.pings,
                "\(id) has said 'pong' \(socket.speech.pongs) times to \(peer.speech.pings) pings"
            )
            try require(
                !row.isReady || scenario.isRaw || peer.speech.hasSaidVerack,
                "\(id) is ready, and its peer hasn't said 'verack'"
            )
        }
    }

    // MARK: Half a connection

    /// The other end of one that is open has gone: it must notice.
    func noteLonely(_ number: Int, _ side: Side) {
        guard case .socket(let process, _)? = wires[number]?[side].owner,
            let process = processes[process]
        else { return }
        schedule(.loneliness(wire: number, side), in: loneliness(of: process))
    }

    /// How long an end may go on whose other end has gone: where something is said, until its
    /// session finds that it is idle, or its handshake has taken too long; where nothing is, until
    /// the kernel does.
    private func loneliness(of process: EngineProcess) -> Duration {
        let slack = Duration.seconds(6)
        switch process.watch.policy.speech {
        case .raw: return scenario.keepAlive + slack
        case .decred(let policy):
            return max(policy.idleTimeout, process.watch.policy.core.handshake.timeout)
                + process.watch.policy.core.outbound.dialTimeout + slack
        }
    }

    func checkLoneliness(_ number: Int, _ side: Side) throws(BrokenPromise) {
        guard let wire = wires[number], wire[side].isOpen, !wire[side.other].isOpen,
            case .socket(let owner, let slot) = wire[side].owner, let process = processes[owner],
            let entry = process.watch[slot]
        else { return }
        let moment = process.machine.moment(at: now)
        let bound = loneliness(of: process)
        let since = process.machine.frozenUntil.map { max($0, now) } ?? now
        let left = bound - (moment.instant - process.heldUp)
        guard left <= .zero, since <= now, !process.isStopping else {
            let delay = max(left, .seconds(1)) + (since - now)
            return schedule(.loneliness(wire: number, side), in: delay)
        }
        throw BrokenPromise(
            "the other end of \(entry.id) has gone, and it hasn't noticed: \(entry)"
        )
    }
}
