import Addressing
import ConnectionCore
import Facts
import Testing
import Timing

/// A core in simulated time, with a shell that is stricter than the real one: every step must fit
/// what was opened before it, nothing may be opened twice or while it must not, and after each
/// event and command the sockets must be exactly those of the table, whose invariants are
/// recomputed.
///
/// Nothing is dialled by itself unless a test sets `outbound.target`.
final class TestManager {
    /// What a connection has in the shell.
    private enum Socket: Equatable {
        case resolving(DialAttempt, PeerName)
        case connecting(DialAttempt, PeerAddress)
        case connected(PeerAddress)
        /// Its end was told to the core. Only its closing, or another dial, may follow.
        case gone
    }

    private static let start = Moment(
        instant: Instant(nanoseconds: 1_000_000_000_000),
        wall: WallTime(microseconds: 1_767_225_600_000_000)
    )

    private(set) var core: ConnectionCore
    private(set) var now = start
    /// By how much the calendar's clock has been set.
    private var shift = Duration.zero
    var source = ListedAddresses()
    /// Reports and steps in their order, as `Report.line` and as `dial 1 203.0.113.7:9108`.
    private(set) var trace: [String] = []
    private(set) var reports: [Report] = []
    private(set) var dials: [(address: PeerAddress, at: Instant)] = []
    /// Off where recomputing everything thousands of times would take too long.
    var checksEachStep = true

    private var sockets: [ConnectionID: Socket] = [:]
    private var actions = Actions()
    private var isOver = false

    init(
        seed: UInt64 = 1,
        hashKey: UInt64? = nil,
        _ change: (inout Policy) -> Void = { _ in }
    ) {
        var policy = Policy()
        policy.outbound.target = 0
        change(&policy)
        core = ConnectionCore(policy: policy, seed: seed, hashKey: hashKey)
    }

    var table: ConnectionTable { core.table }
    var connections: [Connection] { Array(core.table.connections) }

    /// Ids of what is being dialled or resolved, the oldest first.
    var dialing: [ConnectionID] { connections.filter(\.isDialing).map(\.id).sorted() }

    func forgetTrace() {
        trace = []
        reports = []
        dials = []
    }

    // MARK: Time

    /// Lets time pass, stopping at every moment at which the core wanted to be called.
    func run(for duration: Duration) {
        let end = now.instant + duration
        settle()
        while let deadline = core.deadline, deadline <= end {
            pass(deadline - now.instant)
            settle()
        }
        pass(end - now.instant)
    }

    /// Lets time pass in which the loop was busy: no deadline is noticed.
    func pass(_ duration: Duration) {
        let instant = now.instant + duration
        // From the start, so that what is finer than the wall clock's microseconds isn't lost.
        now = Moment(
            instant: instant,
            wall: Self.start.wall + shift + (instant - Self.start.instant)
        )
    }

    /// Somebody sets the calendar's clock.
    func setClock(by shift: Duration) {
        self.shift += shift
        pass(.zero)
        tell(.clockMoved)
    }

    // MARK: What happens

    /// Tells an event as it is, without a socket that it comes from: for events that come late.
    func tell(_ event: Event) {
        core.handle(event, at: now, picking: &source, &actions)
        perform()
        settle()
    }

    /// The attempt that the shell works on.
    func attempt(of id: ConnectionID) -> DialAttempt? {
        switch sockets[id] {
        case .resolving(let attempt, _), .connecting(let attempt, _): attempt
        case .connected, .gone, nil: nil
        }
    }

    func succeed(_ id: ConnectionID, local: String = "192.0.2.1:50000") {
        guard case .connecting(let attempt, let remote) = sockets[id] else {
            Issue.record("\(id) is not connecting")
            return
        }
        let local = address(local)
        sockets[id] = local == remote ? .gone : .connected(remote)
        tell(.dialSucceeded(attempt, local: local))
    }

    func fail(_ id: ConnectionID, _ failure: DialFailure = .refused) {
        guard let attempt = attempt(of: id) else {
            Issue.record("\(id) is not being dialled")
            return
        }
        sockets[id] = .gone
        tell(.dialFailed(attempt, failure))
    }

    func resolve(_ id: ConnectionID, to addresses: [String]) {
        guard case .resolving(let attempt, _) = sockets[id] else {
            Issue.record("\(id) is not being resolved")
            return
        }
        sockets[id] = .gone
        tell(.resolved(attempt, addresses.map(address)))
    }

    /// The peer or the path to it ends an established connection.
    func lose(_ id: ConnectionID, _ ending: Ending = .closedByPeer) {
        guard case .connected = sockets[id] else {
            Issue.record("\(id) is not connected")
            return
        }
        sockets[id] = .gone
        tell(.closed(id, ending))
    }

    /// The session says that the handshake is complete.
    func shakeHands(_ id: ConnectionID) {
        guard case .connected = sockets[id] else {
            Issue.record("\(id) is not connected")
            return
        }
        tell(.handshakeCompleted(id))
    }

    // MARK: What is asked

    /// Whoever asked for the connection goes away.
    func abandon(_ id: ConnectionID) {
        core.abandon(id, at: now, &actions)
        perform()
        settle()
    }

    @discardableResult
    func admit(
        _ remote: String,
        network: Arrival.Network = .ip,
        trustsLoopback: Bool = true,
        gate: Gate? = nil,
        local: String = "192.0.2.1:9108"
    ) throws(Refusal) -> ConnectionID {
        let arrival = Arrival(
            remote: address(remote),
            local: address(local),
            network: network,
            trustsLoopback: trustsLoopback,
            gate: gate
        )
        return try command { core, now, actions throws(Refusal) in
            let id = try core.admit(arrival, at: now, &actions)
            sockets[id] = .connected(arrival.remote)
            return id
        }
    }

    /// The kernel says to which address of ours a peer came.
    func noteLocalAddress(of id: ConnectionID, _ local: String) {
        core.noteLocalAddress(of: id, address(local), at: now, picking: &source, &actions)
        perform()
        settle()
    }

    /// - Returns: What of the configured persistent peers can't be kept, and why.
    @discardableResult
    func reload(
        persistent configured: [String] = [],
        _ change: (inout Policy) -> Void = { _ in }
    ) -> [(target: PeerTarget, refusal: Refusal)] {
        var policy = core.policy
        change(&policy)
        let configured = configured.map(target)
        let refused = core.reload(policy, configured: configured, at: now, &actions)
        perform()
        settle()
        return refused
    }

    func banMisbehaving(
        _ id: ConnectionID,
        _ fault: SessionFault = .misbehaved,
        for duration: Duration = .seconds(60)
    ) throws(Refusal) {
        // Lent to the command, so that it can have the core besides.
        var source = self.source
        defer { self.source = source }
        try command { core, now, actions throws(Refusal) in
            try core.banMisbehaving(
                id,
                fault,
                for: duration,
                at: now,
                picking: &source,
                &actions
            )
        }
    }

    func setNetworkActive(_ isActive: Bool) throws(Refusal) {
        try command { core, now, actions throws(Refusal) in
            try core.setNetworkActive(isActive, at: now, &actions)
        }
    }

    func shutDown() {
        core.shutDown(at: now, &actions)
        perform()
        settle()
        isOver = true
    }

    /// Calls the core and performs what it decided, whether it refused or not.
    @discardableResult
    func command<Answer>(
        _ body: (inout ConnectionCore, Moment, inout Actions) throws(Refusal) -> Answer
    ) throws(Refusal) -> Answer {
        do throws(Refusal) {
            let answer = try body(&core, now, &actions)
            perform()
            settle()
            return answer
        } catch {
            perform()
            settle()
            throw error
        }
    }

    // MARK: The shell

    /// Calls the core as often as it wants to be called at this moment.
    private func settle() {
        var turns = 0
        while let deadline = core.deadline, deadline <= now.instant {
            turns += 1
            guard turns <= 100 else {
                Issue.record("the core doesn't come to rest")
                return
            }
            core.handle(.deadlineReached, at: now, picking: &source, &actions)
            perform()
        }
    }

    private func perform() {
        for action in actions.pending {
            if isOver, !action.mayFollowTheEnd { Issue.record("after the end: \(action)") }
            switch action {
            case .resolve(let attempt, let name): resolve(attempt, name)
            case .dial(let attempt, let remote): dial(attempt, remote)
            case .close(let id):
                trace.append("close \(id)")
                if sockets.removeValue(forKey: id) == nil {
                    Issue.record("closes \(id), which has nothing open")
                }
            case .keep(let prefix):
                trace.append("keep \(prefix)")
            case .report(let report):
                trace.append(report.line)
                reports.append(report)
                check(report)
            }
        }
        actions.removeAll()
        if checksEachStep { check() }
    }

    private func resolve(_ attempt: DialAttempt, _ name: PeerName) {
        trace.append("resolve \(attempt.id) \(name)")
        checkMayDial(attempt)
        if sockets[attempt.id] != nil { Issue.record("resolves for \(attempt.id), which is open") }
        sockets[attempt.id] = .resolving(attempt, name)
    }

    private func dial(_ attempt: DialAttempt, _ remote: PeerAddress) {
        trace.append("dial \(attempt.id) \(remote)")
        dials.append((remote, now.instant))
        checkMayDial(attempt)
        for (id, socket) in sockets where id != attempt.id {
            switch socket {
            case .connecting(_, remote), .connected(remote):
                Issue.record("dials \(remote), which \(id) has")
            case .resolving, .connecting, .connected, .gone: break
            }
        }
        if case .connected = sockets[attempt.id] {
            Issue.record("dials for \(attempt.id), which is connected")
        }
        sockets[attempt.id] = .connecting(attempt, remote)
    }

    private func checkMayDial(_ attempt: DialAttempt) {
        if !core.isNetworkActive { Issue.record("dials while the network is inactive") }
        if core.isShuttingDown { Issue.record("dials while shutting down") }
        if attempt == self.attempt(of: attempt.id) { Issue.record("\(attempt) is used twice") }
    }

    /// A report comes after the beginning and before the closing of what it speaks of.
    private func check(_ report: Report) {
        let fits =
            switch report {
            case .attempting(let subject), .retrying(let subject, _, _),
                .persistentWaiting(let subject, _, _), .persistentAdded(let subject):
                sockets[subject.id] == nil
            case .hangingUp(let subject, _):
                sockets[subject.id] == nil
            case .persistentDown(let subject, _, _):
                table[subject.id]?.isReady == false
            case .persistentRemoved(let subject):
                sockets[subject.id] != .gone
            case .connected(let subject), .accepted(let subject), .persistentAdopted(let subject):
                isConnected(subject.id)
            case .failed(let subject, .selfConnection):
                // That both ends are ours shows only when the socket is connected.
                sockets[subject.id] != nil
            case .failed(let subject, _), .failedAgain(let subject, _):
                sockets[subject.id] != nil && !isConnected(subject.id)
            case .ready(let subject), .ended(let subject, _, _, _):
                sockets[subject.id] == .gone || isConnected(subject.id)
            case .refused, .refusalsSilenced, .refusalsSuppressed, .bansSilenced,
                .bansSuppressed, .outboundPaused,
                .nobodyToDial, .targetMissed, .resourcesExhausted, .banned, .unbanned,
                .networkActive, .shuttingDown:
                true
            }
        if !fits { Issue.record("out of place: \(report)") }
    }

    private func isConnected(_ id: ConnectionID) -> Bool {
        if case .connected = sockets[id] { true } else { false }
    }

    /// The table's invariants, and that the sockets are those of the table.
    func check() {
        core.checkInvariants()
        var open = 0
        for connection in core.table.connections {
            let socket = sockets[connection.id]
            let fits =
                switch connection.phase {
                case .waiting: socket == nil
                case .dialing: attempt(of: connection.id) != nil
                case .handshaking, .established: socket == connection.remote.map { .connected($0) }
                }
            if !fits { Issue.record("\(connection) has \(String(describing: socket))") }
            if !connection.isWaiting { open += 1 }
        }
        if open != sockets.count { Issue.record("\(sockets.count) sockets for \(open)") }
    }
}

extension Action {
    /// Whoever comes too late is refused, and some of these refusals are reported.
    fileprivate var mayFollowTheEnd: Bool {
        switch self {
        case .report(.refused), .report(.refusalsSilenced), .report(.refusalsSuppressed),
            .report(.bansSuppressed):
            true
        case .report, .resolve, .dial, .close, .keep: false
        }
    }
}
