internal import Addressing
internal import DecredWire
internal import Timing

/// Who speaks with each peer, in the slot of its connection, and what went over the connections.
///
/// 17 bytes a connection, beside what the protocol that is spoken keeps.
struct Sessions: Sendable {
    /// Who speaks with the peer of a slot.
    enum Speaker: UInt8, Sendable {
        case nobody
        /// Nothing is said, and what the peer says is thrown away.
        case raw
        case decred
    }

    private(set) var speakers: [Speaker] = []
    /// What was received, and what was given to be sent.
    private var traffic: [Traffic] = []
    /// Who speaks with the next peer.
    private let speaker: Speaker
    /// Of all connections since the start, without what was given and never sent.
    private var total = Traffic()
    /// Nil where Decred's protocol isn't spoken.
    private var decred: DecredSessions?
    /// What the last call of a session has said.
    var output = SessionOutput()

    init(speaking speech: Speech) {
        switch speech {
        case .raw:
            speaker = .raw
        case .decred(let policy):
            speaker = .decred
            decred = DecredSessions(policy: policy)
        }
    }

    /// Other numbers of the same network, which hold from now on for the sessions that there are
    /// too.
    mutating func adopt(_ speech: Speech) {
        switch speech {
        case .raw: precondition(decred == nil, "a running network has lost its protocol")
        case .decred(let policy): decred?.adopt(policy)
        }
    }

    /// Who speaks with the peer of a slot.
    func speaker(slot: Int) -> Speaker { slot < speakers.count ? speakers[slot] : .nobody }

    // MARK: What is known of them

    /// What went over the slot's connection since somebody speaks on it. What waits to be sent
    /// isn't sent.
    func traffic(slot: Int) -> Traffic {
        switch speaker(slot: slot) {
        case .nobody:
            return Traffic()
        case .raw:
            return traffic[slot]
        case .decred:
            var traffic = traffic[slot]
            traffic.sent -= UInt64(decred?.waiting(slot: slot) ?? 0)
            return traffic
        }
    }

    /// What went over all connections since the start.
    var totalTraffic: Traffic {
        var traffic = total
        traffic.sent -= UInt64(decred?.waiting ?? 0)
        return traffic
    }

    /// Nil until the peer has answered a ping.
    func roundTrip(slot: Int) -> RoundTrip? { decred?.roundTrip(slot: slot) }

    /// Nil before the handshake is complete, and where there is none.
    func introduction(slot: Int) -> PeerIntroduction? { decred?.introduction(slot: slot) }

    /// Whether it matters when what waits for a peer is sent: a ping is among it.
    func hasUnsentPing(slot: Int) -> Bool { decred?.hasUnsentPing(slot: slot) ?? false }

    // MARK: Coming and going

    /// Somebody speaks with the peer of a slot from now on.
    ///
    /// `remote` is nil for a peer that must not be told its address.
    mutating func begin(
        _ role: PeerSession.Role,
        slot: Int,
        remote: PeerAddress?,
        using chance: inout Chance,
        at now: Moment
    ) {
        drop(slot)
        output.begin()
        while speakers.count <= slot {
            speakers.append(.nobody)
            traffic.append(Traffic())
        }
        traffic[slot] = Traffic()
        speakers[slot] = speaker
        switch speaker {
        case .nobody, .raw:
            break
        case .decred:
            decred?.begin(role, slot: slot, remote: remote, nonce: chance.next(), at: now, &output)
        }
    }

    /// The handshake is complete.
    mutating func noteCompleted(_ slot: Int, with peer: PeerDescription) {
        decred?.noteCompleted(slot, with: peer)
    }

    /// Nobody speaks with the peer any more. What waits for it won't be sent.
    mutating func drop(_ slot: Int) {
        switch speaker(slot: slot) {
        case .nobody: return
        case .raw: break
        case .decred:
            total.sent -= UInt64(decred?.waiting(slot: slot) ?? 0)
            decred?.drop(slot)
        }
        speakers[slot] = .nobody
    }

    // MARK: Receiving and sending

    /// Bytes have come for who speaks there.
    mutating func receive(_ bytes: RawSpan, slot: Int, at now: Moment) {
        switch speaker(slot: slot) {
        case .nobody:
            output.begin()
        case .raw:
            noteReceived(bytes.byteCount, slot: slot)
            output.begin()
        case .decred:
            noteReceived(bytes.byteCount, slot: slot)
            decred?.receive(bytes, slot: slot, at: now, &output)
        }
    }

    /// As `receive`, of bytes that aren't there: what is said of them is told by somebody else.
    mutating func noteUnseen(_ count: Int, slot: Int) {
        switch speaker(slot: slot) {
        case .nobody: break
        case .raw, .decred: noteReceived(count, slot: slot)
        }
    }

    /// So many bytes have come.
    mutating func noteReceived(_ count: Int, slot: Int) {
        traffic[slot].received &+= UInt64(count)
        total.received &+= UInt64(count)
    }

    /// Answers a peer that has asked for addresses.
    mutating func give(_ addresses: [AdvertisedAddress], slot: Int) {
        decred?.give(addresses, slot: slot, &output)
    }

    /// So many bytes are on their way to be sent.
    mutating func noteGiven(_ count: Int, slot: Int) {
        traffic[slot].sent &+= UInt64(count)
        total.sent &+= UInt64(count)
    }

    /// Of what was given so many bytes wait, since the kernel doesn't take them. If none is left,
    /// with the moment at which the last was sent, if that matters.
    mutating func noteWaiting(_ left: Int, slot: Int, allSentAt moment: Instant?, at now: Instant) {
        decred?.noteWaiting(left, slot: slot, at: now)
        if left == 0, let moment { decred?.noteAllSent(at: moment, slot: slot) }
    }

    // MARK: Deadlines

    /// When `nextDue` may have something. It may be in the past.
    var deadline: Instant? { decred?.deadline }

    /// For so long, until now, no peer was heard and nothing was sent.
    mutating func stoodStill(for pause: Duration, at now: Instant) {
        decred?.stoodStill(for: pause, at: now)
    }

    /// Looks after the next session whose time has come; nil when none is left.
    mutating func nextDue(at now: Moment, using chance: inout Chance) -> DecredSessions.Due? {
        guard let due = deadline, due <= now.instant else { return nil }
        return decred?.nextDue(at: now, nonce: chance.next(), &output)
    }

    /// Recomputes what can be recomputed and traps where it differs.
    func checkInvariants() {
        decred?.checkInvariants()
        for (slot, speaker) in speakers.enumerated() {
            let isDecred = decred?.contains(slot) ?? false
            precondition(isDecred == (speaker == .decred), "slot \(slot) has another speaker")
        }
    }
}
