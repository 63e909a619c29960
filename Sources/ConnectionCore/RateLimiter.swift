internal import Addressing
internal import Timing

/// A token bucket for each source of inbound connections.
///
/// A source is an IPv4 address or an IPv6 /64, and during a flood an IPv4 /24 or IPv6 /56. Finer
/// buckets are merged when a flood begins and inherited from when it ends, so that a change of
/// granularity refills nobody. At most 10,000 buckets of about 90 bytes: under 1 MB, whoever
/// connects.
struct RateLimiter: Sendable {
    static let maxBuckets = 10_000
    /// A bucket that wasn't used for so long is forgotten. With the default rate it was full after
    /// 15 s, so that nothing is forgiven.
    static let life = Duration.seconds(20 * 60)

    fileprivate struct Source: Hashable, Sendable {
        var bits: UInt64
        var isCoarse: Bool

        /// Both an IPv4 /24 and an IPv6 /56 are 8 bits wider than their host.
        var coarse: Source { Source(bits: bits & ~0xff, isCoarse: true) }
    }

    private struct Entry: Sendable {
        var source: Source
        var bucket: TokenBucket
        var lastUse: Instant
        var older: UInt32
        var newer: UInt32
    }

    /// What `take` would come to.
    struct Outlook: Sendable {
        /// Whether it would give a token.
        let mayTake: Bool
        fileprivate let isFlood: Bool
        fileprivate let source: Source
        /// Of the source's entry; `none` if it has none, or an expired one.
        fileprivate let place: UInt32
        /// As it is after that.
        fileprivate let bucket: TokenBucket

        /// When it would give the next one; `distantFuture` for never.
        func nextToken(_ limits: Policy.Inbound) -> Instant {
            bucket.instantOfNextToken(rate: limits.rate, burst: limits.burst)
        }
    }

    fileprivate static let none = UInt32.max
    private var index: [Source: UInt32] = [:]
    private var entries: [Entry] = []
    private var free: [UInt32] = []
    private var oldest = none
    private var newest = none
    private var isCoarse = false

    var count: Int { index.count }

    /// Uses the bucket that was asked about at this same moment, nothing having been taken since:
    /// takes the token if there is one. Sources become coarse or fine as they were asked for.
    mutating func take(_ outlook: Outlook, at now: Instant, limits: Policy.Inbound) {
        expire(at: now)
        var place = outlook.place
        if outlook.isFlood != isCoarse {
            isCoarse = outlook.isFlood
            if isCoarse {
                merge(at: now, limits)
                place = index[outlook.source] ?? Self.none
            }
        }
        if place == Self.none {
            if index.count >= Self.maxBuckets { remove(oldest) }
            insert(outlook.source, outlook.bucket, now, before: Self.none)
        } else {
            unlink(place)
            link(place, before: Self.none)
            entries[Int(place)].lastUse = now
            entries[Int(place)].bucket = outlook.bucket
        }
    }

    /// What `take` would come to for a host, with `isFlood` for all sources that are coarse then.
    ///
    /// Changes nothing, and copies nothing: it is asked for each arrival, and for each listener by
    /// whoever may read. O(n) of the sources where a flood has just begun.
    func outlook(
        for host: HostKey,
        isFlood: Bool,
        at now: Instant,
        limits: Policy.Inbound
    ) -> Outlook {
        let fine = Source(bits: host.bits, isCoarse: false)
        let source = isFlood ? fine.coarse : fine
        let place = livePlace(of: source, at: now)
        var bucket: TokenBucket
        if isFlood, !isCoarse {
            bucket = mergedBucket(of: source, knownAt: place, at: now, limits)
        } else if place != Self.none {
            bucket = entries[Int(place)].bucket
        } else {
            let coarse = isFlood ? Self.none : livePlace(of: fine.coarse, at: now)
            let level = coarse == Self.none ? limits.burst : level(at: coarse, now, limits)
            bucket = TokenBucket(tokens: level, at: now)
        }
        let mayTake = bucket.take(at: now, rate: limits.rate, burst: limits.burst)
        return Outlook(
            mayTake: mayTake,
            isFlood: isFlood,
            source: source,
            place: place,
            bucket: bucket
        )
    }

    /// Where a source's entry is; `none` without one that is still remembered.
    private func livePlace(of source: Source, at now: Instant) -> UInt32 {
        guard let place = index[source], now - entries[Int(place)].lastUse < Self.life else {
            return Self.none
        }
        return place
    }

    private func level(at place: UInt32, _ now: Instant, _ limits: Policy.Inbound) -> Double {
        entries[Int(place)].bucket.tokens(at: now, rate: limits.rate, burst: limits.burst)
    }

    /// What `merge` would make of a coarse source and its members.
    private func mergedBucket(
        of source: Source,
        knownAt known: UInt32,
        at now: Instant,
        _ limits: Policy.Inbound
    ) -> TokenBucket {
        var least =
            known == Self.none
            ? TokenBucket(tokens: limits.burst, at: now) : entries[Int(known)].bucket
        var place = newest
        while place != Self.none, now - entries[Int(place)].lastUse < Self.life {
            let (current, entry) = (place, entries[Int(place)])
            place = entry.older
            guard !entry.source.isCoarse, entry.source.coarse == source else { continue }
            let level = level(at: current, now, limits)
            if level < least.tokens(at: now, rate: limits.rate, burst: limits.burst) {
                least = TokenBucket(tokens: level, at: now)
            }
        }
        return least
    }

    /// Gives each coarse source the lowest level of its members, and forgets these.
    private mutating func merge(at now: Instant, _ limits: Policy.Inbound) {
        var next = oldest
        while next != Self.none {
            let member = entries[Int(next)]
            let current = next
            next = member.newer
            guard !member.source.isCoarse else { continue }
            let level = member.bucket.tokens(at: now, rate: limits.rate, burst: limits.burst)
            remove(current)
            let coarse = member.source.coarse
            if let known = index[coarse] {
                let bucket = entries[Int(known)].bucket
                if level < bucket.tokens(at: now, rate: limits.rate, burst: limits.burst) {
                    entries[Int(known)].bucket = TokenBucket(tokens: level, at: now)
                }
                if member.lastUse > entries[Int(known)].lastUse {
                    // Into the member's place, so that the list stays in the order of last use.
                    entries[Int(known)].lastUse = member.lastUse
                    unlink(known)
                    link(known, before: next)
                }
            } else {
                // In the place of its oldest member, for the same reason.
                insert(coarse, TokenBucket(tokens: level, at: now), member.lastUse, before: next)
            }
        }
    }

    private mutating func expire(at now: Instant) {
        while oldest != Self.none, now - entries[Int(oldest)].lastUse >= Self.life {
            remove(oldest)
        }
    }

    @discardableResult
    private mutating func insert(
        _ source: Source,
        _ bucket: TokenBucket,
        _ lastUse: Instant,
        before: UInt32
    ) -> UInt32 {
        let entry = Entry(
            source: source,
            bucket: bucket,
            lastUse: lastUse,
            older: Self.none,
            newer: Self.none
        )
        let place: UInt32
        if let reused = free.popLast() {
            place = reused
            entries[Int(place)] = entry
        } else {
            place = UInt32(entries.count)
            entries.append(entry)
        }
        index[source] = place
        link(place, before: before)
        return place
    }

    private mutating func remove(_ place: UInt32) {
        index[entries[Int(place)].source] = nil
        unlink(place)
        free.append(place)
    }

    /// Puts an entry into the list of last use, before `newer` or, with `none`, at the newest end.
    private mutating func link(_ place: UInt32, before newer: UInt32) {
        let older = newer == Self.none ? newest : entries[Int(newer)].older
        entries[Int(place)].older = older
        entries[Int(place)].newer = newer
        if older == Self.none { oldest = place } else { entries[Int(older)].newer = place }
        if newer == Self.none { newest = place } else { entries[Int(newer)].older = place }
    }

    private mutating func unlink(_ place: UInt32) {
        let (older, newer) = (entries[Int(place)].older, entries[Int(place)].newer)
        if older == Self.none { oldest = newer } else { entries[Int(older)].newer = newer }
        if newer == Self.none { newest = older } else { entries[Int(newer)].older = older }
    }

    /// Traps where the list, the index and the bound differ.
    func checkInvariants() {
        precondition(index.count <= Self.maxBuckets, "\(index.count) buckets")
        precondition(index.count + free.count == entries.count, "a bucket was lost")
        var (place, older, seen) = (oldest, Self.none, 0)
        while place != Self.none {
            precondition(index[entries[Int(place)].source] == place, "the index differs")
            precondition(entries[Int(place)].older == older, "the list is broken")
            (older, place) = (place, entries[Int(place)].newer)
            seen += 1
        }
        precondition(seen == index.count && newest == older, "the list lost a bucket")
    }
}
