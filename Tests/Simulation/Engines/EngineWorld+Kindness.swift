internal import Addressing
internal import ConnectionCore
import DecredWire
import Engine
import Facts
internal import Timing

/// Liveness: what must come true once the world is kind, and by when.
extension EngineWorld {
    /// A few turns and packets.
    private static let slack = Duration.seconds(10)

    /// From now on nothing goes wrong: everything is up and comes through, disks work, names are
    /// right, strangers behave, and operators have asked for what can be had.
    func becomeKind() throws(BrokenPromise) {
        isKind = true
        write("kind")
        for index in isSilent.indices { isSilent[index] = false }
        for index in names.indices { names[index].addresses = [names[index].owner] }
        for index in strangers.indices { strangers[index].isListening = strangers[index].isHonest }
        for place in talks.keys.sorted(by: {
            ($0.wire, $0.side == .dialler ? 0 : 1)
                < ($1.wire, $1.side == .dialler ? 0 : 1)
        }) {
            if let talk = talks[place], !talk.manner.isHonest { close(place.wire, place.side) }
        }
        let target = max(0, min(4, scenario.honest / 3 - 1))
        for machine in machines {
            machine.hasDescriptors = true
            machine.disk.mood = .works
            machine.frozenUntil = nil
            machine.policy = scenario.kindPolicy(target: target, drawing: &random)
                .speaking(machine.protocolVersion)
            machine.addresses = strangers.filter(\.isHonest).map(\.address)
            if machine.process == nil { try start(machine) }
            guard let process = machine.process else { continue }
            process.stepsToLive = nil
            if process.isStopping { try end(process) }
        }
        for machine in machines {
            if machine.process == nil { try start(machine) }
            guard let process = machine.process else { continue }
            try makeKind(process)
        }
    }

    private func makeKind(_ process: EngineProcess) throws(BrokenPromise) {
        let (machine, moment) = (process.machine, process.machine.moment(at: now))
        // Its loop may have been frozen until now.
        process.heldUp = moment.instant
        do throws(Refusal) {
            try process.engine.setNetworkActive(true, at: moment, &process.steps)
        } catch {
            throw BrokenPromise("the network isn't activated: \(error)")
        }
        try perform(process, at: moment)
        try liftBans(of: process, at: moment)
        (process.reload, process.orders) = (nil, 0)
        let reload = EngineProcess.Reload(
            policy: machine.policy,
            addresses: machine.addresses,
            isWrong: false,
            hasMoved: true
        )
        beginReload(process, reload)
        wake(process)
    }

    /// Also of those that are read from the disk only now.
    func liftBans(of process: EngineProcess, at now: Moment) throws(BrokenPromise) {
        do throws(Refusal) {
            for ban in process.engine.core.bans.inForce(at: now) {
                try process.engine.unban(ban.prefix, at: now, &process.steps)
            }
        } catch {
            throw BrokenPromise("a ban can't be lifted: \(error)")
        }
        try perform(process, at: now)
    }

    /// When each persistent peer must be ready.
    ///
    /// At worst one waits for the longest of its retries, then finds a half connection in the
    /// place of its own at the other end, which lasts until that is found idle, and is refused by
    /// its rate; then it waits once more. Each attempt and handshake takes its time-outs at most.
    var persistentBound: Duration {
        let policy = Policy.Persistent()
        let attempt = Policy.Outbound().dialTimeout + Policy.Handshake().timeout
        return deadEndBound + attempt * 2 + max(policy.maxRetry, .seconds(60)) * 2 + .seconds(20)
            + Policy.readyAfter + Self.slack
    }

    /// When the outbound target must be held by ready peers: as `World.outboundBound`, behind the
    /// time by which half connections are found out.
    var outboundBound: Duration {
        let policy = Policy.Outbound()
        let round = Policy.Outbound.justNow + policy.retry + Policy.readyAfter
        return deadEndBound + policy.dialTimeout + Policy.Handshake().timeout + .seconds(60)
            + round * 2 + Policy.readyAfter + Self.slack
    }

    /// By when a connection whose other end has gone is found out.
    private var deadEndBound: Duration {
        max(scenario.isRaw ? scenario.keepAlive : .seconds(120), .seconds(120))
    }

    // MARK: What has come true

    func checkKindness() throws(BrokenPromise) {
        for machine in machines {
            guard let process = machine.process else {
                throw BrokenPromise("machine \(machine.index) has no process in a kind world")
            }
            let moment = machine.moment(at: now)
            try checkTarget(process)
            for entry in process.watch.all where entry.isPersistent {
                guard isGood(entry, of: process) else { continue }
                try require(
                    entry.isReady,
                    "the world is kind and \(entry.id) of machine \(machine.index) isn't ready: "
                        + "\(entry)"
                )
            }
            try checkMutual(process)
            try checkEverything(process, at: moment)
            try require(
                !machine.keepsState || process.engine.state.isSaved || process.isStoreBusy,
                "the disk works, and not all is stored"
            )
            try checkStored(process, at: moment)
        }
    }

    private func checkTarget(_ process: EngineProcess) throws(BrokenPromise) {
        let target = process.watch.policy.core.outbound.target
        // Each group may have but one, also of the operators' peers.
        let manual = process.watch.all.count { $0.kind == .manual }
        guard scenario.honest >= 3 * target + manual else { return }
        let ready = process.watch.all.count { $0.kind == .outbound && $0.isReady }
        // A lowered target closes nothing.
        try require(
            ready >= target,
            "the world is kind and only \(ready) of \(target) peers of "
                + "machine \(process.machine.index) are ready"
        )
        tally.count("targets held")
    }

    /// Whether a persistent peer can be had: somebody who behaves, is somebody else, and isn't
    /// connected by another entry.
    private func isGood(_ entry: EngineWatch.Entry, of process: EngineProcess) -> Bool {
        let address: PeerAddress
        switch entry.target {
        case .address(let named): address = named
        case .name(let name):
            guard let known = names.first(where: { $0.name == name }) else { return false }
            address = known.owner
        }
        guard address != process.machine.listening,
            !process.watch.all.contains(where: { $0.id != entry.id && $0.address == address })
        else { return false }
        return machines.contains { $0.listening == address }
            || strangers.contains { $0.isHonest && $0.address == address }
    }

    /// Whatever is ready at one end is known, and ready, at the other.
    private func checkMutual(_ process: EngineProcess) throws(BrokenPromise) {
        for (slot, socket) in process.sockets.enumerated() {
            guard let socket, let entry = process.watch[slot], entry.isReady,
                let end = wires[socket.wire]?[socket.side.other]
            else { continue }
            guard case .socket(let number, let place) = end.owner else {
                guard case .stranger = end.owner else {
                    throw BrokenPromise("\(entry.id) is ready, and its other end is nobody's")
                }
                continue
            }
            guard let other = processes[number]?.watch[place] else {
                throw BrokenPromise("\(entry.id) is ready, and unknown at the other end")
            }
            tally.count("known at both ends")
            let lasts = process.machine.moment(at: now).instant - entry.since
            try require(
                other.isReady || lasts < .seconds(30),
                "\(entry.id) is ready, and the other end isn't: \(other)"
            )
        }
    }
}
