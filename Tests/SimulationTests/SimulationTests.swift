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
        "ended: banned", "ended: closed-by-operator", "ended: closed-by-peer", "ended: io",
        "ended: network-inactive", "ended: shutdown", "ended: timed-out",
        "ended: abandoned", "ended: attempt-timed-out", "ended: handshake-timed-out", "ended: idle",
        "ended: lacks-services",
        "ended: malformed", "ended: misbehaved", "ended: obsolete-version",
        "ended: self-connection", "ended: slow", "ended: unexpected-message",
        "explained: attempted-just-now", "explained: banned", "explained: open",
        "explained: operators-peer", "explained: own-address", "explained: too-many-connections",
        "explained: target-held",
        "failed: already-connected", "failed: cancelled-by-ban", "failed: cancelled-by-caller",
        "failed: cancelled-by-network-inactive", "failed: cancelled-by-operator",
        "failed: cancelled-by-shutdown", "failed: io", "failed: no-route", "failed: refused",
        "failed: resources-exhausted", "failed: self-connection", "failed: timed-out",
        "failed: unreachable", "failed: unresolved", "failed: unsupported-address",
        "refused: already-connected", "refused: already-pending", "refused: banned",
        "refused: duplicate-persistent", "refused: flooded", "refused: network-inactive",
        "refused: not-found", "refused: not-persistent", "refused: rate-limited",
        "refused: shutting-down", "refused: too-many-connections", "refused: too-many-per-host",
        "refused: too-many-persistent", "refused: too-many-persistent-per-host",
        "refused: too-many-whitelisted", "refused: unsupported-address",
    ]

    @Test("holds 125 peers through quiet days")
    func holdsPeers() throws {
        let run = try Simulation.runSteadily(seed: 1, for: .seconds(48 * 3_600))
        #expect((123...125).contains(run.held))
    }

    @Test(
        "names what is wrong with its arguments",
        arguments: [["--trace"], ["--seeds", "0"], ["--attacks", "0"]]
    )
    func rejectsArguments(arguments: [String]) throws {
        #expect(try Program.run(arguments).status != 0)
    }
}
