import Addressing
import DecredWire
import Testing
import Timing

/// A session in simulated time, with everything that it has said so far.
final class TestSession {
    var session: PeerSession
    var surroundings: SessionSurroundings
    /// Bytes that its peer hasn't taken, if a test says so.
    var waiting = 0
    private(set) var now: Moment
    private(set) var facts: [SessionFact] = []
    /// What it has sent, in messages.
    private(set) var sent: [Message] = []
    /// What it has sent and nobody has taken with `takeBytes`.
    private var bytes: [UInt8] = []
    private var output = SessionOutput()
    private var decoder: MessageDecoder

    static let start = Moment(
        instant: Instant(nanoseconds: 5_000_000_000_000),
        wall: WallTime(microseconds: 1_790_000_000_000_000)
    )
    static let remote = PeerAddress(IPAddress(v4: 0xcb00_7107), port: 9_108)

    init(
        _ role: PeerSession.Role,
        nonce: UInt64 = 1,
        to remote: PeerAddress? = TestSession.remote,
        network: WireNetwork = .mainnet,
        _ change: (inout SessionSurroundings) -> Void = { _ in }
    ) {
        var surroundings = SessionSurroundings(policy: SessionPolicy(network: network))
        change(&surroundings)
        self.surroundings = surroundings
        now = Self.start
        decoder = MessageDecoder(network)
        session = PeerSession(
            role,
            to: remote,
            nonce: nonce,
            at: now,
            in: surroundings,
            &output
        )
        collect()
    }

    /// A session whose handshake is complete, with what was said in it forgotten.
    static func established(
        _ role: PeerSession.Role,
        version: Int32 = 12,
        network: WireNetwork = .mainnet,
        _ change: (inout SessionSurroundings) -> Void = { _ in }
    ) -> TestSession {
        let session = TestSession(role, network: network, change)
        session.receive(.version(.example(version)))
        session.receive(.verack)
        precondition(session.session.isEstablished, "\(session.facts)")
        session.forget()
        _ = session.takeBytes()
        return session
    }

    func receive(_ message: Message) {
        receive(message.frame(surroundings.policy.network))
    }

    func receive(_ bytes: [UInt8]) {
        output.begin(waiting: waiting)
        session.receive(bytes.span.bytes, at: now, in: surroundings, &output)
        collect()
    }

    func give(_ addresses: [AdvertisedAddress]) {
        output.begin(waiting: waiting)
        session.give(addresses, in: surroundings, &output)
        collect()
    }

    /// How often it has told its initial state.
    var initialStates: Int { decoder.initialStates }

    var deadline: Instant { session.deadline(in: surroundings) }

    /// Tells it that its deadline has come, whether it has or not.
    func wake(nonce: UInt64 = 77) {
        output.begin(waiting: waiting)
        session.deadlineReached(at: now, nonce: nonce, in: surroundings, &output)
        collect()
    }

    /// Until now nobody looked at what came.
    func stoodStill(for pause: Duration) {
        session.stoodStill(for: pause, at: now.instant, in: surroundings)
    }

    func pass(_ duration: Duration) {
        now = Moment(instant: now.instant + duration, wall: now.wall + duration)
    }

    func pass(until instant: Instant) {
        pass(instant - now.instant)
    }

    func forget() {
        facts = []
        sent = []
    }

    /// What is on its way to the peer.
    func takeBytes() -> [UInt8] {
        defer { bytes = [] }
        return bytes
    }

    /// Why it was closed; nil if it wasn't.
    var ending: SessionEnding? {
        guard case .closed(let ending) = facts.last else { return nil }
        return ending
    }

    private func collect() {
        facts += output.facts
        bytes += output.bytes
        sent += decoder.messages(in: output.bytes)
        if session.isClosed { #expect(output.bytes.isEmpty) }
    }
}
