internal import ConnectionCore
internal import Timing

/// A run of one seed, from turmoil over a kind world to the shutdown.
package enum Simulation {
    /// What a run that broke no promise was like.
    package struct Outcome: Sendable {
        /// Of the whole trace: two runs with one digest did the same.
        package let digest: UInt64
        /// Facts and commands given to the core.
        package let steps: Int
        /// How often what occurred, by name.
        package let counts: [String: Int]
    }

    /// - Parameters:
    ///   - seed: Decides everything.
    ///   - turmoil: How long things go wrong, before the world becomes kind.
    ///   - sink: Gets each line of the trace.
    /// - Returns: What tells this run from others.
    /// - Throws: What the core did that it must not do. It may also trap, which ends the process.
    package static func run(
        seed: UInt64,
        turmoil: Duration,
        sink: ((String) -> Void)? = nil
    ) throws(Violation) -> Outcome {
        var world = World(seed: seed, sink: sink) { Scenario(drawing: &$0) }
        world.schedule(.idleWake)
        if world.scenario.meanArrivalGap != nil { world.schedule(.arrival) }
        if world.scenario.meanCommandGap != nil { world.schedule(.command) }
        if world.scenario.meanMoodGap != nil { world.schedule(.moodChange) }
        try world.run(for: turmoil)
        if !world.scenario.endsAbruptly { try becomeKind(&world) }
        try world.checked { world throws(BrokenPromise) in try world.shutDown() }
        // Whatever is still in store comes now, and commands and arrivals go on.
        world.mood = Mood()
        try world.run(for: .seconds(120))
        try world.checked { world throws(BrokenPromise) in
            try world.require(world.core.table.count == 0, "something came after the shutdown")
            try world.doorman.checkDrops()
            try world.checkHistory()
        }
        return Outcome(digest: world.trace.digest, steps: world.step, counts: world.tally.counts)
    }

    private static func becomeKind(_ world: inout World) throws(Violation) {
        try world.checked { world throws(BrokenPromise) in try world.becomeKind() }
        let bounds = (world.outboundBound, world.persistentBound)
        try world.run(for: min(bounds.0, bounds.1))
        if bounds.0 <= bounds.1 {
            try world.checked { world throws(BrokenPromise) in try world.checkTargetIsHeld() }
        }
        try world.run(for: max(bounds.0, bounds.1) - min(bounds.0, bounds.1))
        try world.checked { world throws(BrokenPromise) in
            try world.checkTargetIsHeld()
            try world.checkPersistentAreReady()
        }
    }

    /// 125 held peers without failures, for as long as told: to measure what a quiet hour costs.
    ///
    /// - Returns: Facts given to the core, and how many peers were held at the end.
    package static func runSteadily(
        seed: UInt64,
        for duration: Duration
    ) throws(Violation) -> (steps: Int, held: Int) {
        var world = World(seed: seed, sink: nil) { _ in Scenario.steady() }
        try world.checked { world throws(BrokenPromise) in try world.fill() }
        try world.run(for: duration)
        world.core.checkInvariants()
        return (world.step, world.shell.established.count)
    }
}
