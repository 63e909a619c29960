import Testing
import Timing

@Suite("The seeded generator")
struct SeededRandomTests {
    /// The third row is published with the generator's reference implementation; the others were
    /// computed by a second implementation. A change of any means that no recorded seed is its run.
    @Test(
        "gives the same numbers for a seed for ever",
        arguments: [
            (
                0,
                [
                    16_294_208_416_658_607_535, 7_960_286_522_194_355_700,
                    487_617_019_471_545_679,
                ]
            ),
            (
                1,
                [
                    10_451_216_379_200_822_465, 13_757_245_211_066_428_519,
                    17_911_839_290_282_890_590,
                ]
            ),
            (
                1_234_567,
                [
                    6_457_827_717_110_365_317, 3_203_168_211_198_807_973,
                    9_817_491_932_198_370_423, 4_593_380_528_125_082_431,
                    16_408_922_859_458_223_821,
                ]
            ),
            (.max, [16_490_336_266_968_443_936, 16_834_447_057_089_888_969]),
        ] as [(UInt64, [UInt64])]
    )
    func reference(seed: UInt64, numbers: [UInt64]) {
        var random = SeededRandom(seed: seed)
        for number in numbers {
            #expect(random.next() == number)
        }
    }

    @Test("gives the same fractions, choices and durations for a seed for ever")
    func derived() {
        var random = SeededRandom(seed: 42)
        #expect(random.unit() == 0.7415648787718233)
        #expect(random.number(below: 10) == 1)
        #expect(random.duration(below: .seconds(5)) == .nanoseconds(1_393_005_651))
        #expect(random.unit() == 0.34419071652363753)
        #expect(random.number(below: .max) == 350_766_393_070_981_624)
        #expect(random.duration(below: .seconds(5)) == .nanoseconds(4_341_140_382))
    }

    @Test("stays within its bounds and reaches all between them", arguments: UInt64(0)..<10)
    func bounds(seed: UInt64) {
        var random = SeededRandom(seed: seed)
        var numbers: Set<Int> = []
        var durations: Set<Duration> = []
        for _ in 0..<1_000 {
            #expect((0..<1).contains(random.unit()))
            numbers.insert(random.number(below: 7))
            durations.insert(random.duration(below: .nanoseconds(3)))
        }
        #expect(numbers == Set(0..<7))
        #expect(durations == [.zero, .nanoseconds(1), .nanoseconds(2)])
    }

    @Test("has fractions with the mean and the spread of an even distribution")
    func distribution() {
        var random = SeededRandom(seed: 7)
        let count = 100_000
        let fractions = (0..<count).map { _ in random.unit() }
        let mean = fractions.reduce(0, +) / Double(count)
        let variance = fractions.map { ($0 - mean) * ($0 - mean) }.reduce(0, +) / Double(count)
        #expect(abs(mean - 0.5) < 0.005)
        #expect(abs(variance - 1.0 / 12) < 0.002)
    }

    @Test("draws once even where there is no choice, so that later draws don't depend on it")
    func noChoice() {
        var random = SeededRandom(seed: 42)
        var other = random
        #expect(random.duration(below: .zero) == .zero)
        #expect(random.number(below: 1) == 0)
        _ = other.next()
        _ = other.next()
        #expect(random.next() == other.next())
    }

    @Test("has no number below 0: asking for one traps")
    func emptyRange() async {
        await #expect(processExitsWith: .failure) {
            var random = SeededRandom(seed: 0)
            _ = random.number(below: 0)
        }
        await #expect(processExitsWith: .failure) {
            var random = SeededRandom(seed: 0)
            _ = random.duration(below: .nanoseconds(-1))
        }
    }
}
