internal import Addressing
internal import DecredWire
internal import Timing

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
    /// What is known must have grown by half, and by no less than this, for a sample to be drawn
    /// earlier: a node that has just been started would tell of its first peer for a day. From 10
    /// to 100,000 addresses that is at most 25 times.
    static let leastGrowth = 10

    private struct Drawn: Sendable {
        var addresses: [AdvertisedAddress] = []
        /// How many there were to draw from.
        var source = 0
        var until = Instant(nanoseconds: .min)

        func isFresh(beside count: Int, at now: Instant) -> Bool {
            now < until && !addresses.isEmpty
                && count < source + max(source / 2, AddressSample.leastGrowth)
        }
    }

    private var direct = Drawn()
    private var proxied = Drawn()

    init() {}

    /// What a peer is told now: nothing of its own host, `asker`, which is nil for one that comes
    /// through a proxy. `count` is how many are `known`, in any order, who are only asked for when
    /// a sample is drawn.
    mutating func addresses(
        for asker: PeerAddress.Host?,
        at now: Instant,
        using random: inout some RandomNumberGenerator,
        outOf count: Int,
        _ known: () -> [AdvertisedAddress]
    ) -> [AdvertisedAddress] {
        var drawn = asker == nil ? proxied : direct
        if !drawn.isFresh(beside: count, at: now) {
            drawn = Self.draw(from: known(), at: now, using: &random)
            if asker == nil { proxied = drawn } else { direct = drawn }
        }
        let own = asker.map { HostKey($0) }
        return drawn.addresses.filter { HostKey($0.address.host) != own }
    }

    private static func draw(
        from known: [AdvertisedAddress],
        at now: Instant,
        using random: inout some RandomNumberGenerator
    ) -> Drawn {
        // The order in which they come may be a hash's, which differs in each process.
        let all = known.sorted { Self.precedes($0.address, $1.address) }.shuffled(using: &random)
        // Of a few one is told.
        let share = (all.count * percent + 99) / 100
        let spread = longestLife - shortestLife
        return Drawn(
            addresses: Array(all.prefix(min(share, AdvertisedAddress.mostInMessage))),
            source: all.count,
            until: now + shortestLife + spread * Double.random(in: 0..<1, using: &random)
        )
    }

    private static func precedes(_ one: PeerAddress, _ other: PeerAddress) -> Bool {
        switch (one.ip, other.ip) {
        case (let first?, let second?):
            first == second ? one.port < other.port : first < second
        case (nil, .some): true
        // No onion service is dialled, so that none is among them.
        case (.some, nil), (nil, nil): false
        }
    }
}
