internal import Addressing
internal import DecredWire
internal import Timing

/// The sessions that speak Decred's protocol, each in the slot of its connection, with how much
/// waits for their peers and when they are to be looked at again.
///
/// An idle session costs its place here and one entry of 16 bytes in the queue of deadlines, which
/// is only touched when it is due: receiving notes the time and nothing else.
struct DecredSessions: Sendable {
    private struct Slot: Sendable {
        var session: PeerSession?
        var introduction: Introduction?
        /// When the slot's one live entry in `deadlines` is due; `.distantFuture` if it has none.
        var wake = Instant.distantFuture

        var hasUnsentPing: Bool { session?.hasUnsentPing ?? false }

        func deadline(in surroundings: SessionSurroundings) -> Instant? {
            session?.deadline(in: surroundings)
        }
    }

    /// What is kept of what a peer said of itself.
    private struct Introduction: Sendable {
        let services: UInt64
        let protocolVersion: Int32
        let userAgent: UserAgents.Number
    }

    private var slots: [Slot] = []
    private var userAgents = UserAgents()
    /// Those of peers that don't take everything at once, by slot.
    private var backlogs: [Int: Backlog] = [:]
    /// Those of dials whose handshake isn't complete, by slot.
    private var nonces: [Int: UInt64] = [:]
    private var deadlines = DeadlineQueue()
    /// Slots that have a live entry in `deadlines`.
    private var timed = 0
    private var turns: SessionTurns
    private var surroundings: SessionSurroundings
    /// Of all backlogs.
    private(set) var waiting = 0

    init(policy: SessionPolicy) {
        surroundings = SessionSurroundings(policy: policy)
        turns = SessionTurns(policy)
    }

    /// Another policy of the same network, which holds from now on for the sessions that there are
    /// too: what was due in an hour may be due now.
    mutating func adopt(_ policy: SessionPolicy) {
        surroundings.policy = policy
        turns = SessionTurns(policy)
        for slot in slots.indices { arm(slot) }
    }

    /// When `nextDue` may have something. It may be in the past.
    var deadline: Instant? { deadlines.earliest }

    func contains(_ slot: Int) -> Bool {
        slot < slots.count && slots[slot].session != nil
    }

    /// The least and the last time that the peer took to answer a ping; nil until it has answered
    /// one.
    func roundTrip(slot: Int) -> RoundTrip? {
        slot < slots.count ? slots[slot].session?.roundTrip : nil
    }

    /// What a peer has said of itself, as far as it is kept; nil before its handshake is complete.
    func introduction(slot: Int) -> PeerIntroduction? {
        guard slot < slots.count, let known = slots[slot].introduction else { return nil }
        return PeerIntroduction(
            services: known.services,
            protocolVersion: known.protocolVersion,
            userAgent: userAgents[known.userAgent]
        )
    }

    /// How many bytes of what the session has said wait to be sent.
    func waiting(slot: Int) -> Int { backlogs[slot]?.count ?? 0 }

    // MARK: Sessions

    /// Starts the protocol on a connection.
    ///
    /// `remote` is nil for a peer that must not be told its address. `nonce` is random.
    mutating func begin(
        _ role: PeerSession.Role,
        slot: Int,
        remote: PeerAddress?,
        nonce: UInt64,
        at now: Moment,
        _ output: inout SessionOutput
    ) {
        drop(slot)
        while slots.count <= slot { slots.append(Slot()) }
        let session = PeerSession(
            role,
            to: remote,
            nonce: nonce,
            at: now,
            in: surroundings,
            &output
        )
        slots[slot].session = session
        switch role {
        case .inbound: break
        case .outbound, .manual:
            surroundings.liveDials.insert(nonce: nonce, of: UInt64(slot))
            nonces[slot] = nonce
        }
    }

    /// Bytes have come.
    mutating func receive(
        _ bytes: RawSpan,
        slot: Int,
        at now: Moment,
        _ output: inout SessionOutput
    ) {
        output.begin(waiting: waiting(slot: slot))
        slots[slot].session?.receive(
            bytes,
            at: now,
            in: surroundings,
            &output
        )
    }

    /// Answers a peer that has asked for addresses.
    mutating func give(
        _ addresses: [AdvertisedAddress],
        slot: Int,
        _ output: inout SessionOutput
    ) {
        output.begin(waiting: waiting(slot: slot))
        slots[slot].session?.give(addresses, in: surroundings, &output)
    }

    /// The handshake is complete: the dial's nonce proves nothing any more, and keep-alive begins.
    mutating func noteCompleted(_ slot: Int, with peer: PeerDescription) {
        slots[slot].introduction = Introduction(
            services: peer.services,
            protocolVersion: peer.protocolVersion,
            userAgent: userAgents.take(peer.userAgent)
        )
        forgetNonce(of: slot)
        arm(slot)
    }

    /// Ends the session of a slot, if there is one.
    mutating func drop(_ slot: Int) {
        guard contains(slot) else { return }
        slots[slot].session = nil
        if let known = slots[slot].introduction { userAgents.giveBack(known.userAgent) }
        slots[slot].introduction = nil
        waiting -= waiting(slot: slot)
        backlogs[slot] = nil
        forgetNonce(of: slot)
        setWake(.distantFuture, of: slot)
    }

    private mutating func forgetNonce(of slot: Int) {
        guard let nonce = nonces.removeValue(forKey: slot) else { return }
        surroundings.liveDials.remove(nonce: nonce)
    }

    /// Whether it matters when what waits for a peer is sent: a ping is among it.
    func hasUnsentPing(slot: Int) -> Bool {
        slot < slots.count && slots[slot].hasUnsentPing
    }

    /// All that waited for a peer was sent at this moment.
    mutating func noteAllSent(at moment: Instant, slot: Int) {
        guard contains(slot) else { return }
        slots[slot].session?.sent(at: moment)
    }

    // MARK: Backlogs

    /// So many bytes of what a session has said wait now, since the kernel doesn't take them.
    mutating func noteWaiting(_ count: Int, slot: Int, at now: Instant) {
        guard contains(slot) else { return }
        let before = waiting(slot: slot)
        waiting += count - before
        if count == 0 {
            backlogs[slot] = nil
        } else if before == 0 {
            backlogs[slot] = Backlog(count, at: now)
            arm(slot)
        } else if count > before {
            backlogs[slot]?.add(count - before)
        } else {
            backlogs[slot]?.noteTaken(before - count)
        }
    }

    // MARK: Deadlines

    /// What is to be done for the next session that is due.
    enum Due {
        /// It was looked after, and may have said something.
        case session(slot: Int)
        /// The peer doesn't take what waits for it.
        case stalled(slot: Int)
    }

    /// For so long, until now, no peer was heard and nothing was sent. O(n). Deadlines only come
    /// later by it, and a later one is found when the earlier one is due.
    mutating func stoodStill(for pause: Duration, at now: Instant) {
        for slot in slots.indices {
            slots[slot].session?.stoodStill(for: pause, at: now, in: surroundings)
        }
        for slot in backlogs.keys { backlogs[slot]?.stoodStill(for: pause) }
    }

    /// Looks after the next session whose time has come; nil when none is left. `nonce` is random.
    mutating func nextDue(
        at now: Moment,
        nonce: UInt64,
        _ output: inout SessionOutput
    ) -> Due? {
        while let entry = deadlines.popDue(at: now.instant) {
            let slot = Int(entry.owner)
            guard slots[slot].wake == entry.at else { continue }
            slots[slot].wake = .distantFuture
            timed -= 1
            if let backlog = backlogs[slot], backlog.deadline.instant <= now.instant {
                return .stalled(slot: slot)
            }
            output.begin(waiting: waiting(slot: slot))
            slots[slot].session?.deadlineReached(
                at: now,
                nonce: nonce,
                in: surroundings,
                &output
            )
            arm(slot)
            return .session(slot: slot)
        }
        return nil
    }

    /// Sees to it that the slot is looked at when something may be due.
    private mutating func arm(_ slot: Int) {
        guard let deadline = slots[slot].deadline(in: surroundings) else { return }
        let due = min(deadline, backlogs[slot]?.deadline.instant ?? .distantFuture)
        let next = turns.first(from: due)
        // A later one is found when the earlier one is due.
        if next < slots[slot].wake { setWake(next, of: slot) }
    }

    private mutating func setWake(_ instant: Instant, of slot: Int) {
        if slots[slot].wake != .distantFuture { timed -= 1 }
        slots[slot].wake = instant
        guard instant != .distantFuture else { return }
        timed += 1
        deadlines.schedule(UInt64(slot), at: instant)
        guard deadlines.isMostlyStale(live: timed) else { return }
        deadlines.rebuild { slots[Int($0.owner)].wake == $0.at }
    }

    /// Recomputes what can be recomputed and traps where it differs.
    func checkInvariants() {
        precondition(timed == slots.count { $0.wake != .distantFuture }, "a deadline was lost")
        precondition(waiting == backlogs.values.reduce(0) { $0 + $1.count }, "waiting bytes differ")
        precondition(surroundings.liveDials.count == nonces.count, "a nonce was forgotten")
        for slot in backlogs.keys {
            precondition(contains(slot), "slot \(slot) has a backlog alone")
        }
        for slot in nonces.keys { precondition(contains(slot), "slot \(slot) has a nonce alone") }
    }
}
