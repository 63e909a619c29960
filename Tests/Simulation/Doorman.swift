internal import Addressing
internal import ConnectionCore
import Facts
internal import Timing

/// What may come in: judges each answer that the core gives to an arrival.
///
/// The rate limit is followed with a bucket for each host, which must never be more patient than
/// the core's. While sources are coarse the core may be stricter, so that then only one direction
/// is sure.
struct Doorman {
    private let policy: Policy
    private var buckets: [HostKey: TokenBucket] = [:]
    /// Of those who come from behind a proxy, by where they come in.
    private var gateBuckets: [UInt8: TokenBucket] = [:]
    /// The seconds of the last minute's attempts that passed the rate limit, and how many.
    private var passed: [(second: Int64, count: Int)] = []
    private var hasFlooded = false
    /// Hosts and when they were ready last. Never iterated.
    private var readyHosts: [HostKey: Instant] = [:]
    /// Drops by the flood's chance: what came of it, and what had to be expected.
    private var flood = (drops: 0.0, expected: 0.0, variance: 0.0)

    private(set) var refusals: UInt64 = 0
    /// Lines in the log about refusals that may still be written.
    private var reported = TokenBucket(tokens: 4, at: Instant(nanoseconds: 0))
    private var silenced: (count: UInt64, until: Instant)?

    init(policy: Policy) {
        self.policy = policy
    }

    // MARK: Answers

    /// Holds the core's answer, nil if the peer may stay, against the checks in their order.
    mutating func judge(
        _ arrival: Arrival,
        _ refusal: Refusal?,
        at now: Moment,
        _ ledger: Ledger,
        _ bans: BanBook
    ) throws(BrokenPromise) {
        if refusal != nil { refusals += 1 }
        if let early = earlyRefusal(of: arrival, at: now, ledger, bans) {
            return try expect(early, refusal, arrival)
        }
        let isExempt = isWhitelisted(arrival) || isTrusted(arrival)
        if !isExempt {
            guard try passesRate(arrival, refusal, at: now.instant, ledger) else { return }
        } else if refusal == .rateLimited {
            throw BrokenPromise("\(arrival.remote) is exempt from the rate limit")
        }
        if case .flooded = refusal { return }
        try expect(lateRefusal(of: arrival, isExempt, ledger), refusal, arrival)
    }

    /// Whether a peer may stay who was admitted, as what.
    func isWhitelisted(_ arrival: Arrival) -> Bool {
        guard arrival.network == .ip, let ip = arrival.remote.ip else { return false }
        return policy.limits.whitelist.contains { $0.contains(ip) }
    }

    /// Whether the address is the proxy's and not the peer's.
    func isProxied(_ arrival: Arrival) -> Bool {
        let isLoopback = arrival.remote.ip?.isLoopback ?? false
        return arrival.gate != nil || arrival.network == .onion
            || (isLoopback && !arrival.trustsLoopback)
    }

    /// What limits those who come from behind a proxy: the listener's own limits, or, for all that
    /// come by listeners without any, those of one host. Nil for all others.
    func gate(
        of arrival: Arrival,
        _ ledger: Ledger
    ) -> (number: UInt8, limit: Int, rate: Double, burst: Double)? {
        guard isProxied(arrival) else { return nil }
        guard let gate = arrival.gate else {
            let perHost = policy.limits.perHost
            let limit = perHost > 0 ? perHost : Int.max
            return (255, limit, policy.inbound.rate, policy.inbound.burst)
        }
        let half = ledger.mostInbound - ledger.mostInbound / 2
        return (gate.number, gate.connections ?? half, gate.rate, gate.burst)
    }

    /// From the machine itself, on a listener that believes it; the whitelist comes first.
    func isTrusted(_ arrival: Arrival) -> Bool {
        !isWhitelisted(arrival) && !isProxied(arrival)
            && (arrival.remote.ip?.isLoopback ?? false)
    }

    private func expect(
        _ expected: Refusal?,
        _ refusal: Refusal?,
        _ arrival: Arrival
    ) throws(BrokenPromise) {
        guard expected == refusal else {
            let answers = (
                expected.map { "\($0)" } ?? "admitted", refusal.map { "\($0)" } ?? "admitted"
            )
            throw BrokenPromise("\(arrival.remote) is \(answers.1) instead of \(answers.0)")
        }
    }

    /// The checks before the rate limit, which nobody is exempt from.
    private func earlyRefusal(
        of arrival: Arrival,
        at now: Moment,
        _ ledger: Ledger,
        _ bans: BanBook
    ) -> Refusal? {
        if ledger.isShuttingDown { return .shuttingDown }
        if !ledger.isNetworkActive { return .networkInactive }
        let isShared = isProxied(arrival) || isTrusted(arrival)
        let ignoresAutomatic = isWhitelisted(arrival) || isShared
        return bans.cover(of: arrival.remote, at: now, ignoringAutomatic: ignoresAutomatic)
            .map { .banned($0.prefix, until: $0.until) }
    }

    /// The checks behind the flood gate.
    private func lateRefusal(
        of arrival: Arrival,
        _ isExempt: Bool,
        _ ledger: Ledger
    ) -> Refusal? {
        if let refusal = ledger.duplicate(of: .address(arrival.remote)) { return refusal }
        let perHost = policy.limits.perHost
        if let gate = gate(of: arrival, ledger) {
            if !isExempt, ledger.count(ofGate: gate.number) >= gate.limit {
                return arrival.gate == nil
                    ? .tooManyPerHost(limit: gate.limit) : .tooManyPerListener(limit: gate.limit)
            }
        } else if !isExempt, perHost > 0,
            ledger.count(of: HostKey(arrival.remote.host)) >= perHost
        {
            return .tooManyPerHost(limit: perHost)
        }
        if isWhitelisted(arrival) {
            let limit = policy.limits.whitelisted
            return ledger.whitelisted < limit ? nil : .tooManyWhitelisted(limit: limit)
        }
        return ledger.admits(.inbound)
            ? nil : .tooManyConnections(limit: policy.limits.connections)
    }

    // MARK: Rate and flood

    /// Follows the rate limit, and then the flood gate.
    ///
    /// - Returns: Whether the later checks are due.
    private mutating func passesRate(
        _ arrival: Arrival,
        _ refusal: Refusal?,
        at now: Instant,
        _ ledger: Ledger
    ) throws(BrokenPromise) -> Bool {
        if let gate = gate(of: arrival, ledger) {
            // Nothing is coarse there: the answer is known.
            let full = TokenBucket(tokens: gate.burst, at: now)
            var bucket = gateBuckets[gate.number] ?? full
            let hasToken = bucket.take(at: now, rate: gate.rate, burst: gate.burst)
            gateBuckets[gate.number] = bucket
            guard hasToken == (refusal != .rateLimited) else {
                throw BrokenPromise("gate \(gate.number) has a token: \(hasToken)")
            }
            guard hasToken else { return false }
            if attempts(at: now) > policy.inbound.floodThreshold { hasFlooded = true }
            notePass(at: now)
            try followFlood(arrival, refusal, at: now)
            return true
        }
        let host = HostKey(arrival.remote.host)
        let (rate, burst) = (policy.inbound.rate, policy.inbound.burst)
        if attempts(at: now) > policy.inbound.floodThreshold { hasFlooded = true }
        var bucket = buckets[host] ?? TokenBucket(tokens: burst, at: now)
        let hasToken = bucket.take(at: now, rate: rate, burst: burst)
        guard refusal != .rateLimited else {
            guard hasFlooded || !hasToken else {
                throw BrokenPromise("\(arrival.remote) is within its rate and refused")
            }
            return false
        }
        guard hasToken else { throw BrokenPromise("\(arrival.remote) exceeds its rate") }
        buckets[host] = bucket
        notePass(at: now)
        try followFlood(arrival, refusal, at: now)
        return true
    }

    /// Who was dropped by chance must have been in danger, by the chance that was stated.
    private mutating func followFlood(
        _ arrival: Arrival,
        _ refusal: Refusal?,
        at now: Instant
    ) throws(BrokenPromise) {
        let attempts = attempts(at: now)
        let chance = dropChance(at: attempts)
        let wasReady = isReadyHost(arrival, at: now)
        if case .flooded(let stated) = refusal {
            // Of more than 1,000 ready hosts only the last are spared.
            let isSpared = wasReady && readyHosts.count <= 1_000
            guard chance == stated, chance > 0, !isSpared else {
                throw BrokenPromise("\(attempts) attempts, \(arrival.remote) dropped by \(stated)")
            }
            if !wasReady { count(drop: true, chance) }
        } else if chance > 0, !wasReady {
            count(drop: false, chance)
        }
    }

    private mutating func count(drop: Bool, _ chance: Double) {
        if drop { flood.drops += 1 }
        flood.expected += chance
        flood.variance += chance * (1 - chance)
    }

    /// At the end of a run: as many were dropped as the chances said, within six standard
    /// deviations, which one run in 500 million misses by chance.
    func checkDrops() throws(BrokenPromise) {
        let difference = flood.drops - flood.expected
        guard difference * difference <= 36 * flood.variance + 9 else {
            throw BrokenPromise("\(flood.drops) dropped, \(flood.expected) expected")
        }
    }

    private mutating func notePass(at now: Instant) {
        let second = now.nanoseconds / 1_000_000_000
        if let last = passed.last, last.second == second {
            passed[passed.count - 1].count += 1
        } else {
            passed.append((second, 1))
        }
    }

    /// Attempts of the last 60 s, in whole seconds as the core counts them.
    private mutating func attempts(at now: Instant) -> Int {
        let first = now.nanoseconds / 1_000_000_000 - 59
        passed.removeAll { $0.second < first }
        return passed.reduce(0) { $0 + $1.count }
    }

    /// p(x) = 0.2 + 1.1 (0.85 - 0.2) x² / (0.1 + x²), where x goes from 0 at the threshold to 1 at
    /// four times as much.
    private func dropChance(at attempts: Int) -> Double {
        let threshold = policy.inbound.floodThreshold
        guard attempts > threshold else { return 0 }
        let x = min(Double(attempts - threshold) / Double(3 * threshold), 1)
        return 0.2 + (1 + 0.1) * (0.85 - 0.2) * x * x / (0.1 + x * x)
    }

    // MARK: Hosts that were ready

    mutating func noteReady(_ host: HostKey, at now: Instant) {
        readyHosts[host] = now
    }

    /// Whether the host was ready within a day.
    private func isReadyHost(_ arrival: Arrival, at now: Instant) -> Bool {
        guard !isProxied(arrival), let ready = readyHosts[HostKey(arrival.remote.host)]
        else { return false }
        return now - ready < .seconds(24 * 60 * 60)
    }

    // MARK: Lines in the log

    /// At most four lines at once and one a minute; then silence, with its length before and the
    /// number of the suppressed after it.
    mutating func note(_ report: Report, at now: Instant) throws(BrokenPromise) {
        switch report {
        case .refused:
            guard silenced == nil, reported.take(at: now, rate: 1.0 / 60, burst: 4) else {
                throw BrokenPromise("more than four refusals and one a minute are reported")
            }
        case .refusalsSilenced(let duration):
            guard silenced == nil, duration <= .seconds(60) else {
                throw BrokenPromise("a silence of \(duration)")
            }
            silenced = (1, now + duration)
        case .refusalsSuppressed(let count, _):
            guard let (expected, until) = silenced, count == expected, now >= until else {
                throw BrokenPromise(
                    "\(count) refusals suppressed, not \(String(describing: silenced))"
                )
            }
            silenced = nil
        case .attempting, .connected, .accepted, .ready, .failed, .failedAgain, .ended, .retrying,
            .persistentWaiting, .hangingUp, .persistentDown, .persistentAdded, .persistentAdopted,
            .persistentRemoved, .outboundPaused, .nobodyToDial, .targetMissed, .resourcesExhausted,
            .banned, .unbanned, .bansSilenced, .bansSuppressed, .networkActive, .shuttingDown:
            break
        }
    }

    /// A refusal that was neither reported nor began a silence.
    mutating func noteUnreported() throws(BrokenPromise) {
        guard silenced != nil else { throw BrokenPromise("a refusal was kept quiet") }
        silenced?.count += 1
    }
}
