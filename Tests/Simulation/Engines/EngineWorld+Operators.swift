internal import Addressing
internal import ConnectionCore
import Engine
import Facts
internal import Timing

/// What operators ask of each daemon, at random.
extension EngineWorld {
    func order(_ machine: Machine) {
        if let process = machine.process, !isKind {
            process.orders += 1
            wake(process)
        }
        if let gap = scenario.meanOrderGap {
            schedule(.order(machine: machine.index), in: random.duration(around: gap))
        }
    }

    func serveOperators(_ process: EngineProcess, at now: Moment) throws(BrokenPromise) {
        while process.orders > 0, isAlive(process), !process.isStopping {
            process.orders -= 1
            try order(process, at: now)
        }
    }

    private func order(_ process: EngineProcess, at now: Moment) throws(BrokenPromise) {
        do throws(Refusal) {
            try command(process, at: now)
        } catch {
            write("\(process.machine.index) refuses \(error.name.word)")
            tally.count("refused: " + error.name.word)
        }
        if isAlive(process), !process.isStopping { try perform(process, at: now) }
    }

    private func command(_ process: EngineProcess, at now: Moment) throws(Refusal) {
        let who = somebody(&random)
        switch random.number(below: 100) {
        case 0..<20:
            let limit: Duration? =
                random.chance(0.4) ? random.duration(from: .milliseconds(1), to: .seconds(20)) : nil
            waiterCount += 1
            let waiter = Waiter(waiterCount)
            write("\(process.machine.index) connect \(who)")
            let id = try process.engine.connect(
                who,
                within: limit,
                for: waiter,
                at: now,
                &process.steps
            )
            process.watch.waits(waiter, for: id)
        case 20..<26: abandon(process, at: now)
        case 26..<42:
            write("\(process.machine.index) add \(who)")
            _ = try process.engine.addPersistent(who, at: now, &process.steps)
        case 42..<50:
            write("\(process.machine.index) disconnect")
            let selector = selector(process, who)
            _ = try process.engine.disconnect(selector, limit: 10, at: now, &process.steps)
        case 50..<58:
            write("\(process.machine.index) remove")
            _ = try process.engine.remove(selector(process, who), at: now, &process.steps)
        case 58..<66: try ban(process, at: now)
        case 66..<72:
            let bans = process.engine.core.bans.inForce(at: now)
            guard !bans.isEmpty else { return }
            write("\(process.machine.index) unban")
            try process.engine.unban(random.element(of: bans).prefix, at: now, &process.steps)
        case 72..<76:
            let isActive = random.chance(0.7)
            write("\(process.machine.index) network \(isActive)")
            try process.engine.setNetworkActive(isActive, at: now, &process.steps)
        case 76..<82:
            let more = (0..<random.number(below: 4)).map { _ in somebody(&random) }
            _ = try process.engine.add(more, at: now, &process.steps)
        case 82..<90: explain(process, who, at: now)
        case 90..<97: beginReload(process, at: now)
        default: stopRequested(process, at: now)
        }
    }

    /// Somebody who waits goes away.
    private func abandon(_ process: EngineProcess, at now: Moment) {
        guard !process.watch.waiters.isEmpty else { return }
        let (waiter, id) = random.element(of: process.watch.waiters)
        write("\(process.machine.index) abandon \(id)")
        tally.count("abandoned")
        process.watch.abandons(waiter)
        process.engine.abandon(id, by: waiter, at: now, &process.steps)
    }

    private func ban(_ process: EngineProcess, at now: Moment) throws(Refusal) {
        let node = random.number(below: scenario.machines + strangers.count)
        guard let ip = address(ofNode: node).ip else { return }
        let length = random.element(of: ip.v4 == nil ? [128, 64, 48] : [128, 120, 112])
        let duration = random.element(of: [nil, .seconds(20), .seconds(600)] as [Duration?])
        write("\(process.machine.index) ban \(ip)/\(length)")
        _ = try process.engine.ban(
            Prefix(ip, length: length),
            for: duration,
            replacing: random.chance(0.5),
            at: now,
            &process.steps
        )
    }

    private func selector(_ process: EngineProcess, _ who: PeerTarget) -> Selector {
        let known = Array(process.watch.all)
        guard random.chance(0.7), !known.isEmpty else {
            if random.chance(0.3), case .address(let address) = who, let ip = address.ip {
                return .host(ip)
            }
            return .target(who)
        }
        return .number(random.element(of: known).id.number)
    }

    private func explain(_ process: EngineProcess, _ who: PeerTarget, at now: Moment) {
        let listener = Explanation.Listener(local: process.machine.listening)
        let answer = process.engine.explain(.target(who), listeners: [listener], at: now)
        write(
            "\(process.machine.index) explains \(answer.connections.count) \(answer.findings.count)"
        )
        tally.count("explained")
    }

    private func stopRequested(_ process: EngineProcess, at now: Moment) {
        do throws(BrokenPromise) {
            try stop(process, at: now)
        } catch {
            broken = broken ?? error
        }
    }

    // MARK: Reloads

    /// A file is read beside the loop, as `ReloadThread` does.
    private func beginReload(_ process: EngineProcess, at now: Moment) {
        guard process.reload == nil else { return }
        write("\(process.machine.index) reads its file")
        var policy = scenario.policy(drawing: &random)
        policy.persistent = (0..<random.number(below: 3)).map { _ in somebody(&random) }
        var distinct: [PeerTarget] = []
        for target in policy.persistent where !distinct.contains(target) { distinct.append(target) }
        policy.persistent = distinct
        let all = (0..<(machines.count + strangers.count)).map { address(ofNode: $0) }
        beginReload(
            process,
            EngineProcess.Reload(
                policy: policy.speaking(process.machine.protocolVersion),
                addresses: all.filter { _ in random.chance(0.8) },
                isWrong: random.chance(0.2),
                hasMoved: random.chance(0.2)
            )
        )
    }

    func beginReload(_ process: EngineProcess, _ reload: EngineProcess.Reload) {
        process.reload = reload
        let lent = process.engine.lendAddresses()
        process.adoption = { engine, now, steps in
            var addresses = lent
            let hasMore = addresses.replace(
                with: reload.addresses,
                onlyRoutable: reload.policy.dialsOnlyRoutable
            )
            return engine.reload(
                reload.policy,
                addresses: addresses,
                madeOf: reload.addresses,
                hasMoreAddresses: hasMore,
                hasMoved: reload.hasMoved,
                at: now,
                &steps
            ).stored
        }
        let delay = random.duration(around: .milliseconds(300))
        schedule(.fileRead(process: process.number), in: delay)
    }

    func finishReload(_ process: EngineProcess, at now: Moment) throws(BrokenPromise) {
        process.isReloadRead = false
        guard let reload = process.reload, let adoption = process.adoption else { return }
        process.reload = nil
        process.adoption = nil
        guard !reload.isWrong else { return process.engine.forgetLentAddresses() }
        write("\(process.machine.index) reloads")
        tally.count("reloads")
        process.machine.policy = reload.policy
        process.machine.addresses = reload.addresses
        process.watch.adopt(reload.policy)
        // What is promised by numbers counts anew from here.
        process.heldUp = now.instant
        let refused = adoption(&process.engine, now, &process.steps)
        process.watch.refused = refused.map(\.target)
        try perform(process, at: now)
    }
}
