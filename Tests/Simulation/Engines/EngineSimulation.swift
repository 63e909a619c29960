internal import ConnectionCore
internal import Timing

/// A run of one seed of whole daemons, from turmoil over a kind world to the end of each.
package enum EngineSimulation {
    /// What a run that broke no promise was like.
    package typealias Outcome = Simulation.Outcome

    /// What stands for the simulated time among the counts.
    package static let simulatedSeconds = "simulated seconds"

    /// - Parameters:
    ///   - seed: Decides everything.
    ///   - turmoil: How long things go wrong, before the world becomes kind.
    ///   - sink: Gets each line of the trace.
    /// - Returns: What tells this run from others.
    /// - Throws: What the engines did that they must not do. They may also trap, which ends the
    ///   process.
    package static func run(
        seed: UInt64,
        turmoil: Duration,
        sink: ((String) -> Void)? = nil
    ) throws(Violation) -> Outcome {
        let world = EngineWorld(seed: seed, sink: sink) { EngineScenario(drawing: &$0) }
        try world.run(for: turmoil)
        if !world.scenario.endsAbruptly {
            try world.checked { world throws(BrokenPromise) in try world.becomeKind() }
            try world.run(for: max(world.persistentBound, world.outboundBound))
            try world.checked { world throws(BrokenPromise) in try world.checkKindness() }
        }
        try world.checked { world throws(BrokenPromise) in try world.stopAll() }
        try world.checked { world throws(BrokenPromise) in
            if let broken = world.broken { throw broken }
        }
        var counts = world.tally.counts
        counts[simulatedSeconds] = Int(world.elapsed.components.seconds)
        return Outcome(digest: world.trace.digest, steps: world.step, counts: counts)
    }

    /// Two daemons with ten peers that behave, without failures: to measure what an hour costs.
    ///
    /// - Returns: Events of the run, and how many connections were ready at its end.
    package static func runSteadily(
        seed: UInt64,
        for duration: Duration
    ) throws(Violation) -> (steps: Int, held: Int) {
        let world = EngineWorld(seed: seed, sink: nil) { _ in EngineScenario.steady() }
        try world.run(for: duration)
        try world.checked { world throws(BrokenPromise) in
            for machine in world.machines {
                guard let process = machine.process else { continue }
                try world.checkEverything(process, at: machine.moment(at: world.now))
            }
        }
        let held = world.machines.reduce(0) { sum, machine in
            sum + (machine.process?.watch.all.count { $0.isReady } ?? 0)
        }
        return (world.step, held)
    }
}

extension EngineWorld {
    /// Each daemon ends in its turn; what is on the way then finds nobody.
    func stopAll() throws(BrokenPromise) {
        for machine in machines {
            guard let process = machine.process, !process.isStopping else { continue }
            // Its loop may have been frozen until now.
            process.heldUp = machine.moment(at: now).instant
            try checkEverything(process, at: machine.moment(at: now))
            try stop(process, at: machine.moment(at: now))
        }
    }
}
