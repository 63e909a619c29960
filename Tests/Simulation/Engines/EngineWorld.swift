internal import Addressing
internal import ConnectionCore
internal import DecredWire
import Engine
internal import HeapModule
internal import Timing

/// A world of whole daemons on one simulated network, in simulated time, all of one seed.
///
/// Each machine has an engine with real sessions, which say real bytes; what lies between them is
/// simulated: `EngineWorld+Network` carries bytes, `EngineWorld+Turns` and `+Steps` are what the
/// daemon's shell does, `+Processes` is how they begin and end, `+Operators` what people ask,
/// `+Strangers` who else is there, `+Weather` what goes wrong, `+Agreement` what daemons promise
/// together, and `+Kindness` what must come true at the end.
///
/// A reference, since each of its parts changes others.
final class EngineWorld {
    let seed: UInt64
    let scenario: EngineScenario
    let began: Instant
    var random: SeededRandom
    /// The world's own time; each machine has clocks of its own.
    var now: Instant
    var machines: [Machine] = []
    var strangers: [Stranger] = []
    /// Machines first, then strangers.
    var nodes: [PeerAddress: Int] = [:]
    /// Processes that are alive, by number.
    var processes: [Int: EngineProcess] = [:]
    var processCount = 0
    /// Waiters have numbers of their own in all of the world.
    var waiterCount = 0
    /// By number. Looked up, and walked through by number only.
    var wires: [Int: Wire] = [:]
    var wireCount = 0
    /// What strangers have in mind, by wire and side.
    var talks: [TalkPlace: Talk] = [:]
    /// Between two nodes nothing comes through, by `pair`.
    var isSilent: [Bool] = []
    var latencies: [Duration] = []
    var names: [NetworkName] = []
    /// Nothing goes wrong any more.
    var isKind = false
    let trace: Trace
    var tally = Tally()
    var step = 0
    /// What was broken where only a refusal can be thrown.
    var broken: BrokenPromise?
    private var queue = Heap<EngineScheduled>()
    private var scheduled: UInt64 = 0

    init(
        seed: UInt64,
        sink: ((String) -> Void)?,
        draw: (inout SeededRandom) -> EngineScenario
    ) {
        self.seed = seed
        random = SeededRandom(seed: seed ^ 0x5eed_e461_0e5e_ed00)
        scenario = draw(&random)
        trace = Trace(sink: sink)
        began = Instant(nanoseconds: 1_000_000_000 * Int64(random.number(below: 1_000_000)))
        now = began
        populate()
    }

    var elapsed: Duration { now - began }

    /// Puts something in store.
    func schedule(_ happening: EngineHappening, in delay: Duration = .zero) {
        schedule(happening, at: now + delay)
    }

    func schedule(_ happening: EngineHappening, at time: Instant) {
        scheduled += 1
        let entry = EngineScheduled(at: max(time, now), number: scheduled, happening: happening)
        queue.insert(entry)
    }

    /// Adds a line to the trace.
    func write(_ line: @autoclosure () -> String) {
        trace.write(line(), at: elapsed)
    }

    func require(_ condition: Bool, _ what: @autoclosure () -> String) throws(BrokenPromise) {
        if !condition { throw BrokenPromise(what()) }
    }

    // MARK: Time

    func run(for duration: Duration) throws(Violation) {
        let end = now + duration
        try checked { world throws(BrokenPromise) in
            while let next = world.queue.min, next.at <= end {
                world.queue.removeMin()
                world.now = next.at
                world.step += 1
                try world.happen(next.happening)
            }
        }
        now = end
    }

    /// Does something, and says of a broken promise where in the run it was.
    func checked(_ body: (EngineWorld) throws(BrokenPromise) -> Void) throws(Violation) {
        do throws(BrokenPromise) {
            try body(self)
        } catch {
            throw Violation(seed: seed, elapsed: elapsed, step: step, what: error.what)
        }
    }

    private func happen(_ happening: EngineHappening) throws(BrokenPromise) {
        switch happening {
        case .turn(let number):
            guard let process = processes[number] else { return }
            try turn(of: process)
        case .arrival(let wire): arrive(wire)
        case .answer(let wire, let error): answer(wire, error)
        case .segment(let wire, let side, let count): deliver(count, of: wire, side)
        case .finish(let wire, let side): finish(wire, side)
        case .reset(let wire, let side): hearReset(wire, side)
        case .room(let wire, let side): hearRoom(wire, side)
        case .probe(let wire, let side): probe(wire, side)
        case .lookup(let number, let answer):
            guard let process = processes[number] else { return }
            process.lookups.append(answer)
            wake(process)
        case .stored(let number):
            guard let process = processes[number] else { return }
            process.isStored = true
            wake(process)
        case .order(let index): order(machines[index])
        case .fileRead(let number):
            guard let process = processes[number] else { return }
            process.isReloadRead = true
            wake(process)
        case .start(let index): try start(machines[index])
        case .end(let number):
            if let process = processes[number] { try end(process) }
        case .strangerCalls(let index): strangerCalls(index)
        case .strangerActs(let wire, let side): act(TalkPlace(wire: wire, side: side))
        case .weather:
            if !isKind { changeWeather() }
            if let gap = scenario.meanWeatherGap {
                schedule(.weather, in: random.duration(around: gap))
            }
        case .loneliness(let wire, let side): try checkLoneliness(wire, side)
        case .silenceEnds(let one, let other): isSilent[pair(one, other)] = false
        }
    }

    // MARK: Population

    private func populate() {
        let (engines, peers) = (scenario.machines, scenario.honest + scenario.hostile)
        let port = scenario.network?.defaultPort ?? 9_108
        var listening: [PeerAddress] = []
        for index in 0..<(engines + peers) {
            // Each in a group of its own, every third of them IPv6.
            let ip =
                index % 3 == 2
                ? IPAddress(high: 0x2a00_0000_0000_0000 | UInt64(index) << 32, low: 1)
                : IPAddress(v4: 0x1400_0001 | UInt32(index) << 16)
            listening.append(PeerAddress(ip, port: port))
            nodes[listening[index]] = index
        }
        let count = listening.count
        isSilent = [Bool](repeating: false, count: count * count)
        latencies = (0..<(count * count)).map { _ in
            scenario.latency / 2 + random.duration(around: scenario.latency / 2)
        }
        for index in 0..<peers {
            strangers.append(stranger(index, at: listening[engines + index]))
        }
        for number in 0..<4 { names.append(NetworkName(number, listening, drawing: &random)) }
        for index in 0..<engines { machines.append(machine(index, listening, &random)) }
        for machine in machines {
            let delay = random.duration(below: .seconds(2))
            schedule(.start(machine: machine.index), in: delay)
            if scenario.meanOrderGap != nil { schedule(.order(machine: machine.index)) }
        }
        if let gap = scenario.meanWeatherGap {
            schedule(.weather, in: random.duration(around: gap))
        }
        guard let gap = scenario.meanCallGap else { return }
        for index in strangers.indices {
            schedule(.strangerCalls(index), in: random.duration(around: gap))
        }
    }

    private func machine(
        _ index: Int,
        _ listening: [PeerAddress],
        _ random: inout SeededRandom
    ) -> Machine {
        var policy = scenario.policy(drawing: &random)
        var known = listening.filter { _ in random.chance(0.8) }
        if scenario.meanOrderGap == nil, scenario.meanWeatherGap == nil {
            policy = scenario.kindPolicy(target: 4, drawing: &random)
            known = listening
        }
        if random.chance(0.5) { policy.persistent = [somebody(&random)] }
        guard let ip = listening[index].ip else { preconditionFailure("a machine has no address") }
        return Machine(
            index,
            listening: listening[index],
            ip,
            policy: policy,
            addresses: known,
            keepsState: random.chance(0.8),
            protocolVersion: random.element(of: [12, 12, 11]),
            clockOffset: .seconds(random.number(below: 100_000)),
            wallOffset: 1_770_000_000_000_000 + Int64(random.number(below: 10_000_000_000))
        )
    }

    /// Whom an operator may name: a stranger, another machine, or one of the names.
    func somebody(_ random: inout SeededRandom) -> PeerTarget {
        if random.chance(0.25) { return .name(random.element(of: names).name) }
        let node = random.number(below: scenario.machines + strangers.count)
        return .address(address(ofNode: node))
    }

    func address(ofNode node: Int) -> PeerAddress {
        node < scenario.machines
            ? machines.count > node ? machines[node].listening : nodeAddress(node)
            : strangers[node - scenario.machines].address
    }

    /// While the machines are being made.
    private func nodeAddress(_ node: Int) -> PeerAddress {
        guard let found = nodes.first(where: { $0.value == node }) else {
            preconditionFailure("there is no node \(node)")
        }
        return found.key
    }

    func pair(_ one: Int, _ other: Int) -> Int {
        min(one, other) * (machines.count + strangers.count) + max(one, other)
    }
}

/// A name, and what the resolver says of it at present.
struct NetworkName {
    let name: PeerName
    /// Whose it is.
    let owner: PeerAddress
    var addresses: [PeerAddress]

    init(_ number: Int, _ all: [PeerAddress], drawing random: inout SeededRandom) {
        do throws(AddressError) {
            name = try PeerName("peer\(number).example", port: all[0].port)
        } catch {
            preconditionFailure("\(error)")
        }
        owner = random.element(of: all)
        addresses = [owner]
    }
}
