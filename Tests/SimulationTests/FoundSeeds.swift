import Simulation
import Testing

/// Seeds in which the simulation once found a bug of the core: each stays.
@Suite("Worlds in which bugs were found")
struct FoundSeeds {
    struct Found: Sendable, CustomTestStringConvertible {
        let seed: UInt64
        let bug: String

        var testDescription: String { "seed \(seed): \(bug)" }
    }

    @Test(
        "are kept well by now",
        arguments: [
            Found(
                seed: 1,
                bug: "a removal was reported after the step that ended the connection; a ban of "
                    + "::/0 kept IPv4 peers out; unban was answered notFound after the shutdown"
            ),
            Found(seed: 2, bug: "the outbound pause outlived the failures that caused it"),
        ]
    )
    func staysMended(found: Found) throws {
        _ = try Simulation.run(seed: found.seed, turmoil: .seconds(3_600))
    }
}
