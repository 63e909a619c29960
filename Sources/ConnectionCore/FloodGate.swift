internal import Timing

/// Counts the inbound attempts of the last minute in a ring of one-second counts, and says with
/// what chance one is dropped while they are too many. 240 bytes, whoever connects.
struct FloodGate: Sendable {
    static let window = 60

    /// dcrd's curve: steep at once, then ever flatter towards `pmax`.
    static let (pmin, pmax, r) = (0.2, 0.85, 0.1)

    private var counts = InlineArray<60, UInt32>(repeating: 0)
    private var second: Int64 = 0
    private var total = 0

    /// Counts one attempt.
    mutating func count(at now: Instant) {
        advance(to: now)
        counts[Int(second) % Self.window] += 1
        total += 1
    }

    /// Attempts of the last 60 s.
    func attempts(at now: Instant) -> Int {
        let current = now.nanoseconds / 1_000_000_000
        // In a flood, of all times, the last attempt was within this second.
        guard current > second else { return total }
        guard current - second < Self.window else { return 0 }
        var attempts = total
        for passed in (second + 1)...current {
            attempts -= Int(counts[Int(passed % Int64(Self.window))])
        }
        return attempts
    }

    /// The chance of being dropped at `attempts` within the window; 0 up to the threshold, and at
    /// most `pmax`, which four times the threshold reaches.
    static func dropChance(attempts: Int, threshold: Int) -> Double {
        guard attempts > threshold else { return 0 }
        let x = min(Double(attempts - threshold) / Double(3 * max(threshold, 1)), 1)
        return pmin + (1 + r) * (pmax - pmin) * x * x / (r + x * x)
    }

    private mutating func advance(to now: Instant) {
        let current = now.nanoseconds / 1_000_000_000
        guard current > second else { return }
        for step in 1...min(Int(current - second), Self.window) {
            let index = Int((second + Int64(step)) % Int64(Self.window))
            total -= Int(counts[index])
            counts[index] = 0
        }
        second = current
    }
}
