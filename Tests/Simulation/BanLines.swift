internal import Addressing
internal import ConnectionCore
import Facts
internal import Timing

/// What is told of automatic bans: at most four lines at once and one a minute, then silence, with
/// its length before and the number of the others after it. Whoever keeps bans hears of each.
struct BanLines {
    private var told = TokenBucket(tokens: 4, at: Instant(nanoseconds: 0))
    private var silence: (count: UInt64, until: Instant)?

    mutating func note(_ report: Report, at now: Instant) throws(BrokenPromise) {
        switch report {
        case .banned(let ban, _) where ban.origin == .automatic:
            guard silence == nil, told.take(at: now, rate: 1.0 / 60, burst: 4) else {
                throw BrokenPromise("more than four automatic bans and one a minute are reported")
            }
        case .bansSilenced(let duration):
            guard silence == nil, duration <= .seconds(60) else {
                throw BrokenPromise("a silence of \(duration) about bans")
            }
            silence = (0, now + duration)
        case .bansSuppressed(let count, _):
            guard let (expected, until) = silence, count == expected, now >= until else {
                throw BrokenPromise("\(count) bans suppressed, not \(String(describing: silence))")
            }
            silence = nil
        case .attempting, .connected, .accepted, .ready, .failed, .failedAgain, .ended, .retrying,
            .persistentWaiting, .hangingUp, .persistentDown, .persistentAdded, .persistentAdopted,
            .persistentRemoved, .outboundPaused, .nobodyToDial, .targetMissed,
            .resourcesExhausted, .refused, .refusalsSilenced, .refusalsSuppressed, .banned,
            .unbanned, .networkActive, .shuttingDown:
            break
        }
    }

    /// A ban that isn't told, and is there.
    mutating func kept(
        _ prefix: Prefix,
        _ bans: BanBook,
        at now: Moment
    ) throws(BrokenPromise) {
        guard silence != nil else { throw BrokenPromise("the ban of \(prefix) was kept quiet") }
        guard bans.inForce(at: now).contains(where: { $0.prefix == prefix }) else {
            throw BrokenPromise("\(prefix) is to be kept and not banned")
        }
        silence?.count += 1
    }
}
