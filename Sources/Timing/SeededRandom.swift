/// The only source of chance: a seed decides every number that comes of it, on every machine and
/// with every version of Swift, so that a seed is a run.
///
/// That holds for this type's own methods. `Int.random(in:using:)`, `shuffle(using:)` and their
/// like may draw differently in another version of the standard library: use `number(below:)`
/// instead.
///
/// The generator is SplitMix64 (Steele, Lea, Flood, "Fast Splittable Pseudorandom Number
/// Generators", 2014): eight bytes of state, a period of 2^64, any seed as good as another. Whoever
/// sees one whole output knows all that follow, so it makes no secrets: keys come from the kernel.
package struct SeededRandom: RandomNumberGenerator, Sendable {
    @usableFromInline var state: UInt64

    @inlinable
    package init(seed: UInt64) {
        state = seed
    }

    @inlinable
    package mutating func next() -> UInt64 {
        state &+= 0x9e37_79b9_7f4a_7c15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xbf58_476d_1ce4_e5b9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94d0_49bb_1331_11eb
        return mixed ^ (mixed >> 31)
    }

    /// A number from 0 up to but not including 1: a multiple of 2^-53, all equally likely.
    @inlinable
    package mutating func unit() -> Double {
        Double(next() >> 11) * 0x1p-53
    }

    /// A number from 0 up to but not including `bound`. Traps unless `bound` is positive.
    ///
    /// Some numbers are more likely than others by `bound` in 2^64, which nobody can notice; in
    /// exchange each call draws exactly once.
    @inlinable
    package mutating func number(below bound: Int) -> Int {
        precondition(bound > 0, "there is no number from 0 up to but not including \(bound)")
        return Int(next().multipliedFullWidth(by: UInt64(bound)).high)
    }

    /// A duration of whole nanoseconds from zero up to but not including `bound`; zero, with a draw
    /// all the same, if `bound` is zero. Traps if it is negative. Beyond 292 years it counts as
    /// that.
    @inlinable
    package mutating func duration(below bound: Duration) -> Duration {
        precondition(bound >= .zero, "there is no duration from zero up to \(bound)")
        let nanoseconds = UInt64(bound.clampedNanoseconds)
        return .nanoseconds(Int64(next().multipliedFullWidth(by: nanoseconds).high))
    }
}
