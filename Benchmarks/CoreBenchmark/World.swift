import Addressing
import ConnectionCore
import Facts
import Timing

/// A core and what it needs of the world: a clock that goes on with each event, and addresses that
/// nobody had before.
struct World {
    var core: ConnectionCore
    var source = FreshAddresses(firstHost: 0x7f00_0000)
    private(set) var now = Moment(
        instant: Instant(nanoseconds: 1_000_000_000_000),
        wall: WallTime(microseconds: 1_700_000_000_000_000)
    )
    private var actions = Actions()
    private var dialled: [DialAttempt] = []
    private var random = SeededRandom(seed: 1)
    private var visitors = FreshAddresses(firstHost: 0x7f80_0000)

    private let pace: Duration

    private static let here = PeerAddress(IPAddress(v4: 0x7f00_0001), port: 9108)

    /// - Parameters:
    ///   - pace: The time from one event to the next.
    ///   - configure: Sets the limits; there are none per host or group otherwise, and no target.
    init(pace: Duration, _ configure: (inout Policy) -> Void) {
        var policy = Policy()
        policy.limits.perHost = 0
        policy.limits.reservedManual = 0
        policy.outbound.target = 0
        policy.outbound.maxPerGroup = 0
        configure(&policy)
        core = ConnectionCore(policy: policy, seed: 1)
        self.pace = pace
    }

    /// Any connection; nil if nothing is in the slot that was drawn.
    mutating func randomConnection() -> ConnectionID? {
        core.table.connection(inSlot: random.number(below: core.table.slotCount))?.id
    }

    /// A new peer comes; nil if it was refused.
    mutating func admit() -> ConnectionID? {
        let arrival = Arrival(remote: visitors.next(), local: Self.here)
        defer { letTimePass() }
        do throws(Refusal) {
            return try core.admit(arrival, at: now, &actions)
        } catch {
            return nil
        }
    }

    /// Tells the core a fact, and that its deadline was reached if that is so then.
    mutating func tell(_ event: Event) {
        core.handle(event, at: now, picking: &source, &actions)
        letTimePass()
    }

    /// Lets every dial that the core has asked for since the last call succeed.
    ///
    /// - Returns: The connections, in the order in which they were wanted.
    mutating func connectDialled() -> [ConnectionID] {
        let attempts = dialled
        dialled.removeAll(keepingCapacity: true)
        for attempt in attempts { tell(.dialSucceeded(attempt, local: Self.here)) }
        return attempts.map(\.id)
    }

    mutating func wait(for duration: Duration) {
        now = Moment(instant: now.instant + duration, wall: now.wall)
        letTimePass()
    }

    private mutating func letTimePass() {
        now = Moment(instant: now.instant + pace, wall: now.wall)
        // More than once where more is to be dialled than in one turn.
        while let due = core.deadline, due <= now.instant {
            core.handle(.deadlineReached, at: now, picking: &source, &actions)
        }
        for action in actions.pending {
            if case .dial(let attempt, _) = action { dialled.append(attempt) }
        }
        actions.removeAll()
    }
}

/// Addresses in turn, none of which comes twice: 8 million hosts, then the next port.
struct FreshAddresses: AddressSource {
    private static let hosts: UInt64 = 1 << 23
    private let firstHost: UInt32
    private var count: UInt64 = 0

    init(firstHost: UInt32) {
        self.firstHost = firstHost
    }

    mutating func next() -> PeerAddress {
        defer { count += 1 }
        let host = firstHost + UInt32(count % Self.hosts)
        return PeerAddress(IPAddress(v4: host), port: UInt16(10_000 + count / Self.hosts))
    }

    /// None of them has no route.
    mutating func pick(
        avoiding resting: Set<Region>,
        at now: Moment,
        using random: inout SeededRandom
    ) -> AddressCandidate? {
        AddressCandidate(address: next(), sinceLastAttempt: nil)
    }

    func count(in regions: Set<Region>) -> Int { 0 }

    /// Nobody asks here.
    func candidate(for address: PeerAddress, at now: Moment) -> AddressCandidate? { nil }

    mutating func attempted(_ address: PeerAddress, at now: Moment) {}
    mutating func succeeded(_ address: PeerAddress, at now: Moment) {}
    mutating func failed(_ address: PeerAddress, at now: Moment) {}
}
