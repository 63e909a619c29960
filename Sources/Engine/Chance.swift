package import Timing

/// Where the engine's chance and nonces come from. It is given one and draws from nothing else.
package struct Chance: RandomNumberGenerator, Sendable {
    /// `any` for more than its three kinds: the compiler copies a struct whole to ask it anything,
    /// the engine's 2,400 bytes as well, unless what lies in it can only be in memory.
    private var generator: any RandomNumberGenerator & Sendable
    /// Whether what is drawn is kept for a recording.
    var isRecorded = false
    /// What was drawn since `forgetDrawn`, if it is recorded.
    private(set) var drawn: [UInt64] = []

    /// What nobody can foresee: a daemon's.
    package static func system(_ generator: SystemRandomNumberGenerator) -> Chance {
        Chance(generator: generator)
    }

    /// A seed is a run: a simulation's.
    package static func seeded(_ generator: SeededRandom) -> Chance {
        Chance(generator: generator)
    }

    /// What an earlier one has drawn.
    static func replayed(_ draws: [UInt64]) -> Chance {
        Chance(generator: EarlierDraws(draws: draws))
    }

    /// More was drawn than once was.
    var isShort: Bool { (generator as? EarlierDraws)?.isShort ?? false }

    package mutating func next() -> UInt64 {
        let draw = generator.next()
        if isRecorded { drawn.append(draw) }
        return draw
    }

    mutating func forgetDrawn() { drawn.removeAll(keepingCapacity: true) }
}

/// What was drawn once, and then whatever.
private struct EarlierDraws: RandomNumberGenerator, Sendable {
    let draws: [UInt64]
    private var index = 0

    init(draws: [UInt64]) {
        self.draws = draws
    }

    var isShort: Bool { index > draws.count }

    mutating func next() -> UInt64 {
        defer { index += 1 }
        // Numbers that differ: some loops end only by that.
        var spare = SeededRandom(seed: UInt64(index))
        return index < draws.count ? draws[index] : spare.next()
    }
}
