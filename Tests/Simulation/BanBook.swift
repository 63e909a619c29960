internal import Addressing
internal import ConnectionCore
import Facts
internal import Timing

/// The bans that there should be, in a plain list.
struct BanBook {
    private(set) var bans: [Ban] = []

    /// The ban in force that covers the address or the IPv4 address in it: the one that ends last,
    /// of those the one that was found by the address itself, and of those the widest.
    func cover(
        of address: PeerAddress,
        at now: Moment,
        ignoringAutomatic: Bool = false
    ) -> Ban? {
        guard let ip = address.ip else { return nil }
        let candidates = bans.filter {
            Self.covers($0.prefix, ip) && isInForce($0, at: now)
                && !(ignoringAutomatic && $0.origin == .automatic)
        }
        return candidates.min { rank($0, for: ip) < rank($1, for: ip) }
    }

    /// Whether a ban is about an address: of the host, as which an IPv4 address is the same in a
    /// tunnel.
    static func covers(_ prefix: Prefix, _ ip: IPAddress) -> Bool {
        if prefix.contains(ip) { return true }
        guard let inner = ip.embeddedIPv4 else { return false }
        return prefix.contains(IPAddress(v4: inner))
    }

    /// What an operator's ban of a prefix is refused for: of the bans in force that cover its first
    /// address and its last one, hence all, the one that ends last, as in `cover`.
    func longerBan(than ban: Ban, at now: Moment) -> Ban? {
        let (first, last) = (ban.prefix.network, Self.lastAddress(of: ban.prefix))
        let candidates = bans.filter {
            isInForce($0, at: now) && isLonger($0, than: ban)
                && Self.covers($0.prefix, first) && Self.covers($0.prefix, last)
        }
        return candidates.min { rank($0, for: first) < rank($1, for: first) }
    }

    private static func lastAddress(of prefix: Prefix) -> IPAddress {
        let (network, length) = (prefix.network, prefix.length)
        return IPAddress(
            high: network.high | (UInt64.max >> length),
            low: network.low | (length <= 64 ? .max : UInt64.max >> (length - 64))
        )
    }

    /// The less, the sooner the ban is named for an address.
    private func rank(_ ban: Ban, for ip: IPAddress) -> (Int64, Int, Int) {
        let end = ban.until?.microseconds ?? .max
        return (-end, ban.prefix.contains(ip) ? 0 : 1, ban.prefix.length)
    }

    mutating func insert(_ ban: Ban, at now: Moment) {
        if ban.origin == .automatic, let known = bans.first(where: { $0.prefix == ban.prefix }) {
            let stays = known.origin == .operator || isLonger(known, than: ban)
            if stays, isInForce(known, at: now) { return }
        }
        remove(ban.prefix)
        bans.append(ban)
    }

    private func isLonger(_ ban: Ban, than other: Ban) -> Bool {
        guard let end = other.until else { return false }
        return ban.until.map { $0 > end } ?? true
    }

    /// Somebody has set the calendar. Bans are made in this process here, so they go on for as long
    /// as was said, and end at another time of the calendar.
    mutating func clockMoved(to now: Moment) {
        bans = bans.map { ban in
            Ban(
                prefix: ban.prefix,
                until: ban.ends.map { now.wall + ($0 - now.instant) },
                ends: ban.ends,
                origin: ban.origin
            )
        }
    }

    @discardableResult
    mutating func remove(_ prefix: Prefix) -> Bool {
        let before = bans.count
        bans.removeAll { $0.prefix == prefix }
        return bans.count < before
    }

    /// Those in force, in the order in which the core lists them.
    func inForce(at now: Moment) -> [Ban] {
        bans.filter { isInForce($0, at: now) }.sorted {
            let (left, right) = ($0.prefix, $1.prefix)
            return left.length == right.length
                ? left.network < right.network : left.length < right.length
        }
    }

    private func isInForce(_ ban: Ban, at now: Moment) -> Bool {
        ban.ends.map { now.instant < $0 } ?? true
    }
}
