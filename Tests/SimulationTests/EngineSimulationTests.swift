import Simulation
import Testing

/// Small samples: `make simulate` runs thousands of seeds.
@Suite("Whole daemons in simulated worlds")
struct EngineSimulationTests {
    /// Six minutes of turmoil in each of 16 worlds, in processes of their own; the program repeats
    /// some of them in another one and compares.
    @Test("keep every promise, and the rare paths are reached")
    func keepsPromises() throws {
        let run = try Program.run(
            ["--engines", "--seeds", "16", "--hours", "0.1", "--verify", "3", "--counts"]
        )
        #expect(run.status == 0, "\(run.output)")
        #expect(run.output.contains("16 seeds kept every promise"), "\(run.output)")
        #expect(run.output.contains("3 of them did the same in another process"))
        // What no world leads to isn't tested by any.
        for path in Self.rarePaths {
            #expect(run.output.contains("\t\(path)\n"), "\(path) was not reached")
        }
    }

    /// Swift hashes with another key in each process: a run that iterated a hash would differ.
    @Test("do the same in every process", arguments: [3, 14] as [UInt64])
    func repeats(seed: UInt64) throws {
        let here = try EngineSimulation.run(seed: seed, turmoil: .seconds(180))
        let there = try Program.run(["--engines", "--seed", "\(seed)", "--hours", "0.05"])
        let digits = String(here.digest, radix: 16)
        #expect(there.output.contains("\(digits) steps \(here.steps)"), "\(there.output)")
    }

    private static let rarePaths = [
        "abandoned", "answered", "back-pressure", "clock moved", "compared with the disk",
        "inputs replayed", "replayed", "replayed without bytes",
        "deaths", "kept to the end", "known at both ends", "reloads", "restored", "set aside",
        "starts", "stood still", "stops", "store failed", "store works again", "targets held",
        "vanished", "ended: idle", "ended: slow", "ended: malformed", "ended: misbehaved",
        "ended: handshake-timed-out", "ended: self-connection", "ended: io",
        "failed: cancelled-by-caller", "failed: resources-exhausted", "failed: unresolved",
    ]

    @Test("hold their peers through quiet hours")
    func holdPeers() throws {
        let run = try EngineSimulation.runSteadily(seed: 1, for: .seconds(2 * 3_600))
        #expect(run.held >= 8)
    }
}
