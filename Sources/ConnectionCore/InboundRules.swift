internal import Addressing
import Facts
internal import Timing

/// What is asked about a peer that comes to us, in this order.
///
/// Only `rate` and `flood` leave a trace where they were asked in earnest: see `note`.
enum InboundCheck: UInt8, Checklist {
    case shutdown, network
    case whitelist
    case ban
    case trust
    case rate
    case flood
    case duplicate
    /// Connections of its host, or through its gate.
    case source
    case slots
}

/// What a rate limiter would do.
enum RateOutlook {
    case host(RateLimiter.Outlook)
    case gate(GateRates.Outlook)
}

/// A peer that comes, as the rules are asked about it.
struct InboundQuestion {
    let arrival: Arrival
    let now: Moment
    let host: HostKey
    /// The entry of the whitelist that lets it in.
    let whitelisting: Prefix?
    /// Nil for one of which the limits of hosts hold.
    let gate: Gate?

    /// Whether rules against strangers concern it.
    var isStranger: Bool { whitelisting == nil && !arrival.isTrusted }
}

extension ConnectionCore {
    func question(about arrival: Arrival, at now: Moment) -> InboundQuestion {
        InboundQuestion(
            arrival: arrival,
            now: now,
            host: HostKey(arrival.remote.host),
            // What comes through an onion service has no address that could be on a list.
            whitelisting: arrival.network == .ip
                ? policy.limits.whitelisting(arrival.remote) : nil,
            gate: gate(of: arrival)
        )
    }

    /// What one rule says of it now. Changes nothing, and copies no limiter. What `rate` looks at
    /// comes out too, so that whoever takes the token needn't look for it again.
    @inline(__always)
    func ask(
        _ check: InboundCheck,
        about question: InboundQuestion,
        _ outlook: inout RateOutlook?
    ) -> Rule? {
        switch check {
        case .shutdown: shutdownRule
        case .network: networkRule
        case .whitelist: question.whitelisting.map { .whitelist($0) }
        case .ban: banRule(of: question)
        case .trust:
            question.whitelisting == nil && question.arrival.isTrusted ? .trustedLoopback : nil
        case .rate: question.isStranger ? rateRule(of: question, &outlook) : nil
        case .flood: question.isStranger ? floodRule(of: question) : nil
        case .duplicate: duplicateRule(of: .address(question.arrival.remote))
        case .source: question.isStranger ? sourceRule(of: question) : nil
        case .slots: question.whitelisting == nil ? slotRule(for: .inbound) : whitelistedSlotRule
        }
    }

    /// What an arrival leaves behind where a rule was asked in earnest, whatever it said: the
    /// source's bucket was used, which takes a token if there is one, and who may come as often is
    /// an attempt.
    @inline(__always)
    mutating func note(
        _ check: InboundCheck,
        of question: InboundQuestion,
        _ outlook: RateOutlook?
    ) {
        switch check {
        case .rate:
            switch outlook {
            case .host(let outlook):
                rateLimiter.take(outlook, at: question.now.instant, limits: policy.inbound)
            case .gate(let outlook):
                gateRates.take(outlook)
            case nil:
                break
            }
        case .flood:
            if question.isStranger { floodGate.count(at: question.now.instant) }
        case .shutdown, .network, .whitelist, .ban, .trust, .duplicate, .source, .slots:
            break
        }
    }

    private func banRule(of question: InboundQuestion) -> Rule? {
        banRule(
            of: question.arrival.remote,
            // An automatic ban of an IPv6 /64 may well cover a whitelisted neighbour.
            ignoringAutomatic: question.whitelisting != nil || question.arrival.hasSharedAddress,
            at: question.now
        )
    }

    /// The rate limit of the source or the gate.
    private func rateRule(
        of question: InboundQuestion,
        _ found: inout RateOutlook?
    ) -> Rule? {
        let now = question.now
        if let gate = question.gate {
            let outlook = gateRates.outlook(for: gate, at: now.instant)
            found = .gate(outlook)
            guard !outlook.mayTake else { return nil }
            return .rateLimited(until: now.wall(at: outlook.nextToken(of: gate)))
        }
        let attempts = floodGate.attempts(at: now.instant)
        let outlook = rateLimiter.outlook(
            for: question.host,
            isFlood: attempts > policy.inbound.floodThreshold,
            at: now.instant,
            limits: policy.inbound
        )
        found = .host(outlook)
        guard !outlook.mayTake else { return nil }
        return .rateLimited(until: now.wall(at: outlook.nextToken(policy.inbound)))
    }

    /// The flood gate over all sources, this attempt included.
    private func floodRule(of question: InboundQuestion) -> Rule? {
        let now = question.now.instant
        if !question.arrival.isProxied, readyHosts.contains(question.host, at: now) {
            return .knownHost
        }
        let (threshold, attempts) = (policy.inbound.floodThreshold, floodGate.attempts(at: now) + 1)
        let chance = FloodGate.dropChance(attempts: attempts, threshold: threshold)
        guard chance > 0 else { return nil }
        return .flooded(limit: threshold, count: attempts, chance: chance)
    }

    private func sourceRule(of question: InboundQuestion) -> Rule? {
        guard let gate = question.gate else { return hostRule(of: question.host) }
        let (limit, count) = (limit(of: gate), table.count(ofGate: gate.number))
        guard count >= limit else { return nil }
        return gate.number == Gate.unmarked
            ? .tooManyPerHost(limit: limit, count: count)
            : .tooManyPerListener(limit: limit, count: count)
    }

    private var whitelistedSlotRule: Rule? {
        let (limit, count) = (policy.limits.whitelisted, table.census.whitelisted)
        return count < limit ? nil : .tooManyWhitelisted(limit: limit, count: count)
    }
}
