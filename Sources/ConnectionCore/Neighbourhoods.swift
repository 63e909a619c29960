internal import Addressing
import Facts
internal import Timing

/// The automatic bans of each IPv4 /16 and IPv6 /48: the least that one neighbour may have much of
/// without being many. When there is room for no more, the most crowded one gives way, so that
/// whoever has a network can't have others' bans forgotten.
///
/// Which one that is, and its ban that ends soonest, is known at any time: whoever brings about
/// bans may bring about many. Those of tunnels (6to4, Teredo, NAT64) are the IPv4 /16's, as their
/// hosts are IPv4's.
struct Neighbourhoods: Equatable, Sendable {
    /// A ban among its neighbours. The one that ends soonest is the first.
    private struct Member: Comparable, Sendable {
        let until: Int64
        let prefix: Prefix

        init(_ ban: Ban) {
            until = ban.until?.microseconds ?? .max
            prefix = ban.prefix
        }

        /// A total order, so that of two that end together the same one goes in every run.
        static func < (left: Member, right: Member) -> Bool {
            left.until == right.until ? left.prefix < right.prefix : left.until < right.until
        }
    }

    /// A neighbourhood among others. The most crowded is the first, of several the one whose first
    /// ban ends soonest.
    private struct Rank: Comparable, Sendable {
        var count: Int
        let soonest: Member

        /// Nil for none.
        init?(_ members: SortedArray<Member>) {
            guard let first = members.first else { return nil }
            count = members.count
            soonest = first
        }

        static func < (left: Rank, right: Rank) -> Bool {
            left.count == right.count ? left.soonest < right.soonest : right.count < left.count
        }
    }

    /// Only those that have some.
    private var members: [Prefix: SortedArray<Member>] = [:]
    private var ranks = SortedArray<Rank>()

    init() {}

    init(_ bans: some Sequence<Ban>) {
        members = Dictionary(grouping: bans.lazy.map(Member.init)) { Self.of($0.prefix) }
            .mapValues { SortedArray($0) }
        ranks = SortedArray(members.values.compactMap(Rank.init))
    }

    static func of(_ prefix: Prefix) -> Prefix {
        let prefix = prefix.embeddedIPv4 ?? prefix
        return Prefix(prefix.network, length: min(prefix.length, prefix.isIPv4 ? 96 + 16 : 48))
    }

    /// Traps if it is there already.
    mutating func insert(_ ban: Ban) {
        change(Self.of(ban.prefix)) { $0.insert(Member(ban)) }
    }

    /// Traps if it isn't there as it is.
    mutating func remove(_ ban: Ban) {
        change(Self.of(ban.prefix)) { $0.remove(Member(ban)) }
    }

    private mutating func change(
        _ neighbourhood: Prefix,
        _ change: (inout SortedArray<Member>) -> Void
    ) {
        // Taken out, so that it is changed in its place.
        var bans = members.removeValue(forKey: neighbourhood) ?? SortedArray()
        if let rank = Rank(bans) { ranks.remove(rank) }
        change(&bans)
        guard let rank = Rank(bans) else { return }
        ranks.insert(rank)
        members[neighbourhood] = bans
    }

    /// The ban that gives way to another one: where most are when that is counted too, the one that
    /// ends soonest. Nil if there is none.
    func first(toGoFor new: Prefix) -> Prefix? {
        guard let most = ranks.first else { return nil }
        guard var own = members[Self.of(new)].flatMap(Rank.init) else { return most.soonest.prefix }
        own.count += 1
        return min(own, most).soonest.prefix
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
