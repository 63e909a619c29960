import DecredWire
import Testing
import Timing

@Suite("A ban score")
struct BanScoreTests {
    private static let start = Instant(nanoseconds: 1_000_000_000_000)

    /// A score that was raised once at `start`.
    private func raised(persistent: Int = 0, transient: Int = 0) -> BanScore {
        var score = BanScore()
        _ = score.raise(persistent: persistent, transient: transient, at: Self.start)
        return score
    }

    /// The values are those of dcrd's formula, floor(100 · 2^(-s/60)).
    @Test(
        "forgets half of its transient part each minute, and all of it after half an hour",
        arguments: [
            (0, 100), (1, 98), (5, 94), (30, 70), (59, 50), (60, 50), (61, 49), (120, 25),
            (240, 6), (360, 1), (420, 0), (1_800, 0), (1_801, 0),
        ]
    )
    func decay(seconds: Int, expected: Int) {
        let score = raised(transient: 100)
        #expect(score.value(at: Self.start + .seconds(seconds)) == expected)
        let both = raised(persistent: 7, transient: 100)
        #expect(both.value(at: Self.start + .seconds(seconds)) == 7 + expected)
    }

    @Test("forgets the worst burst that it can hold, too")
    func lifetime() {
        // 2^-19 of a million is still 1.9.
        var score = raised(transient: BanScore.most)
        #expect(score.value(at: Self.start + .seconds(1_140)) == 1)
        #expect(score.value(at: Self.start + .seconds(1_200)) == 0)
        let value = score.raise(persistent: 0, transient: 1, at: Self.start + .seconds(1_801))
        #expect(value == 1)
    }

    @Test("keeps its persistent part for ever")
    func persistent() {
        let score = raised(persistent: 40)
        #expect(score.value(at: .distantFuture) == 40)
    }

    @Test("adds to what is left")
    func sum() {
        var score = raised(transient: 100)
        let minute = Self.start + .seconds(60)
        let (second, third) = (
            score.raise(persistent: 3, transient: 10, at: minute),
            score.raise(persistent: 0, transient: 0, at: minute)
        )
        #expect(second == 63)
        #expect(third == 63)
        #expect(score.value(at: minute + .seconds(60)) == 33)
    }

    @Test("is not decayed by a clock that goes back, nor decayed twice when it comes again")
    func backwards() {
        var score = raised(transient: 100)
        let before = score.raise(persistent: 0, transient: 10, at: Self.start - .seconds(600))
        #expect(before == 110)
        #expect(score.value(at: Self.start) == 110)
        #expect(score.value(at: Self.start + .seconds(60)) == 55)
    }

    @Test("saturates")
    func saturation() {
        var score = raised(persistent: .max, transient: .max)
        #expect(score.value(at: Self.start) == 2 * BanScore.most)
        let again = score.raise(persistent: .max, transient: .max, at: Self.start)
        #expect(again == 2 * BanScore.most)
    }

    @Test("forgives nobody: that traps")
    func negative() async {
        await #expect(processExitsWith: .failure) {
            var score = BanScore()
            _ = score.raise(persistent: -1, transient: 0, at: Instant(nanoseconds: 0))
        }
    }

    @Test("takes 12 bytes")
    func size() {
        #expect(MemoryLayout<BanScore>.size == 12)
    }
}
