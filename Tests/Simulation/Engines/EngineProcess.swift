internal import Addressing
internal import ConnectionCore
import Engine
internal import Timing

/// One process of a daemon, from its start to its death: the engine, and what its shell has. The
/// world does with it what `Sources/peerd` does.
final class EngineProcess {
    /// A socket in the slot of its connection.
    struct Socket {
        let wire: Int
        let side: Side
        let attempt: UInt32
        var isConnecting: Bool
        /// What the kernel hasn't taken.
        var queue: [UInt8] = []
        /// Since when something waits, by the machine's clock, and how much came since then.
        var waitsSince: Instant?
        var queued = 0
        /// It is among those that are ready.
        var isListed = false
        var isWritable = false
        /// What was said on it, by what the engine wanted to be sent.
        var speech: SpeechWatch
    }

    /// What came of a step at once, to be told in the next turn.
    struct Settled {
        let event: Event
        /// The socket that it is about; nil if there is none.
        let wire: Int?
    }

    /// A reload whose file is being read.
    struct Reload {
        let policy: EnginePolicy
        let addresses: [PeerAddress]
        let isWrong: Bool
        let hasMoved: Bool
    }

    let number: Int
    let machine: Machine
    var engine: Engine
    var steps = Steps()
    var watch: EngineWatch
    var sockets: [Socket?] = []
    /// Slots of sockets that are ready.
    var ready: [Int] = []
    /// Wires that wait to be accepted.
    var backlog: [Int] = []
    var settled: [Settled] = []
    var lookups: [LookupAnswer] = []
    /// The store has something to say.
    var isStored = false
    var isStoreBusy = false
    var orders = 0
    var reload: Reload?
    /// Adopts it, with the addresses that were lent for it, and says which stored peers can't be
    /// kept.
    var adoption: ((inout Engine, Moment, inout Steps) -> [RefusedPeer])?
    var isReloadRead = false
    /// When the last turn was, and when the wait after it was to end, by the machine's clock.
    var waitStart: Instant
    var waitEnd = Instant.distantFuture
    /// When its loop wakes next, by the world's time.
    var wakeAt: Instant?
    let startedAt: Instant
    /// The latest time that the calendar has shown.
    var latestWall: WallTime
    /// Between the machine's clock and the calendar's, when that was looked at last.
    var wallOffset: Int64
    /// So many steps more are done before the process dies; nil if it lives on.
    var stepsToLive: Int?
    /// Turns in a row after which the engine wanted another one at once.
    var restless = 0
    /// Calls of the engine.
    var calls = 0
    /// A peer was let in whose socket isn't in its slot yet.
    var isAccepting = false
    var isStopping = false
    /// The persistent peers of its run time when it was stopped; nil if they were not known.
    var kept: [PeerTarget]?
    /// When it was last held up, by the machine's clock: what must come true in time counts from
    /// there.
    var heldUp: Instant

    init(
        _ number: Int,
        on machine: Machine,
        drawing seed: UInt64,
        recording wish: RecordingWish?,
        at now: Moment
    ) {
        self.number = number
        self.machine = machine
        engine = Engine(
            policy: machine.policy,
            addresses: machine.addresses,
            drawing: .seeded(SeededRandom(seed: seed)),
            keepsState: machine.keepsState,
            recording: wish
        )
        watch = EngineWatch(policy: machine.policy)
        waitStart = now.instant
        startedAt = now.instant
        heldUp = now.instant
        latestWall = now.wall
        wallOffset = machine.wallOffset
    }

    func socket(inSlot slot: Int) -> Socket? { slot < sockets.count ? sockets[slot] : nil }

    func put(_ socket: Socket, inSlot slot: Int) {
        while sockets.count <= slot { sockets.append(nil) }
        sockets[slot] = socket
    }

    /// How long a start waits for its disk.
    static let loadPatience = Duration.seconds(20)
    /// How long an end waits for it.
    static let savePatience = Duration.seconds(2)

    /// Whether it waits for what is stored, and nobody is let in.
    func isStarting(at now: Moment) -> Bool {
        machine.keepsState && !engine.state.isLoaded && isStoreBusy
            && now.instant < startedAt + Self.loadPatience
    }
}

/// What the resolver says.
struct LookupAnswer {
    let attempt: DialAttempt
    /// Nil if it knows nothing.
    let addresses: [PeerAddress]?
}
