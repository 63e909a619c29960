package import Timing

/// Where the engine's chance and nonces come from. It is given one and draws from nothing else.
package struct Chance: RandomNumberGenerator, Sendable {
    private enum Source: Sendable {
        case system(SystemRandomNumberGenerator)
        case seeded(SeededRandom)
        /// What was drawn once, and then whatever.
        case replayed([UInt64], next: Int)
    }

    private var source: Source
    /// Whether what is drawn is kept for a recording.
    var isRecorded = false
    /// What was drawn since `forgetDrawn`, if it is recorded.
    private(set) var drawn: [UInt64] = []

    /// What nobody can foresee: a daemon's.
    package static func system(_ generator: SystemRandomNumberGenerator) -> Chance {
        Chance(source: .system(generator))
    }

    /// A seed is a run: a simulation's.
    package static func seeded(_ generator: SeededRandom) -> Chance {
        Chance(source: .seeded(generator))
    }

    /// What an earlier one has drawn.
    static func replayed(_ draws: [UInt64]) -> Chance { Chance(source: .replayed(draws, next: 0)) }

    /// More was drawn than once was.
    var isShort: Bool {
        switch source {
        case .replayed(let draws, let next): next > draws.count
        case .system, .seeded: false
        }
    }

    package mutating func next() -> UInt64 {
        let draw: UInt64
        switch source {
        case .system(var generator):
            // It has no state.
            draw = generator.next()
        case .seeded(var generator):
            draw = generator.next()
            source = .seeded(generator)
        case .replayed(let draws, let next):
            // Numbers that differ: some loops end only by that.
            var spare = SeededRandom(seed: UInt64(next))
            draw = next < draws.count ? draws[next] : spare.next()
            source = .replayed(draws, next: next + 1)
        }
        if isRecorded { drawn.append(draw) }
        return draw
    }

    mutating func forgetDrawn() { drawn.removeAll(keepingCapacity: true) }
}
