internal import Addressing
internal import Timing

/// Why an address isn't worth its place: another may take it, and nobody is told of it.
package enum BadReason: Equatable, Sendable {
    /// It was seen so much later than now.
    case fromTheFuture(Duration)
    /// Nobody has claimed to have seen it for so long.
    case unseen(Duration)
    /// So many failures, and never a success.
    case neverGood(failures: Int)
    /// So many failures, and no success for so long.
    case nowFailing(failures: Int, since: Duration)
}

extension BadReason {
    /// Not judged for so long after a dial: it may be about to be good.
    static let graceSeconds = BookTime.minute
    /// Clocks differ by some minutes.
    static let futureSeconds = 10 * BookTime.minute
    static let unseenSeconds = 30 * BookTime.day
    static let failuresBeforeSuccess = 3
    static let failuresAfterSuccess = 5
    static let failingSeconds = 7 * BookTime.day

    /// Nil if it is sound. Source: dcrd's `KnownAddress.isBad`.
    init?(_ entry: BookEntry, at now: BookTime) {
        guard now - entry.attempted > Self.graceSeconds else { return nil }
        let failures = Int(entry.failures)
        if entry.seen - now > Self.futureSeconds {
            self = .fromTheFuture(.seconds(entry.seen - now))
        } else if now - entry.seen > Self.unseenSeconds {
            self = .unseen(.seconds(now - entry.seen))
        } else if entry.succeeded == .never {
            guard failures >= Self.failuresBeforeSuccess else { return nil }
            self = .neverGood(failures: failures)
        } else {
            guard
                failures >= Self.failuresAfterSuccess,
                now - entry.succeeded > Self.failingSeconds
            else { return nil }
            self = .nowFailing(failures: failures, since: .seconds(now - entry.succeeded))
        }
    }
}
