package import Timing

/// Where the engine's chance and nonces come from. It is given one and draws from nothing else.
package enum Chance: RandomNumberGenerator, Sendable {
    /// What nobody can foresee: a daemon's.
    case system(SystemRandomNumberGenerator)
    /// A seed is a run: a simulation's.
    case seeded(SeededRandom)

    package mutating func next() -> UInt64 {
        switch self {
        case .system(var generator):
            // It has no state.
            return generator.next()
        case .seeded(var generator):
            defer { self = .seeded(generator) }
            return generator.next()
        }
    }
}
