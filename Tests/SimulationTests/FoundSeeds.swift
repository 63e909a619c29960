import Simulation
import Testing

/// Seeds in which the simulation once found a bug of the core: each stays.
@Suite("Worlds in which bugs were found")
struct FoundSeeds {
    struct Found: CustomTestStringConvertible {
        let seed: UInt64
        let bug: String

        var testDescription: String { "seed \(seed): \(bug)" }
    }

    @Test(
        "are kept well by now",
        arguments: [
        ]
    )
    func staysMended(found: Found) throws {
        _ = try Simulation.run(seed: found.seed, turmoil: .seconds(3_600))
    }
}
