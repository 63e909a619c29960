import Addressing
import DecredWire
import Timing

/// A session in simulated time, of which every output is held against what sessions promise.
struct WatchedSession {
    private(set) var session: PeerSession
    private let surroundings: SessionSurroundings
    private(set) var now: Moment
    /// Bytes that its peer hasn't taken.
    var waiting = 0
    /// The nonce of the last ping that it sent.
    private(set) var lastPing: UInt64 = 0
    private(set) var ending: SessionEnding?

    private var output = SessionOutput()
    /// Reads what it sends, as its peer would.
    private var reader: FrameReader
    private var wasEstablished = false
    private var isVersionSent = false
    private var isVerackSent = false
    private var wasWarned = false
    private var wasAsked = false
    private var owesAddresses = false
    /// What it has sent and nobody has taken with `takeBytes`.
    private var bytes: [UInt8] = []

    init(
        _ role: PeerSession.Role,
        nonce: UInt64,
        in surroundings: SessionSurroundings
    ) throws(BrokenPromise) {
        self.surroundings = surroundings
        now = Moment(
            instant: Instant(nanoseconds: 5_000_000_000_000),
            wall: WallTime(microseconds: 1_790_000_000_000_000)
        )
        reader = FrameReader(network: surroundings.policy.network)
        session = PeerSession(
            role,
            to: PeerAddress(IPAddress(v4: 0xcb00_7107), port: 9_108),
            nonce: nonce,
            at: now,
            in: surroundings,
            &output
        )
        try judge()
        try promise(isVersionSent == (role != .inbound), "\(role) begins with another message")
    }

    mutating func receive(_ received: [UInt8]) throws(BrokenPromise) {
        let deadline = session.deadline(in: surroundings)
        let wasReady = session.isEstablished
        output.begin(waiting: waiting)
        session.receive(received.span.bytes, at: now, in: surroundings, &output)
        try judge()
        // One entry in a queue is enough for it.
        try promise(
            !wasReady || session.deadline(in: surroundings) >= deadline,
            "the deadline came nearer"
        )
    }

    /// The daemon would call it at its deadline, and may at any other time.
    mutating func wake(nonce: UInt64) throws(BrokenPromise) {
        output.begin(waiting: waiting)
        session.deadlineReached(at: now, nonce: nonce, in: surroundings, &output)
        try judge()
        try promise(
            session.deadline(in: surroundings) > now.instant,
            "what was to be done at the deadline isn't done"
        )
    }

    mutating func giveIfOwed(_ addresses: [AdvertisedAddress]) throws(BrokenPromise) {
        guard owesAddresses else { return }
        owesAddresses = false
        output.begin(waiting: waiting)
        session.give(addresses, in: surroundings, &output)
        try judge()
    }

    mutating func pass(_ duration: Duration) {
        now = Moment(instant: now.instant + duration, wall: now.wall + duration)
    }

    /// How long it is to its deadline; nil if it has none.
    var untilDeadline: Duration? {
        let deadline = session.deadline(in: surroundings)
        return deadline == .distantFuture ? nil : max(deadline - now.instant, .zero)
    }

    /// What is on its way to the peer.
    mutating func takeBytes() -> [UInt8] {
        defer { bytes = [] }
        return bytes
    }
}

// MARK: - What sessions promise

extension WatchedSession {
    private mutating func judge() throws(BrokenPromise) {
        let wasClosed = ending != nil
        try promise(
            !wasClosed || (output.facts.isEmpty && output.bytes.isEmpty),
            "says \(output.facts) after \(String(describing: ending))"
        )
        var previous: SessionFact?
        for fact in output.facts {
            try judge(fact, after: previous)
            previous = fact
        }
        if case .banned = previous { throw BrokenPromise(description: "bans and goes on") }
        try promise(session.isClosed == (ending != nil), "closed without saying so")
        try promise(session.isClosed || session.isEstablished == wasEstablished, "not as said")
        if session.isClosed {
            try promise(output.bytes.isEmpty, "sends after its end")
            try promise(session.deadline(in: surroundings) == .distantFuture, "has a deadline")
        } else {
            let queued = waiting + output.bytes.count
            try promise(
                output.bytes.isEmpty || queued <= surroundings.policy.mostQueuedBytes,
                "\(queued) bytes queued"
            )
            let score = session.banScore(at: now.instant)
            try promise(score <= surroundings.policy.banScore, "lives with a score of \(score)")
        }
        try judgeBytes()
        bytes += output.bytes
    }

    private mutating func judge(
        _ fact: SessionFact,
        after previous: SessionFact?
    ) throws(BrokenPromise) {
        try promise(ending == nil, "\(fact) after the end")
        if case .banned(let misbehaviour) = previous {
            try promise(fact == .closed(.misbehaved(misbehaviour)), "\(fact) after a ban")
        }
        switch fact {
        case .handshakeCompleted(let peer):
            try promise(!wasEstablished, "ready twice")
            let spoken = SessionPolicy.oldestVersion...surroundings.policy.protocolVersion
            try promise(spoken.contains(peer.negotiatedVersion), "\(peer)")
            wasEstablished = true
        case .closed(let ending):
            self.ending = ending
            try promise(!ending.description.isEmpty, "an ending without words")
        case .banned:
            break
        case .roundTrip(let roundTrip):
            try promise(wasEstablished, "\(fact) before the handshake's end")
            try promise(roundTrip.minimum <= roundTrip.last, "\(roundTrip)")
        case .addresses(let addresses):
            try promise(wasEstablished, "\(fact) before the handshake's end")
            try promise(surroundings.policy.gossips, "takes addresses without gossip")
            try promise((1...1_000).contains(addresses.count), "\(addresses.count) addresses")
        case .addressesAsked:
            try promise(wasEstablished && !wasAsked, "asked twice, or too early")
            try promise(session.role == .inbound && surroundings.policy.gossips, "asked")
            wasAsked = true
            owesAddresses = true
        case .warned(_, let score):
            try promise(wasEstablished && !wasWarned, "warned twice, or too early")
            let policy = surroundings.policy
            try promise((policy.warnScore...policy.banScore).contains(score), "\(fact)")
            wasWarned = true
        }
    }

    /// Whole messages, and before the handshake is complete `version` and `verack` only.
    private mutating func judgeBytes() throws(BrokenPromise) {
        let sent = output.bytes
        var position = 0
        while true {
            let step: FrameReader.Step?
            do throws(WireError) {
                step = try reader.next(in: sent.span.bytes, at: &position)
            } catch {
                throw BrokenPromise(description: "sends what is malformed: \(error)")
            }
            guard let step else { break }
            guard case .message(let message) = step else {
                throw BrokenPromise(description: "sends \(step)")
            }
            try judge(message)
        }
        try promise(!reader.isWithinFrame, "sends half a message")
    }

    private mutating func judge(_ message: Message) throws(BrokenPromise) {
        let isReady = wasEstablished && isVerackSent
        switch message {
        case .version:
            try promise(!isVersionSent && !wasEstablished, "a second version")
            isVersionSent = true
        case .verack:
            try promise(isVersionSent && !isVerackSent, "a second verack, or too early")
            isVerackSent = true
        case .ping(let nonce):
            try promise(isReady, "a ping before the handshake's end")
            lastPing = nonce
        case .pong, .getaddr:
            try promise(isReady, "\(message) before the handshake's end")
        case .addr:
            try promise(isReady && session.negotiatedVersion < 12, "\(message)")
        case .addrv2:
            try promise(isReady && session.negotiatedVersion >= 12, "\(message)")
        case .sendheaders, .feefilter:
            throw BrokenPromise(description: "sends \(message)")
        }
    }
}
