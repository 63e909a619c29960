internal import Timing

/// What one session remembers of the exchange of addresses.
struct AddressGossip: Equatable, Sendable {
    private var bucket: TokenBucket
    /// Whether the peer has asked for addresses before.
    private(set) var wasAsked = false
    /// Whether the peer waits for an answer.
    private(set) var owesAnswer = false

    init(at now: Instant, under policy: SessionPolicy) {
        bucket = TokenBucket(tokens: policy.addressBurst, at: now)
    }

    mutating func asked(isToBeAnswered: Bool) {
        wasAsked = true
        owesAnswer = isToBeAnswered
    }

    mutating func answered() {
        owesAnswer = false
    }

    /// How many of so many addresses may pass now: the first ones.
    mutating func admit(_ count: Int, at now: Instant, under policy: SessionPolicy) -> Int {
        var admitted = 0
        while admitted < count,
            bucket.take(at: now, rate: policy.addressRate, burst: policy.addressBurst)
        {
            admitted += 1
        }
        return admitted
    }
}
