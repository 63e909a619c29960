internal import Simulation

/// Which worlds are run.
enum WorldKind {
    /// The core alone, in a world that invents its peers' sessions.
    case core
    /// Whole daemons on one simulated network.
    case engines

    func run(
        seed: UInt64,
        turmoil: Duration,
        sink: ((String) -> Void)? = nil
    ) throws(Violation) -> Simulation.Outcome {
        switch self {
        case .core: try Simulation.run(seed: seed, turmoil: turmoil, sink: sink)
        case .engines: try EngineSimulation.run(seed: seed, turmoil: turmoil, sink: sink)
        }
    }

    func runSteadily(
        seed: UInt64,
        for duration: Duration
    ) throws(Violation) -> (steps: Int, held: Int) {
        switch self {
        case .core: try Simulation.runSteadily(seed: seed, for: duration)
        case .engines: try EngineSimulation.runSteadily(seed: seed, for: duration)
        }
    }

    /// Seconds of CPU time for each hour of turmoil, after which a run hangs: some hundred times
    /// what most seeds take. Daemons with thousands of peers that answer pings take a
    /// tenth of it.
    var patience: Double {
        switch self {
        case .core: 30
        case .engines: 300
        }
    }

    /// How long a quiet run is: about a second.
    var quietHours: Int {
        switch self {
        case .core: 1_000
        case .engines: 40
        }
    }

    var leastHoursPerSecond: Int {
        switch self {
        case .core: 1_000
        case .engines: 20
        }
    }

    /// What is counted at the end of a quiet run.
    var held: String {
        switch self {
        case .core: "peers"
        case .engines: "ready connections"
        }
    }
}
