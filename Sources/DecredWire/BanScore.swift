package import Timing

/// How badly a peer has behaved: a part that stays and a part that is forgotten.
///
/// The transient part has a half-life of 60 s and counts for nothing after 1800 s, so that a burst
/// weighs and the same number of messages over a day doesn't. It decays by whole seconds and counts
/// rounded down. 12 bytes; nothing happens while nobody misbehaves.
///
/// Source: dcrd, `DynamicBanScore`; there a rise of the persistent part alone answers with the
/// transient part undecayed, which is a mistake that isn't followed.
package struct BanScore: Equatable, BitwiseCopyable, Sendable {
    /// Both parts saturate here: far above any threshold that can be set.
    package static let most = 1_000_000

    static let halfLife: UInt32 = 60
    /// By then even the most is less than a thousandth.
    static let lifetime: UInt32 = 1_800
    /// 2^(-1/60): what is left of the transient part after a second.
    private static let secondsDecay = 0.988_514_020_352_896_13

    private var persistent: UInt32 = 0
    private var transient: Float = 0
    /// Whole seconds of the machine's clock when the transient part was last raised.
    private var raisedAt: UInt32 = 0

    package init() {}

    /// The score at `now`. A time before the last rise decays nothing.
    package func value(at now: Instant) -> Int {
        Int(persistent) + Int(decayed(to: Self.seconds(now)))
    }

    /// Adds to one part or both and gives the score that comes of it. Traps if an amount is
    /// negative.
    package mutating func raise(persistent more: Int, transient burst: Int, at now: Instant) -> Int
    {
        precondition(more >= 0 && burst >= 0, "nobody is forgiven \(more) and \(burst)")
        persistent = UInt32(min(Int(persistent) + min(more, Self.most), Self.most))
        if burst > 0 {
            let seconds = Self.seconds(now)
            let sum = decayed(to: seconds) + Double(min(burst, Self.most))
            transient = Float(min(sum, Double(Self.most)))
            raisedAt = max(raisedAt, seconds)
        }
        return value(at: now)
    }

    private func decayed(to seconds: UInt32) -> Double {
        guard seconds > raisedAt else { return Double(transient) }
        let age = seconds - raisedAt
        guard age <= Self.lifetime, transient >= 1 else { return 0 }
        // Halved exactly as often as whole half-lives have passed, and then second by second.
        let halvings = Int(age / Self.halfLife)
        var left = Double(sign: .plus, exponent: -halvings, significand: Double(transient))
        for _ in 0..<(age % Self.halfLife) { left *= Self.secondsDecay }
        return left
    }

    /// 136 years of them fit.
    private static func seconds(_ instant: Instant) -> UInt32 {
        UInt32(clamping: instant.nanoseconds / 1_000_000_000)
    }
}
