package import Addressing
internal import Timing

/// Addresses that share their way out of the machine, so that one that has no route speaks for the
/// others: all public ones of a family, which go by its default route; and of those that aren't
/// public, which have routes of their own or need none, the block that they lie in, as
/// 127.0.0.0/8, 10.0.0.0/8 or fc00::/7; of link-local ones with a zone those of one link.
///
/// There are at most 643, and seldom more than three.
package struct Region: Hashable, BitwiseCopyable, Sendable {
    /// The family's and the kind's tag in the upper byte, below it the first 8 bits of an IPv4
    /// block, the first 7 of an IPv6 one, or a zone.
    private let bits: UInt16

    package init(_ address: PeerAddress) {
        bits =
            switch address.host {
            case .ip(let ip): Self.bits(of: ip)
            case .onion: 0x4000
            }
    }

    private static func bits(of ip: IPAddress) -> UInt16 {
        if let zone = ip.zone { return 0x5000 | zone.number }
        if let v4 = ip.v4 { return ip.isRoutable ? 0x0000 : 0x1000 | UInt16(v4 >> 24) }
        return ip.isRoutable ? 0x2000 : 0x3000 | UInt16(ip.high >> 57)
    }
}

/// The regions that can't be reached now. Nothing of one is dialled automatically until its rest is
/// over, then one probe; each that has no route either doubles the rest.
struct RegionRests: Sendable {
    /// After the first address without a route.
    static let first = Duration.seconds(5)
    static let longest = Duration.seconds(60)
    /// That there is no route is known at once: a probe that isn't answered for so long has found
    /// one, however long its address stays silent.
    static let probing = Duration.seconds(1)

    private struct Rest {
        var until: Instant
        var length: Duration
        var isProbed = false
    }

    private var rests: [Region: Rest] = [:]
    /// Counts rests that have ended because there is a route.
    private(set) var returns: UInt64 = 0

    /// Nothing of these is to be dialled now.
    func resting(at now: Instant) -> Set<Region> {
        // In almost every case there are none, and this allocates nothing.
        rests.isEmpty ? [] : Set(rests.lazy.filter { now < $0.value.until }.map(\.key))
    }

    /// When the region's rest is over; nil if it doesn't rest.
    func end(of region: Region, at now: Instant) -> Instant? {
        rests[region].flatMap { now < $0.until ? $0.until : nil }
    }

    /// Something of the region is dialled automatically: the probe, if it has rested. The next one
    /// comes when the probe has had its time, and ends the rest.
    mutating func attempt(in region: Region, at now: Instant) {
        guard let rest = rests[region] else { return }
        guard !rest.isProbed else { return noteRoute(in: region) }
        rests[region]?.until = now + Self.probing
        rests[region]?.isProbed = true
    }

    /// The kernel has no route to something of the region.
    mutating func noteNoRoute(in region: Region, at now: Instant) {
        guard let rest = rests[region] else {
            rests[region] = Rest(until: now + Self.first, length: Self.first)
            return
        }
        // What was dialled beside the one that began the rest tells nothing new, nor does a
        // persistent peer, which goes on at its own pace.
        guard rest.isProbed || rest.until <= now else { return }
        let length = min(rest.length * 2, Self.longest)
        rests[region] = Rest(until: now + length, length: length)
    }

    /// The network is another one.
    mutating func endAll() {
        rests = [:]
        returns &+= 1
    }

    /// Something of the region was reached, or at least there was a route to it.
    mutating func noteRoute(in region: Region) {
        if rests.removeValue(forKey: region) != nil { returns &+= 1 }
    }
}
