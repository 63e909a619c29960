internal import Addressing
internal import ConnectionCore
import Facts
internal import Timing

/// The rules about limits and times, written down a second time and counted anew at each question.
extension Ledger {
    // MARK: Counts

    /// Connections of one host; those that wait occupy nothing there, and those from behind a proxy
    /// are of unknown hosts.
    func count(of host: HostKey) -> Int {
        entries.count {
            $0.standing != .waiting && !$0.isProxied && $0.address.map { HostKey($0.host) } == host
        }
    }

    /// Connections that came in there, but for whitelisted ones.
    func count(ofGate number: UInt8) -> Int { entries.count { $0.gate == number } }

    /// What inbound peers can have when all others have what is reserved for them.
    var mostInbound: Int {
        policy.limits.connections - reserved.outbound - reserved.manual - reserved.feeler
    }

    /// Those of one group that we chose or an operator named, in every phase.
    private func count(of group: NetworkGroup) -> Int {
        entries.count { entry in
            switch entry.kind {
            case .outbound, .manual:
                // A name that has no address now will most likely have its last one again.
                (entry.address ?? entry.lastAddress).map { NetworkGroup($0.host) } == group
            case .inbound, .feeler: false
            }
        }
    }

    /// Those that share `limits.connections`.
    var limited: PerKind {
        var counts = PerKind()
        for entry in entries where entry.isLimited { counts[entry.kind] += 1 }
        return counts
    }

    var persistent: Int { entries.count(where: \.isPersistent) }

    var whitelisted: Int { entries.count(where: \.isWhitelisted) }

    var outboundTarget: Int { min(policy.outbound.target, policy.limits.connections) }

    /// Slots that no other kind can take: first for the outbound target, then for manual ones, then
    /// for a feeler.
    private var reserved: PerKind {
        let total = policy.limits.connections
        let manual = min(policy.limits.reservedManual, total - outboundTarget)
        let feeler = min(1, total - outboundTarget - manual)
        return PerKind(outbound: outboundTarget, manual: manual, feeler: feeler)
    }

    /// What all kinds have or may claim at any time.
    private func claimed(beside counts: PerKind) -> Int {
        Kind.allCases.reduce(0) { $0 + max(counts[$1], reserved[$1]) }
    }

    /// Whether one more connection of `kind` fits beside what is there and what is reserved.
    func admits(_ kind: Kind) -> Bool {
        var counts = limited
        counts[kind] += 1
        var claims = counts[kind]
        for other in Kind.allCases where other != kind {
            claims += max(counts[other], reserved[other])
        }
        return claims <= policy.limits.connections
    }

    /// Whether a socket can be connected to it.
    static func isDialable(_ address: PeerAddress) -> Bool {
        guard let ip = address.ip, address.port != 0 else { return false }
        return !(ip.isUnspecified || ip.isMulticast || ip.isBroadcast)
            && (!ip.isLinkLocal || ip.v4 != nil || ip.zone != nil)
    }

    // MARK: Checks

    /// What must be true before an automatic attempt starts.
    func checkAutomatic(
        _ subject: Subject,
        at now: Moment,
        _ bans: BanBook
    ) throws(BrokenPromise) {
        guard let address = subject.address else {
            throw BrokenPromise("\(subject.id) dials \(subject.target)")
        }
        if let obstacle = obstacleToPicking(address, at: now, bans) {
            throw BrokenPromise("\(subject.id) dials \(address): \(obstacle)")
        }
    }

    /// Rules that aren't about the address.
    struct Ignored: OptionSet {
        let rawValue: Int
        static let slots = Ignored(rawValue: 1)
    }

    /// Why an address must not be dialled automatically now, but for the time of its last attempt
    /// and the pace; nil if it may.
    func obstacleToPicking(
        _ address: PeerAddress,
        at now: Moment,
        _ bans: BanBook,
        besides ignored: Ignored = []
    ) -> String? {
        if !ignored.contains(.slots) {
            if isShuttingDown || !isNetworkActive { return "nothing may be dialled" }
            if limited.outbound >= policy.outbound.target || !admits(.outbound) { return "no slot" }
            if exhaustion.isPaused(at: now.instant) { return "resources are exhausted" }
        }
        if rests.isResting(address, at: now.instant) { return "its region has no route" }
        if !Self.isDialable(address) { return "it can't be dialled" }
        if let ban = bans.cover(of: address, at: now) { return "banned by \(ban.prefix)" }
        if isOurs(address, at: now.instant) { return "it is ourselves" }
        if isOffender(address, at: now.instant) { return "it misbehaved" }
        if entries.contains(where: { $0.address == address || $0.lastAddress == address }) {
            return "another connection has it"
        }
        let limit = policy.outbound.maxPerGroup
        if limit > 0, count(of: NetworkGroup(address.host)) >= limit { return "its group is full" }
        let perHost = policy.limits.perHost
        if perHost > 0, count(of: HostKey(address.host)) >= perHost { return "its host is full" }
        return nil
    }

    /// Nothing may be overdue when a deadline was reached; at other times the loop may just not
    /// have got round to it, so that the caller gives a slightly earlier time.
    func checkTimeliness(at now: Instant) throws(BrokenPromise) {
        for entry in entries { try checkTimeliness(of: entry, at: now) }
        if let since = missedSince, !isMissSaid {
            guard now - since < Report.patience else {
                throw BrokenPromise("the target is missed for long and nobody is told")
            }
        }
    }

    private func checkTimeliness(of entry: Entry, at now: Instant) throws(BrokenPromise) {
        if isNetworkActive, !isShuttingDown, !entry.isDownSaid, let since = entry.downSince {
            guard now - max(since, networkResumedAt ?? since) < Report.patience else {
                throw BrokenPromise("\(entry.id) is down for long and nobody is told")
            }
        }
        switch entry.standing {
        case .waiting:
            guard isNetworkActive else { return }
            guard let next = entry.nextAttempt else {
                throw BrokenPromise("\(entry.id) waits for nothing")
            }
            guard now < next.latest || exhaustion.isPaused(at: now) else {
                throw BrokenPromise("\(entry.id) should have been dialled again")
            }
        case .dialing:
            let isLate = timePassed(of: entry, at: now) >= policy.outbound.dialTimeout
            guard entry.limit == nil ? !isLate : !isOver(entry, at: now) else {
                throw BrokenPromise("\(entry.id) dials longer than it may")
            }
        case .handshaking:
            guard timePassed(of: entry, at: now) < policy.handshake.timeout,
                !isOver(entry, at: now)
            else {
                throw BrokenPromise("\(entry.id) shakes hands for longer than it may")
            }
        case .established:
            guard entry.isReady || timePassed(of: entry, at: now) < Policy.readyAfter else {
                throw BrokenPromise("\(entry.id) should be ready")
            }
        }
    }

    /// Bounds that hold at all times, since no limit is ever lowered here.
    func checkBounds() throws(BrokenPromise) {
        guard persistent <= policy.persistent.max else {
            throw BrokenPromise("\(persistent) persistent connections")
        }
        guard whitelisted <= policy.limits.whitelisted else {
            throw BrokenPromise("\(whitelisted) whitelisted connections")
        }
        let counts = limited
        guard counts.outbound <= policy.outbound.target else {
            throw BrokenPromise("\(counts.outbound) outbound connections")
        }
        // With what is reserved: so no kind can starve another.
        guard claimed(beside: counts) <= policy.limits.connections else {
            throw BrokenPromise("\(counts) leave the others less than is reserved for them")
        }
        guard !pacing.owesPause else {
            throw BrokenPromise("\(pacing.failures) failures in a row and no pause")
        }
        guard !exhaustion.owesWarning else {
            throw BrokenPromise("nobody was told of exhausted resources")
        }
    }

    /// Whether an outbound connection is missing and no rule says why none is dialled.
    func isTargetNeglected(at now: Instant) -> Bool {
        isNetworkActive && !isShuttingDown && limited.outbound < policy.outbound.target
            && admits(.outbound) && !pacing.isRationed && !pacing.isSpreading(at: now, policy)
            && !exhaustion.isPaused(at: now) && !pacing.isIdle(at: now, policy)
    }
}
