internal import Addressing
internal import ConnectionCore
import Facts
internal import Timing

/// Who comes to us, on which listener.
extension World {
    /// One of the known callers, sometimes from the very address that we would dial.
    mutating func arrive() throws(BrokenPromise) {
        guard isReachable else { return }
        guard mood.hasDescriptors else { return try failToAccept() }
        let remote: PeerAddress
        if random.chance(0.05), !population.listed.isEmpty {
            remote = random.element(of: population.listed)
        } else {
            // Few ports, so that some come twice.
            let port = UInt16(random.number(in: 40_000...40_040))
            remote = PeerAddress(random.element(of: population.callers), port: port)
        }
        guard remote.ip != nil else { return }
        try knock(from: remote)
        // Some come in bunches.
        guard random.chance(0.1) else { return }
        for port in UInt16(50_000)..<50_007 {
            try knock(from: PeerAddress(host: remote.host, port: port))
        }
    }

    mutating func floodArrives() throws(BrokenPromise) {
        // A minute or two of 25 a second.
        if random.chance(1.0 / 2_000) { mood.isFlooded = false }
        guard mood.isFlooded else { return }
        schedule(.strangersArrival, in: random.duration(around: .milliseconds(40)))
        guard isReachable, mood.hasDescriptors else { return }
        let port = UInt16(random.number(in: 1_024...65_535))
        try knock(from: PeerAddress(AddressMaker.stranger(&random), port: port))
    }

    /// As many as the limits allow, as after a long day: persistent peers, then callers; the
    /// outbound ones come by themselves.
    mutating func fill() throws(BrokenPromise) {
        for address in population.unlisted where Ledger.isDialable(address) {
            guard core.table.census.persistent < scenario.policy.persistent.max else { break }
            try addPersistent(.address(address))
        }
        let reservation = Reservation(
            total: scenario.policy.limits.connections,
            outboundTarget: scenario.policy.outbound.target,
            reservedManual: scenario.policy.limits.reservedManual
        )
        for _ in 0..<reservation.mostInbound { try replace() }
    }

    /// A host that was not here before.
    mutating func replace() throws(BrokenPromise) {
        let host = IPAddress(v4: 0x4000_0000 | UInt32(truncatingIfNeeded: random.next() >> 36))
        try knock(from: PeerAddress(host, port: 40_000))
    }

    /// Nobody comes while the network is away, not even from the machine itself: that is enough for
    /// the rules, which don't tell.
    private var isReachable: Bool {
        switch mood.network {
        case .up: true
        case .noRoute, .silent: false
        }
    }

    /// The listener learns of exhausted descriptors only when somebody comes.
    private mutating func failToAccept() throws(BrokenPromise) {
        tally.acceptFailures += 1
        ledger.exhaustion.trouble(pausing: false, at: now, scenario.policy)
        try deliver(.acceptFailed(errno: 24), "acceptFailed")
    }

    /// Lets somebody in or not, as the daemon does with a socket that it has just accepted.
    private mutating func knock(from remote: PeerAddress) throws(BrokenPromise) {
        let arrival = arrival(of: remote)
        write("arrival \(remote) \(arrival.network) \(arrival.trustsLoopback)")
        actions.removeAll()
        // In a flood the rate limit has much to look through: some arrivals are enough.
        let explained =
            isWatched && (!mood.isFlooded || random.chance(0.05))
            ? core.rules(admitting: arrival, at: moment) : nil
        let answer: Result<ConnectionID, Refusal>
        do throws(Refusal) {
            answer = .success(try core.admit(arrival, at: moment, &actions))
        } catch {
            answer = .failure(error)
        }
        switch answer {
        case .success(let id):
            if let explained { try compare(explained, nil, of: arrival) }
            try judge(arrival, nil)
            try admitted(id, arrival)
        case .failure(let refusal):
            write("refused \(refusal.name.word)")
            if let explained { try compare(explained, refusal, of: arrival) }
            try judge(arrival, refusal)
            let isReported = !actions.pending.isEmpty
            if !isReported, scenario.checkEvery > 0 { try doorman.noteUnreported() }
            tally.count("refused: " + refusal.name.word)
            try settle()
        }
    }

    private mutating func judge(_ arrival: Arrival, _ refusal: Refusal?) throws(BrokenPromise) {
        guard scenario.checkEvery > 0 else { return }
        try doorman.judge(arrival, refusal, at: moment, ledger, bans)
    }

    /// The newcomer stays for a while; every fifth one hardly at all.
    private mutating func admitted(_ id: ConnectionID, _ arrival: Arrival) throws(BrokenPromise) {
        let isWhitelisted = doorman.isWhitelisted(arrival)
        ledger.arriving = (
            isWhitelisted, doorman.isProxied(arrival), doorman.isTrusted(arrival),
            isWhitelisted ? nil : doorman.gate(of: arrival, ledger)?.number
        )
        try settle(newcomer: (id, arrival))
        guard case .established(let socket, _) = shell.holding(of: id) else { return }
        guard !mood.isKind else { return startSession(id, socket, nil) }
        let stay =
            random.chance(0.2)
            ? random.duration(around: .seconds(5)) : random.duration(around: scenario.meanStay)
        startSession(id, socket, stay)
        schedule(.closed(id, socket: socket, .closedByPeer), in: stay)
    }

    /// Loopback comes to the listener that trusts it, to the one that doesn't, or through the onion
    /// service, which have limits of their own or not; others come to the first and the second.
    private mutating func arrival(of remote: PeerAddress) -> Arrival {
        let isLoopback = remote.ip?.isLoopback ?? false
        let listener = isLoopback ? random.number(below: 3) : random.number(below: 10) / 9
        let port = Scenario.defaultPort + UInt16(listener)
        let local = PeerAddress(IPAddress(v4: 0xc000_0201), port: port)
        return Arrival(
            remote: remote,
            local: local,
            network: listener == 2 ? .onion : .ip,
            trustsLoopback: listener == 0,
            gate: listener == 0 ? nil : scenario.gates[listener - 1]
        )
    }
}
