internal import Timing

/// The pings of one established session and what came of them. A deadline is never set anew:
/// receiving only notes the time, and whoever wakes for the deadline asks again for when it really
/// is.
struct KeepAlive: Equatable, Sendable {
    private var lastFrame: Instant
    /// When the last ping was sent, or was to be sent as long as it `isUnsent`; before the first,
    /// when the handshake was complete.
    private var lastPing: Instant
    /// Nobody has said yet that the last ping was sent.
    private(set) var isUnsent = false
    /// Of the ping that waits for its answer.
    private var awaitedNonce: UInt64 = 0
    private var isAwaiting = false
    private(set) var roundTrip: RoundTrip?

    init(at now: Instant) {
        lastFrame = now
        lastPing = now
    }

    /// What is to be done at some time.
    enum Duty: Equatable {
        case nothing
        case ping
        case close
    }

    func duty(at now: Instant, under policy: SessionPolicy) -> Duty {
        if now >= lastFrame + policy.idleTimeout { return .close }
        return now >= lastPing + policy.pingInterval ? .ping : .nothing
    }

    func deadline(under policy: SessionPolicy) -> Instant {
        min(lastPing + policy.pingInterval, lastFrame + policy.idleTimeout)
    }

    mutating func received(at now: Instant) {
        lastFrame = now
    }

    /// For so long, until now, nobody looked at what came, so that the peer's silence was ours. If
    /// it is to be pinged now, it has as long to answer as after any other ping. No time at all
    /// changes nothing, however often: a dead peer would else never become idle.
    mutating func stoodStill(for pause: Duration, at now: Instant, under policy: SessionPolicy) {
        guard pause > .zero else { return }
        lastFrame = min(lastFrame + pause, now)
        // An answer that has waited would be measured together with the wait.
        isAwaiting = false
        if now >= lastPing + policy.pingInterval {
            lastFrame = max(lastFrame, now - policy.pingInterval)
        }
    }

    /// An answer to an earlier ping comes too late from now on.
    mutating func pinged(nonce: UInt64, at now: Instant) {
        lastPing = now
        isUnsent = true
        awaitedNonce = nonce
        isAwaiting = true
    }

    /// The last ping was sent at a moment that may lie behind that of the turn: hundreds are sent
    /// in one, and who waits behind others isn't further away.
    mutating func sent(at moment: Instant) {
        guard isUnsent else { return }
        isUnsent = false
        lastPing = max(lastPing, moment)
    }

    /// - Returns: The times if this answers the ping that waits; nil for what nobody asked for.
    mutating func answered(nonce: UInt64, at now: Instant) -> RoundTrip? {
        guard isAwaiting, nonce == awaitedNonce else { return nil }
        isAwaiting = false
        isUnsent = false
        let duration = max(now - lastPing, .zero)
        if roundTrip == nil {
            roundTrip = RoundTrip(duration)
        } else {
            roundTrip?.measured(duration)
        }
        return roundTrip
    }
}
