internal import Addressing
internal import ConnectionCore
import Facts
internal import Timing

/// What the core says that it would decide, held against what it then decides.
extension World {
    /// The reason that stands first against a way, before it is tried.
    func explanation(of target: PeerTarget, _ way: Way) -> Rule? {
        core.explain(.target(target), listeners: [], at: moment, asking: source).refusal(of: way)
    }

    /// An answer must be the one that was explained before.
    func compare(
        _ explained: Rule?,
        _ refusal: Refusal?,
        _ what: @autoclosure () -> String
    ) throws(BrokenPromise) {
        guard !Self.agree(explained, refusal) else { return }
        throw BrokenPromise(
            "\(what()) is explained by \(String(describing: explained)) and answered "
                + String(describing: refusal)
        )
    }

    /// Of a peer that comes, a flood lets some in, and then the next reason counts.
    func compare(
        _ rules: [Rule],
        _ refusal: Refusal?,
        of arrival: Arrival
    ) throws(BrokenPromise) {
        var refusing = rules.filter(\.refuses)
        if case .flooded = refusing.first, !Self.agree(refusing.first, refusal) {
            refusing.removeFirst()
        }
        try compare(refusing.first, refusal, "\(arrival.remote)")
    }

    /// Any address at any time: the outbound way must be open if no rule closes it, and closed
    /// otherwise. The pace is known from outside only in part.
    mutating func explainSomebody() throws(BrokenPromise) {
        guard isWatched else { return }
        let address = someAddress()
        let explanation = core.explain(
            .target(.address(address)),
            listeners: [],
            at: moment,
            asking: source
        )
        let rules = explanation.findings.filter { $0.way == .outbound }.map(\.rule)
        let reasons = rules.filter { $0.refuses && !$0.isPause }
        let since = source.candidate(for: address, at: moment)?.sinceLastAttempt
        let isTooSoon =
            since.map { since in
                since < .seconds(60) && ledger.networkResumedAt.map { now - since >= $0 } ?? true
            } ?? false
        var obstacle = ledger.obstacleToPicking(address, at: moment, bans)
        if source.candidate(for: address, at: moment) == nil { obstacle = obstacle ?? "unknown" }
        if isTooSoon { obstacle = obstacle ?? "attempted just now" }
        try require(
            reasons.isEmpty == (obstacle == nil),
            "\(address) is explained by \(rules), but \(obstacle ?? "may be dialled")"
        )
        try require(
            !rules.contains(where: \.isPause) || ledger.pacing.isRationed
                || ledger.pacing.isSpreading(at: now, scenario.policy),
            "\(address) is explained by a pause that nobody made"
        )
        tally.count(reasons.first.map { "explained: " + $0.name.word } ?? "explained: open")
    }

    private mutating func someAddress() -> PeerAddress {
        let remotes = core.table.connections.compactMap(\.remote)
        if !remotes.isEmpty, random.chance(0.3) { return random.element(of: remotes) }
        return random.element(of: population.peers).address
    }

    private static func agree(_ rule: Rule?, _ refusal: Refusal?) -> Bool {
        guard let rule else { return refusal == nil }
        return switch rule {
        case .shuttingDown: refusal == .shuttingDown
        case .networkInactive: refusal == .networkInactive
        case .banned(let prefix, let until): refusal == .banned(prefix, until: until)
        case .rateLimited: refusal == .rateLimited
        case .flooded(_, _, let chance): refusal == .flooded(chance: chance)
        case .duplicate(let id):
            [.alreadyPending(id), .alreadyConnected(id), .duplicatePersistent(id)]
                .contains(refusal)
        case .tooManyPerHost(let limit, _): refusal == .tooManyPerHost(limit: limit)
        case .tooManyPerListener(let limit, _): refusal == .tooManyPerListener(limit: limit)
        case .tooManyConnections: if case .tooManyConnections = refusal { true } else { false }
        case .tooManyWhitelisted(let limit, _): refusal == .tooManyWhitelisted(limit: limit)
        case .tooManyPersistent(let limit, _): refusal == .tooManyPersistent(limit: limit)
        case .tooManyPersistentPerHost(let limit, _):
            refusal == .tooManyPersistentPerHost(limit: limit)
        case .unsupportedAddress:
            if case .unsupportedAddress = refusal { true } else { false }
        case .whitelist, .noListener, .trustedLoopback, .knownHost, .targetHeld, .group,
            .ownAddress, .misbehaved, .operatorsPeer, .attemptedRecently, .attemptedJustNow,
            .noRoute, .otherPort, .unknownAddress, .paused,
            .resourcesExhausted:
            false
        }
    }
}

extension Rule {
    var isPause: Bool { if case .paused = self { true } else { false } }
}
