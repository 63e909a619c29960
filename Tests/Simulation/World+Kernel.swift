internal import Addressing
internal import ConnectionCore
import Facts
internal import Timing

/// What becomes of lookups, dials and sockets: the part of kernel, resolver and peers.
///
/// Nothing that is in store is taken back when the core gives an attempt up: the answer comes all
/// the same, late, as it may on a machine where it was already on its way.
extension World {
    /// EMFILE.
    private static let exhausted: Int32 = 24
    private static let ourV4 = IPAddress(v4: 0xc000_0201)
    private static let ourV6 = IPAddress(high: 0x2001_0db8_0000_0001, low: 1)

    // MARK: Requests

    /// Asks the resolver, which may answer, fail after a while, or never answer: a dead server must
    /// not hold an attempt for longer than the dial timeout.
    mutating func resolve(_ attempt: DialAttempt, _ name: PeerName) {
        guard mood.hasDescriptors else {
            return schedule(.dialFailed(attempt, .resourcesExhausted(errno: Self.exhausted)))
        }
        let delay = random.duration(from: .milliseconds(1), to: .milliseconds(400))
        guard mood.network == .up else {
            return schedule(.dialFailed(attempt, .unresolved("try again")), in: .seconds(8))
        }
        guard let known = population.names.first(where: { $0.name == name }) else {
            preconditionFailure("nobody was told of \(name)")
        }
        switch known.resolution {
        case .resolves: schedule(.resolved(attempt, known.addresses), in: delay)
        case .empty: schedule(.resolved(attempt, []), in: delay)
        case .fails: schedule(.dialFailed(attempt, .unresolved("server failure")), in: delay)
        case .silent: break
        }
    }

    /// Starts a connect. What fails in the kernel comes back in the next turn, all else takes a
    /// round trip.
    mutating func dial(_ attempt: DialAttempt, _ address: PeerAddress) {
        switch answer(of: address) {
        case .connects(let stay):
            let local = local(to: address)
            schedule(.connected(attempt, local: local, stay: stay), in: latency(of: address))
        case .meetsItself:
            schedule(.connected(attempt, local: address, stay: nil), in: .microseconds(40))
        case .fails(.noRoute):
            schedule(.dialFailed(attempt, .noRoute))
        case .fails(.resourcesExhausted(let errno)):
            schedule(.dialFailed(attempt, .resourcesExhausted(errno: errno)))
        case .fails(let failure):
            schedule(.dialFailed(attempt, failure), in: latency(of: address))
        case .silence:
            // Whoever is silent may still answer when nobody waits any more.
            guard random.chance(0.1) else { return }
            let late = scenario.policy.outbound.dialTimeout + .milliseconds(1)
            schedule(.connected(attempt, local: local(to: address), stay: nil), in: late)
        }
    }

    /// What an attempt comes to: first our own machine has a say, then the network, then the peer.
    private mutating func answer(of address: PeerAddress) -> DialAnswer {
        guard mood.hasDescriptors else {
            return .fails(.resourcesExhausted(errno: Self.exhausted))
        }
        let isLocal = address.ip?.isLoopback ?? false
        switch mood.network {
        case .noRoute where !isLocal: return .fails(.noRoute)
        case .silent where !isLocal: return .silence
        case .up, .noRoute, .silent: break
        }
        guard !mood.isKind else { return .connects(stay: nil) }
        guard let peer = population.peer(at: address) else { return .fails(.refused) }
        let behaviour = peer.isFickle ? random.element(of: scenario.behaviours) : peer.behaviour
        return behaviour.answer(meanStay: scenario.meanStay, &random)
    }

    private mutating func latency(of address: PeerAddress) -> Duration {
        guard let peer = population.peer(at: address) else { return .milliseconds(30) }
        return peer.latency + random.duration(below: .milliseconds(50))
    }

    private mutating func local(to address: PeerAddress) -> PeerAddress {
        let port = UInt16(random.number(in: 32_768...60_999))
        return PeerAddress(address.ip?.v4 == nil ? Self.ourV6 : Self.ourV4, port: port)
    }

    // MARK: Answers

    // Each answer is one to a request that still stands, or stale: then the core must ignore it.

    mutating func resolved(_ attempt: DialAttempt, _ addresses: [PeerAddress]) throws(BrokenPromise)
    {
        let event = Event.resolved(attempt, addresses)
        let line = "resolved \(attempt.line): \(addresses.count) addresses"
        guard shell.isResolving(attempt) else { return try deliverStale(event, line) }
        ledger.resolved(attempt, to: addresses)
        shell.failed(attempt)
        try deliver(event, line)
        // Helper threads may answer twice when a request was repeated.
        if random.chance(0.05) { try deliverStale(event, line) }
    }

    mutating func connected(
        _ attempt: DialAttempt,
        _ local: PeerAddress,
        _ stay: Duration?
    ) throws(BrokenPromise) {
        let event = Event.dialSucceeded(attempt, local: local)
        guard shell.isConnecting(attempt) else {
            return try deliverStale(event, "connected \(attempt.line)")
        }
        if core.table[attempt.id]?.remote == local {
            ledger.dialEnded(attempt.id, .selfConnection, at: now)
        }
        let socket = shell.connected(attempt)
        try deliver(event, "connected \(attempt.line)")
        guard shell.holds(socket: socket, of: attempt.id) else { return }
        startSession(attempt.id, socket, stay)
        guard let stay else { return }
        schedule(.closed(attempt.id, socket: socket, ending()), in: stay)
    }

    mutating func dialFailed(_ attempt: DialAttempt, _ failure: DialFailure) throws(BrokenPromise) {
        let event = Event.dialFailed(attempt, failure)
        let line = "dialFailed \(attempt.line): \(failure.name.word)"
        guard shell.isConnecting(attempt) || shell.isResolving(attempt) else {
            return try deliverStale(event, line)
        }
        if case .resourcesExhausted = failure {
            ledger.exhaustion.trouble(pausing: true, at: now, scenario.policy)
        }
        ledger.dialEnded(attempt.id, failure, at: now)
        shell.failed(attempt)
        try deliver(event, line)
    }

    /// The shell tells an old socket of a persistent connection from its present one by the
    /// socket's generation, so that the core never hears of the old one's end while the new one is
    /// established.
    mutating func closed(
        _ id: ConnectionID,
        _ socket: UInt64,
        _ ending: Ending
    ) throws(BrokenPromise) {
        let event = Event.closed(id, ending)
        let line = "closed \(id): \(ending.name.word)"
        guard shell.holds(socket: socket, of: id) else {
            guard core.table[id]?.isOpen != true else { return }
            return try deliverStale(event, line)
        }
        guard !mood.isKind else { return }
        let wasInbound = core.table[id]?.kind == .inbound
        try deliver(event, line)
        // A reset may follow on a FIN in the same turn.
        if random.chance(0.1), core.table[id]?.isOpen != true {
            try deliverStale(event, line)
        }
        if wasInbound, scenario.replacesCallers {
            schedule(.replacement, in: random.duration(around: .seconds(30)))
        }
    }

    private mutating func ending() -> Ending {
        switch random.number(below: 10) {
        case 0: .timedOut
        case 1: .io(errno: 104)
        default: .closedByPeer
        }
    }
}
