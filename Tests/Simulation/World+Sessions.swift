internal import Addressing
internal import ConnectionCore
import Facts
internal import Timing

/// What becomes of a connected socket where the network has a protocol: peers that shake hands,
/// late or never, and that break rules.
extension World {
    /// Puts in store what the session will say of a new socket. Without a protocol there is none.
    mutating func startSession(_ id: ConnectionID, _ socket: UInt64, _ stay: Duration?) {
        guard scenario.policy.handshake.isRequired, let connection = core.table[id],
            let remote = connection.remote
        else { return }
        let soon = random.duration(from: .milliseconds(1), to: .milliseconds(900))
        let timeout = scenario.policy.handshake.timeout
        switch mood.isKind ? .answers : behaviour(of: remote, connection.kind) {
        case .neverShakesHands:
            // It may trickle or be silent: to the core that is the same.
            break
        case .shakesHandsLate:
            let late = random.duration(below: .milliseconds(2_050))
            let wait = timeout - .seconds(2) + late
            schedule(.session(id, socket: socket, .handshakeCompleted), in: wait)
        case .isOurListener:
            schedule(.session(id, socket: socket, .gaveUp(.selfConnection)), in: soon)
        case .breaksRules:
            if random.chance(0.5) {
                schedule(.session(id, socket: socket, .handshakeCompleted), in: soon)
            }
            let wait = random.duration(around: stay ?? timeout) / 4
            schedule(.session(id, socket: socket, offence()), in: soon + wait)
        case .answers, .refuses, .blackHole, .dropsAfterASecond, .dropsBeforeReady, .dropsOnceReady,
            .unreachable, .noRoute, .resets, .isOurselves:
            // Whoever was reached at all shakes hands.
            schedule(.session(id, socket: socket, .handshakeCompleted), in: soon)
        }
    }

    /// Who comes to us is no better than whom we dial.
    private mutating func behaviour(of remote: PeerAddress, _ kind: Kind) -> Behaviour {
        switch kind {
        case .inbound: random.element(of: scenario.behaviours)
        case .outbound, .manual, .feeler:
            population.peer(at: remote)?.behaviour ?? random.element(of: scenario.behaviours)
        }
    }

    private mutating func offence() -> SessionNews {
        switch random.number(below: 3) {
        case 0:
            .misbehaved(random.element(of: [.misbehaved, .malformed]))
        default:
            .gaveUp(
                random.element(
                    of: [.unexpectedMessage, .obsoleteVersion, .lacksServices, .idle, .slow]
                )
            )
        }
    }

    /// Tells the core. As with `closed`, the shell keeps back what an earlier socket's session
    /// says.
    mutating func hear(
        _ news: SessionNews,
        of id: ConnectionID,
        _ socket: UInt64
    ) throws(BrokenPromise) {
        let event: Event
        switch news {
        case .handshakeCompleted:
            event = .handshakeCompleted(id)
        case .gaveUp(let fault):
            event = .closed(id, .session(fault))
        case .misbehaved(let fault):
            guard !mood.isKind, shell.holds(socket: socket, of: id) else { return }
            return try banMisbehaving(id, fault)
        }
        let line = "session of \(id): \(news)"
        guard shell.holds(socket: socket, of: id) else {
            guard core.table[id]?.isOpen != true else { return }
            return try deliverStale(event, line)
        }
        switch news {
        case .handshakeCompleted:
            ledger.handshakeEnds(of: id)
            try deliver(event, line)
            try require(core.table[id]?.isReady == true, "\(id) shook hands and isn't ready")
            // Said twice it is no news.
            if random.chance(0.05) { try deliverStale(event, line) }
        case .gaveUp, .misbehaved:
            guard !mood.isKind else { return }
            try deliver(event, line)
        }
    }
}
