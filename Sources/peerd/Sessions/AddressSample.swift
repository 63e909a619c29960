import Addressing
import DecredWire
import Timing

/// The addresses that peers are told when they ask: some of those that were good at least once.
///
/// They are drawn once and kept for about a day, so that asking again, by however many connections,
/// tells nothing more of whom this node knows; and drawn apart for peers that come through a proxy,
/// so that the answers don't show that two addresses belong to one node.
struct AddressSample: Sendable {
    /// The share of what is known that is told, in percent. Source: dcrd's `addrmgr`.
    static let percent = 23
    /// For how long a sample is kept. Source: Bitcoin Core's cache of such answers.
    static let shortestLife = Duration.seconds(21 * 3_600)
    static let longestLife = Duration.seconds(27 * 3_600)

    private struct Drawn: Sendable {
        var addresses: [AdvertisedAddress] = []
        var until = Instant(nanoseconds: .min)
    }

    private var direct = Drawn()
    private var proxied = Drawn()

    /// What a peer is told now, by whether it comes through a proxy. If the last sample is too old,
    /// a new one is drawn from what is `known` then, in any order.
    mutating func addresses(
        forProxied isProxied: Bool,
        at now: Instant,
        using random: inout some RandomNumberGenerator,
        of known: () -> [AdvertisedAddress]
    ) -> [AdvertisedAddress] {
        var drawn = isProxied ? proxied : direct
        if drawn.until <= now || drawn.addresses.isEmpty {
            let all = known().shuffled(using: &random)
            // Of a few one is told.
            let share = (all.count * Self.percent + 99) / 100
            drawn.addresses = Array(all.prefix(min(share, AdvertisedAddress.mostInMessage)))
            let spread = Self.longestLife - Self.shortestLife
            drawn.until =
                now + Self.shortestLife + spread * Double.random(in: 0..<1, using: &random)
            if isProxied { proxied = drawn } else { direct = drawn }
        }
        return drawn.addresses
    }
}
