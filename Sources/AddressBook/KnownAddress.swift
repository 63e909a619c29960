package import Addressing
internal import Timing

/// An address of the book, as others see it. Times are ages: the book's clock is its own.
package struct KnownAddress: Equatable, Sendable {
    package let address: PeerAddress
    /// As others claim until it has been good, then as it said itself.
    package let services: UInt64
    /// Whether it is among those that have been good.
    package let isTried: Bool
    package let sinceSeen: Duration
    /// Nil if that never happened; so with the next.
    package let sinceAttempt: Duration?
    package let sinceSuccess: Duration?
    /// Those that counted since it was good.
    package let failures: Int
    /// Nil if it is sound.
    package let badReason: BadReason?

    init(_ entry: BookEntry, at now: BookTime) {
        func age(_ time: BookTime) -> Duration? {
            time == .never ? nil : .seconds(now - time)
        }
        address = entry.address
        services = entry.services
        isTried = entry.isTried
        sinceSeen = .seconds(now - entry.seen)
        sinceAttempt = age(entry.attempted)
        sinceSuccess = age(entry.succeeded)
        failures = Int(entry.failures)
        badReason = BadReason(entry, at: now)
    }
}
