import Addressing
import ConnectionCore
import DecredWire
import Facts
import Testing
import Timing

@testable import Engine

/// An engine in simulated time with a shell that does its steps at once and keeps what came of
/// them. Nothing is dialled by itself unless a test sets `core.outbound.target`.
final class TestEngine {
    var engine: Engine
    private(set) var now = Moment(
        instant: Instant(nanoseconds: 5_000_000_000_000),
        wall: WallTime(microseconds: 1_790_000_000_000_000)
    )
    private(set) var reports: [Report] = []
    private(set) var details: [ReportDetails] = []
    private(set) var remarks: [Remark] = []
    private(set) var answers: [(waiter: Waiter, result: Result<ConnectionRow, Cause>)] = []
    private(set) var requests: [StoreRequest] = []
    private(set) var dials: [(attempt: DialAttempt, address: PeerAddress)] = []
    private(set) var closed: [ConnectionID] = []
    /// What the kernel has taken for each connection.
    private(set) var sent: [ConnectionID: [UInt8]] = [:]
    /// How many bytes more it takes for one; without a number all.
    var room: [ConnectionID: Int] = [:]
    private var waiting: [ConnectionID: [UInt8]] = [:]
    private var steps = Steps()

    static let network = WireNetwork.regnet

    init(
        _ speech: Speech = .decred(SessionPolicy(network: network)),
        addresses: [PeerAddress] = [],
        seed: UInt64 = 1,
        keepsState: Bool = false,
        recording wish: RecordingWish? = nil,
        _ change: (inout EnginePolicy) -> Void = { _ in }
    ) {
        var core = Policy()
        core.outbound.target = 0
        core.handshake.isRequired = speech != .raw
        var policy = EnginePolicy(core: core, speech: speech, banDuration: .seconds(3_600))
        change(&policy)
        engine = Engine(
            policy: policy,
            addresses: addresses,
            drawing: .seeded(SeededRandom(seed: seed)),
            keepsState: keepsState,
            recording: wish
        )
    }

    // MARK: Time

    func pass(_ duration: Duration) {
        now = Moment(instant: now.instant + duration, wall: now.wall + duration)
        call { engine, now, steps in engine.handleDeadlines(at: now, &steps) }
    }

    /// Somebody sets the calendar's clock.
    func setCalendar(by shift: Duration) {
        now = Moment(instant: now.instant, wall: now.wall + shift)
    }

    /// Lets time pass, with a turn at each deadline.
    func run(for duration: Duration) {
        let end = now.instant + duration
        while let deadline = engine.deadline, deadline <= end {
            pass(max(deadline - now.instant, .zero))
        }
        pass(end - now.instant)
    }

    // MARK: Calls

    func call<Answer>(
        _ body: (inout Engine, Moment, inout Steps) throws(Refusal) -> Answer
    ) throws(Refusal) -> Answer {
        defer { perform() }
        return try body(&engine, now, &steps)
    }

    func call<Answer>(_ body: (inout Engine, Moment, inout Steps) -> Answer) -> Answer {
        defer { perform() }
        return body(&engine, now, &steps)
    }

    /// A peer comes, and is let in.
    func accept(
        _ remote: PeerAddress,
        through gate: Gate? = nil
    ) throws(Refusal) -> ConnectionID {
        let arrival = Arrival(remote: remote, local: Self.local, gate: gate)
        let id = try call { engine, now, steps throws(Refusal) in
            try engine.accept(arrival, at: now, &steps)
        }
        call { engine, now, steps in engine.open(id, at: now, &steps) }
        return id
    }

    /// Somebody asks for a connection, and the dial succeeds.
    func connect(_ remote: PeerAddress, for waiter: Int = 1) throws(Refusal) -> ConnectionID {
        let id = try call { engine, now, steps throws(Refusal) in
            try engine.connect(
                .address(remote),
                within: nil,
                for: Waiter(waiter),
                at: now,
                &steps
            )
        }
        if let dial = dials.last(where: { $0.attempt.id == id }) {
            handle(.dialSucceeded(dial.attempt, local: Self.local))
        }
        return id
    }

    func handle(_ event: Event) {
        call { engine, now, steps in engine.handle(event, at: now, &steps) }
    }

    func receive(_ bytes: [UInt8], from id: ConnectionID) {
        switch engine.reading(of: id) {
        case .read:
            call { engine, now, steps in
                _ = engine.receive(bytes.span.bytes, from: id, at: now, &steps)
            }
        case .discard:
            engine.noteDiscarded(bytes.count, from: id)
        }
    }

    /// The peer says what completes a handshake.
    func introduce(_ id: ConnectionID, as userAgent: String = "/other/", nonce: UInt64 = 77) {
        let version = VersionMessage(
            protocolVersion: SessionPolicy.latestVersion,
            services: 5,
            unixSeconds: 0,
            receiver: .none,
            nonce: nonce,
            userAgent: userAgent,
            relaysTransactions: false
        )
        receive(.version(version), from: id)
        receive(.verack, from: id)
    }

    func receive(_ message: Message, from id: ConnectionID) {
        var bytes: [UInt8] = []
        message.append(to: &bytes, on: Self.network)
        receive(bytes, from: id)
    }

    /// The kernel has room again for so many bytes.
    func makeRoom(_ count: Int, for id: ConnectionID) {
        room[id] = count
        var rest = waiting[id] ?? []
        waiting[id] = nil
        send(&rest, to: id)
    }

    static let local = PeerAddress(IPAddress(v4: 0x7f00_0001), port: 19_108)

    // MARK: Steps

    private func perform() {
        let done = steps
        steps.removeAll()
        for step in done.pending {
            switch step {
            case .resolve: break
            case .dial(let attempt, let address): dials.append((attempt, address))
            case .send(let id, let range):
                var bytes = (waiting[id] ?? []) + done.bytes[range]
                send(&bytes, to: id)
            case .close(let id):
                closed.append(id)
                waiting[id] = nil
            case .report(let report, let detail):
                reports.append(report)
                details.append(detail)
            case .remark(let remark): remarks.append(remark)
            case .answer(let waiter, let result): answers.append((waiter, result))
            case .store(let request): requests.append(request)
            }
        }
        engine.checkInvariants()
    }

    private func send(_ bytes: inout [UInt8], to id: ConnectionID) {
        let moment = engine.isSendingTimed(to: id) ? now.instant : nil
        let taken = min(bytes.count, room[id] ?? bytes.count)
        if let left = room[id] { room[id] = left - taken }
        sent[id, default: []] += bytes.prefix(taken)
        bytes.removeFirst(taken)
        if !bytes.isEmpty { waiting[id] = bytes }
        engine.noteSent(to: id, waiting: bytes.count, at: moment, now: now)
    }
}
