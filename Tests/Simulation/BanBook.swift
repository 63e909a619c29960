internal import Addressing
internal import ConnectionCore
internal import Timing

/// The bans that there should be, in a plain list.
struct BanBook {
    private(set) var bans: [Ban] = []

    /// The widest ban in force that covers the address.
    func cover(
        of address: PeerAddress,
        at now: WallTime,
        ignoringAutomatic: Bool = false
    ) -> Ban? {
        guard let ip = address.ip else { return nil }
        return bans.filter { $0.prefix.contains(ip) && isInForce($0, at: now) }
            .filter { !(ignoringAutomatic && $0.origin == .automatic) }
            .min { $0.prefix.length < $1.prefix.length }
    }

    mutating func insert(_ ban: Ban, at now: WallTime) {
        if let known = bans.first(where: { $0.prefix == ban.prefix }) {
            let yields = known.origin == .operator && ban.origin == .automatic
            if yields, isInForce(known, at: now) { return }
        }
        remove(ban.prefix)
        bans.append(ban)
    }

    @discardableResult
    mutating func remove(_ prefix: Prefix) -> Bool {
        let before = bans.count
        bans.removeAll { $0.prefix == prefix }
        return bans.count < before
    }

    /// Those in force, in the order in which the core lists them.
    func inForce(at now: WallTime) -> [Ban] {
        bans.filter { isInForce($0, at: now) }.sorted {
            let (left, right) = ($0.prefix, $1.prefix)
            return left.length == right.length
                ? left.network < right.network : left.length < right.length
        }
    }

    private func isInForce(_ ban: Ban, at now: WallTime) -> Bool {
        ban.until.map { now < $0 } ?? true
    }
}
