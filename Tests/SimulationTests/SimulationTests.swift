import Simulation
import Testing

/// Small samples: `make simulate` runs thousands of seeds.
@Suite("The core in simulated worlds")
struct SimulationTests {
    /// Twenty minutes of turmoil in each of 48 worlds, in processes of their own, since a trap of
    /// the core ends its process; the program repeats some of them in another one and compares.
    @Test("keeps every promise, and the rare paths are reached")
    func keepsPromises() throws {
        let run = try Program.run(
            ["--seeds", "48", "--hours", "0.33", "--verify", "4", "--counts"]
        )
        #expect(run.status == 0, "\(run.output)")
        #expect(run.output.contains("48 seeds kept every promise"), "\(run.output)")
        #expect(run.output.contains("4 of them did the same in another process"))
        // What no world leads to isn't tested by any.
        for path in Self.rarePaths {
            #expect(run.output.contains("\t\(path)\n"), "\(path) was not reached")
        }
    }

    /// Swift hashes with another key in each process: a run that iterated a hash would differ.
    @Test("does the same in every process", arguments: [3, 14, 159] as [UInt64])
    func repeats(seed: UInt64) throws {
        let here = try Simulation.run(seed: seed, turmoil: .seconds(900))
        let there = try Program.run(["--seed", "\(seed)", "--hours", "0.25"])
        let digits = String(here.digest, radix: 16)
        #expect(there.output.contains("\(digits) steps \(here.steps)"), "\(there.output)")
    }

    @Test("goes another way with another seed")
    func differs() throws {
        let digests = try (UInt64(1)...8).map { seed in
            try Simulation.run(seed: seed, turmoil: .seconds(60)).digest
        }
        #expect(Set(digests).count == 8)
    }

    @Test("is traced line by line as it is digested")
    func traces() throws {
        var lines: [String] = []
        let traced = try Simulation.run(seed: 5, turmoil: .seconds(300)) { lines.append($0) }
        let untraced = try Simulation.run(seed: 5, turmoil: .seconds(300))
        #expect(traced.digest == untraced.digest)
        #expect(lines.contains { $0.contains("report shuttingDown") })
        #expect(lines.count > traced.steps)
    }

    private static let rarePaths = [
        "adopted", "outbound paused", "refusals silenced", "resources exhausted", "retrying",
        "stale events",
        "ended: banned", "ended: byOperator", "ended: closedByPeer", "ended: io",
        "ended: networkInactive", "ended: shutdown", "ended: timedOut",
        "ended: abandoned", "ended: attemptTimedOut", "ended: handshakeTimedOut", "ended: idle",
        "ended: lacksServices",
        "ended: malformed", "ended: misbehaved", "ended: obsoleteVersion",
        "ended: selfConnection", "ended: slow", "ended: unexpectedMessage",
        "explained: attemptedJustNow", "explained: banned", "explained: open",
        "explained: operatorsPeer", "explained: ownAddress", "explained: slots",
        "explained: targetHeld",
        "failed: alreadyConnected", "failed: cancelled by ban", "failed: cancelled by caller",
        "failed: cancelled by networkInactive", "failed: cancelled by operator",
        "failed: cancelled by shutdown", "failed: io", "failed: noRoute", "failed: refused",
        "failed: resourcesExhausted", "failed: selfConnection", "failed: timedOut",
        "failed: unreachable", "failed: unresolved", "failed: unsupportedAddress",
        "refused: alreadyConnected", "refused: alreadyPending", "refused: banned",
        "refused: duplicatePersistent", "refused: flooded", "refused: networkInactive",
        "refused: notFound", "refused: notPersistent", "refused: rateLimited",
        "refused: shuttingDown", "refused: tooManyConnections", "refused: tooManyPerHost",
        "refused: tooManyPersistent", "refused: tooManyPersistentPerHost",
        "refused: tooManyWhitelisted", "refused: unsupportedAddress",
    ]

    @Test("holds 125 peers through quiet days")
    func holdsPeers() throws {
        let run = try Simulation.runSteadily(seed: 1, for: .seconds(48 * 3_600))
        #expect((123...125).contains(run.held))
    }

    @Test("names what is wrong with its arguments", arguments: [["--trace"], ["--seeds", "0"]])
    func rejectsArguments(arguments: [String]) throws {
        #expect(try Program.run(arguments).status != 0)
    }
}
