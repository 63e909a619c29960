internal import Addressing

/// How many automatic bans each IPv4 /16 and IPv6 /48 has: the least that one neighbour may have
/// much of without being many. When there is room for no more, the most crowded one gives way, so
/// that whoever has a network can't have others' bans forgotten.
struct Neighbourhoods: Equatable, Sendable {
    /// Only those that have some.
    private var counts: [Prefix: Int] = [:]

    static func of(_ prefix: Prefix) -> Prefix {
        Prefix(prefix.network, length: min(prefix.length, prefix.isIPv4 ? 96 + 16 : 48))
    }

    mutating func count(_ prefix: Prefix, by change: Int) {
        let neighbourhood = Self.of(prefix)
        let sum = (counts[neighbourhood] ?? 0) + change
        counts[neighbourhood] = sum == 0 ? nil : sum
    }

    /// Those that have most when one more is counted, among them one that has some already.
    func mostCrowded(with new: Prefix) -> Set<Prefix> {
        var counts = counts
        counts[Self.of(new), default: 0] += 1
        let most = counts.values.max()
        return Set(counts.lazy.filter { $0.value == most }.map(\.key))
    }

    /// The bans that stay of so many, the first ones of each neighbourhood: all have the same
    /// share, and those that have less leave the rest to the others.
    static func spread(_ bans: [Ban], over room: Int) -> [Ban] {
        guard bans.count > room else { return bans }
        var sizes: [Prefix: Int] = [:]
        for ban in bans { sizes[of(ban.prefix), default: 0] += 1 }
        // The largest share for which there is room.
        var (share, tooMuch) = (0, room + 1)
        while tooMuch - share > 1 {
            let middle = (share + tooMuch) / 2
            let sum = sizes.values.reduce(0) { $0 + min($1, middle) }
            if sum <= room { share = middle } else { tooMuch = middle }
        }
        var rest = room - sizes.values.reduce(0) { $0 + min($1, share) }
        var taken: [Prefix: Int] = [:]
        return bans.filter { ban in
            let count = taken[of(ban.prefix), default: 0]
            guard count <= share else { return false }
            // What is left over, less than one for each, goes to the first that come.
            if count == share {
                guard rest > 0 else { return false }
                rest -= 1
            }
            taken[of(ban.prefix)] = count + 1
            return true
        }
    }
}
