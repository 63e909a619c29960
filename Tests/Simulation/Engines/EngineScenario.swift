internal import Addressing
internal import ConnectionCore
internal import DecredWire
import Engine
internal import Timing

/// What a world of whole daemons is like: drawn from its seed. A world leaves much out, since one
/// with a little of everything never reaches a limit.
struct EngineScenario {
    /// Nil: nothing is said, and what comes is thrown away.
    var network: WireNetwork? = .simnet
    var machines = 2
    var honest = 10
    var hostile = 0
    var gossips = false
    /// Mean times between two things of a kind; nil for never.
    var meanOrderGap: Duration?
    var meanWeatherGap: Duration?
    var meanCallGap: Duration?
    /// How long an honest stranger stays.
    var meanStay: Duration?
    var latency = Duration.milliseconds(20)
    /// For how long a kernel sends again what isn't answered.
    var kernelPatience = Duration.seconds(600)
    /// After how long a kernel asks whether a silent peer is there still: what ends connections to
    /// machines that have vanished where nothing is said.
    var keepAlive = Duration.seconds(7_200)
    var capacities = [65_536]
    /// Reads and writes come in pieces.
    var isPiecemeal = false
    var endsAbruptly = false
    var weathers: [Weather] = []
    /// `checkInvariants` at each so-many-th step.
    var checkEvery = 64
    /// Of so many processes one is recorded and replayed; 0 for none.
    var recordsEvery = 0

    /// What may go wrong with the world.
    enum Weather: CaseIterable {
        case silence, reset, vanish, death, freeze, clock, disk, names, descriptors
    }

    init(drawing random: inout SeededRandom) {
        network = random.element(of: [.simnet, .simnet, .regnet, .regnet, .testnet, nil])
        machines = random.element(of: [2, 2, 3, 4, 5])
        honest = random.element(of: [3, 8, 12, 16])
        hostile = random.element(of: [0, 2, 5])
        gossips = random.chance(0.5)
        meanOrderGap = random.element(of: [nil, .seconds(3), .seconds(15), .seconds(60)])
        meanWeatherGap = random.element(of: [nil, .seconds(10), .seconds(60), .seconds(300)])
        meanCallGap = random.element(of: [nil, .seconds(15), .seconds(60), .seconds(300)])
        meanStay = random.element(of: [nil, .seconds(30), .seconds(300)])
        latency = random.element(of: [.microseconds(200), .milliseconds(20), .milliseconds(400)])
        kernelPatience = random.element(of: [.seconds(40), .seconds(600)])
        if network == nil { keepAlive = .seconds(100) }
        capacities = random.element(of: [[65_536, 262_144], [256, 4_096], [4_096, 65_536]])
        isPiecemeal = random.chance(0.5)
        endsAbruptly = random.chance(0.2)
        recordsEvery = 3
        for weather in Weather.allCases where random.chance(0.5) { weathers.append(weather) }
    }

    /// Two daemons with ten peers that behave.
    static func steady() -> EngineScenario { EngineScenario() }

    private init() {}

    var isRaw: Bool { network == nil }

    /// A policy of one daemon.
    func policy(drawing random: inout SeededRandom) -> EnginePolicy {
        var core = Policy()
        core.limits.connections = random.element(of: [4, 20, 40, 125])
        core.limits.perHost = random.element(of: [0, 1, 2, 5, 5])
        core.limits.reservedManual = random.element(of: [0, 2, 8])
        core.outbound.target = random.element(of: [0, 1, 2, 4])
        core.outbound.maxPerGroup = random.element(of: [0, 1, 1, 2])
        core.outbound.retry = random.element(of: [.seconds(1), .seconds(5)])
        core.outbound.dialTimeout = random.element(of: [.seconds(5), .seconds(30)])
        core.persistent.max = random.element(of: [1, 2, 8, 8])
        core.persistent.retry = random.element(of: [.seconds(1), .seconds(5)])
        core.persistent.maxRetry = random.element(of: [.seconds(20), .seconds(60)])
        core.persistent.stableAfter = random.element(of: [.seconds(20), .seconds(60)])
        core.inbound.floodThreshold = random.element(of: [30, 300])
        core.handshake.timeout = random.element(of: [.seconds(5), .seconds(30)])
        return policy(core, drawing: &random)
    }

    /// One by which the world can keep its promises when it is kind: `target` outbound peers, and
    /// room for everybody.
    func kindPolicy(target: Int, drawing random: inout SeededRandom) -> EnginePolicy {
        var core = Policy()
        // Also beside those who came while other numbers held, and who stay.
        core.limits.connections = 1_000
        core.limits.perHost = 0
        core.outbound.target = target
        core.persistent.maxRetry = .seconds(60)
        return policy(core, drawing: &random)
    }

    private func policy(_ core: Policy, drawing random: inout SeededRandom) -> EnginePolicy {
        var core = core
        var speech = Speech.raw
        if let network {
            core.handshake.isRequired = true
            var session = SessionPolicy(network: network)
            session.gossips = gossips
            session.tellsUnroutable = true
            session.requiredServices = random.element(of: [0, 1])
            session.services = 1
            let (ping, idle) = random.element(of: [(107, 120), (107, 120), (20, 30)])
            (session.pingInterval, session.idleTimeout) = (.seconds(ping), .seconds(idle))
            session.mostQueuedBytes = random.element(of: [65_536, 131_072])
            speech = .decred(session)
        }
        return EnginePolicy(
            core: core,
            speech: speech,
            banDuration: random.element(of: [.seconds(60), .seconds(3_600)]),
            tellsOnlyRoutable: false
        )
    }
}
