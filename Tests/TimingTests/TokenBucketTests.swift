import Testing
import Timing

@Suite("A token bucket")
struct TokenBucketTests {
    static let start = Instant(nanoseconds: 1_000_000_000_000)

    @Test("gives its burst at once and not one more")
    func burst() {
        var bucket = TokenBucket(tokens: 3, at: Self.start)
        let times = Array(repeating: Self.start, count: 5)
        let taken = take(from: &bucket, at: times, rate: 0.2, burst: 3)
        #expect(taken == [true, true, true, false, false])
    }

    @Test(
        "gives the next token when its time has come and no millisecond sooner",
        arguments: [(0.2, 5_000), (0.1, 10_000), (3, 334), (1_000, 1)] as [(Double, Int64)]
    )
    func refill(rate: Double, milliseconds: Int64) {
        var bucket = TokenBucket(tokens: 0, at: Self.start)
        let due = Self.start + .milliseconds(milliseconds)
        let times = [due - .milliseconds(1), due, due]
        let taken = take(from: &bucket, at: times, rate: rate, burst: 3)
        #expect(taken == [false, true, false])
    }

    @Test("never holds more than its burst, however long it waits")
    func fullBucket() {
        var bucket = TokenBucket(tokens: 3, at: Self.start)
        let later = Self.start + .seconds(365 * 86_400)
        #expect(bucket.tokens(at: later, rate: 0.2, burst: 3) == 3)
        let times = Array(repeating: later, count: 4)
        let taken = take(from: &bucket, at: times, rate: 0.2, burst: 3)
        #expect(taken == [true, true, true, false])
    }

    @Test("holds no more than a burst that was lowered")
    func loweredBurst() {
        let bucket = TokenBucket(tokens: 5, at: Self.start)
        #expect(bucket.tokens(at: Self.start, rate: 0.2, burst: 2) == 2)
    }

    @Test("is not put off by those who ask too often")
    func refusalsAreFree() {
        var bucket = TokenBucket(tokens: 0, at: Self.start)
        let untouched = bucket
        let tooEarly = (1..<50).map { Self.start + .milliseconds($0 * 100) }
        let refused = take(from: &bucket, at: tooEarly, rate: 0.2, burst: 3)
        #expect(!refused.contains(true))
        #expect(bucket == untouched)
        let taken = take(from: &bucket, at: [Self.start + .seconds(5)], rate: 0.2, burst: 3)
        #expect(taken == [true])
    }

    @Test("refills nothing when time goes backwards, and nothing twice when it comes back")
    func backwards() {
        var bucket = TokenBucket(tokens: 1, at: Self.start)
        let later = Self.start + .seconds(10)
        let times = [later, Self.start, later + .seconds(4), later + .seconds(5)]
        let taken = take(from: &bucket, at: times, rate: 0.2, burst: 1)
        #expect(taken == [true, false, false, true])

        // Nor does a token that is taken in the past bring the past's refill back.
        var full = TokenBucket(tokens: 2, at: later)
        let takenInThePast = full.take(at: Self.start, rate: 0.2, burst: 2)
        #expect(takenInThePast)
        #expect(full.tokens(at: later, rate: 0.2, burst: 2) == 1)
    }

    @Test(
        "says when the next token is there, and keeps its word",
        arguments: [0.001, 0.1, 0.2, 0.3, 1, 3, 7, 1_000_000],
        [0, 0.1, 0.5, 0.999_999, 0.999_999_999_9]
    )
    func nextToken(rate: Double, level: Double) {
        var bucket = TokenBucket(tokens: level, at: Self.start)
        let next = bucket.instantOfNextToken(rate: rate, burst: 3)
        #expect(next >= Self.start)
        #expect(next <= Self.start + .seconds((1 - level) / rate) + .nanoseconds(2))
        let taken = bucket.take(at: next, rate: rate, burst: 3)
        #expect(taken)
    }

    @Test("says that a token is there already, or never comes")
    func nextTokenAtTheBounds() {
        let full = TokenBucket(tokens: 1, at: Self.start)
        #expect(full.instantOfNextToken(rate: 0, burst: 1) == Self.start)
        let empty = TokenBucket(tokens: 0, at: Self.start)
        #expect(empty.instantOfNextToken(rate: 0, burst: 1) == .distantFuture)
        #expect(empty.instantOfNextToken(rate: 1, burst: 0.5) == .distantFuture)
        #expect(empty.instantOfNextToken(rate: 1e-12, burst: 1) == .distantFuture)
    }

    @Test("takes 16 bytes")
    func size() {
        #expect(MemoryLayout<TokenBucket>.size == 16)
    }

    @Test("neither holds nor gets a negative amount: that traps")
    func negative() async {
        await #expect(processExitsWith: .failure) {
            _ = TokenBucket(tokens: -1, at: Instant(nanoseconds: 0))
        }
        await #expect(processExitsWith: .failure) {
            let bucket = TokenBucket(tokens: 0, at: Instant(nanoseconds: 0))
            _ = bucket.tokens(at: Instant(nanoseconds: 0), rate: -1, burst: 1)
        }
    }

    /// What the bucket answers at each of the times; `#expect` itself can't call what mutates.
    private func take(
        from bucket: inout TokenBucket,
        at times: [Instant],
        rate: Double,
        burst: Double
    ) -> [Bool] {
        times.map { bucket.take(at: $0, rate: rate, burst: burst) }
    }
}
