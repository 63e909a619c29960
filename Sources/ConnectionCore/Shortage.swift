internal import Addressing
package import Facts
package import Timing

/// Why nobody could be picked although outbound connections are missing: what stands against those
/// that were looked at.
package struct Shortage: Equatable, Sendable {
    /// Connections that are missing.
    package let missing: Int
    /// The obstacle that most have comes first. Empty if no address is known. At most
    /// `Policy.Outbound.picks` addresses were looked at, and those of regions that rest are
    /// counted besides.
    package let exclusions: [Exclusion]

    package init(missing: Int, exclusions: [Exclusion]) {
        self.missing = missing
        self.exclusions = exclusions
    }
}

/// The dialler found nobody: until something changes, or the time has come, it needn't look again.
struct Idleness: Sendable {
    let shortage: Shortage
    let since: Instant
    let lookAgainAt: Instant
    /// What had been freed by then; see `ConnectionCore.releases`.
    let releases: UInt64
}

/// What was passed over while one slot's address was looked for.
struct PassedOver {
    private var obstacles: [(address: PeerAddress, obstacle: Rule.Name)] = []

    /// An operator's peer is there already, as others are.
    mutating func note(_ address: PeerAddress, _ obstacle: Rule) {
        let name = if case .operatorsPeer = obstacle { Rule.Name.duplicate } else { obstacle.name }
        obstacles.append((address, name))
    }

    /// Each address once, with what stood against it last: the first picks are choosier.
    var byAddress: [PeerAddress: Rule.Name] {
        Dictionary(obstacles.lazy.map { ($0.address, $0.obstacle) }) { $1 }
    }
}

extension ConnectionCore {
    /// Counts what may free an address for the dialler: the ends of connections that hold a group,
    /// of bans, and of rests.
    var releases: UInt64 { table.groupReleases &+ bans.releases &+ rests.returns }

    /// What keeps the dialler from dialling anybody, since when, and when it will look again; nil
    /// while it dials, or nothing is missing.
    package var shortage: (shortage: Shortage, since: Instant, lookAgainAt: Instant)? {
        guard let idle = outbound.idle, wantsOutbound else { return nil }
        return (idle.shortage, idle.since, idle.lookAgainAt)
    }

    /// Notes that nobody was found, and says so unless that has been said. It is said again when
    /// the target was held meanwhile, or there were other addresses, settings or networks.
    mutating func noteNobody<Source: AddressSource>(
        _ passedOver: PassedOver,
        resting: Set<Region>,
        at now: Moment,
        asking source: Source,
        _ actions: inout Actions
    ) {
        let byAddress = passedOver.byAddress
        var counts: [Rule.Name: Int] = [:]
        for rule in byAddress.values { counts[rule, default: 0] += 1 }
        if !resting.isEmpty {
            counts[.noRoute, default: 0] += source.count(in: resting)
        }
        let exclusions = Rule.Name.allCases.compactMap { rule in
            counts[rule].flatMap { $0 > 0 ? Exclusion(rule, addresses: $0) : nil }
        }
        let shortage = Shortage(
            missing: policy.outbound.target - table.census.limited.outbound,
            exclusions: exclusions.enumerated()
                .sorted { ($1.element.addresses, $0.offset) < ($0.element.addresses, $1.offset) }
                .map(\.element)
        )
        outbound.idle = Idleness(
            shortage: shortage,
            since: outbound.idle?.since ?? now.instant,
            lookAgainAt: nextLook(byAddress, resting, at: now),
            releases: releases
        )
        guard !outbound.isShortageSaid else { return }
        outbound.isShortageSaid = true
        actions.report(.nobodyToDial(missing: shortage.missing, shortage.exclusions))
    }

    /// After the retry interval, or when the rest of a region or a ban of what was looked at ends.
    private func nextLook(
        _ byAddress: [PeerAddress: Rule.Name],
        _ resting: Set<Region>,
        at now: Moment
    ) -> Instant {
        var next = now.instant + policy.outbound.retry
        for region in resting {
            if let end = rests.end(of: region, at: now.instant) { next = min(next, end) }
        }
        for (address, obstacle) in byAddress where obstacle == .banned {
            guard let end = bans.ban(covering: address, at: now)?.end(at: now) else { continue }
            next = min(next, end)
        }
        return next
    }
}
