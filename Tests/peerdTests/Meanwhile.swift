import Addressing
import Control
import DecredWire
import Facts
import Glibc

/// A daemon, and everybody else, while somebody keeps it busy or doesn't take what it says: an
/// operator, a peer, a peer that comes, and systemd. Each is served before the loop has done much.
///
/// What the loop does is measured by its processor time, so that a machine that is busy with other
/// things fails nobody: a loop that serves one for long does much meanwhile.
struct Meanwhile: ~Copyable {
    /// Whoever wants something of the daemon. Whom new code serves gets a case.
    enum Bystander {
        case `operator`, peer, newPeer, serviceManager
    }

    /// How much the loop may do before it has served somebody who asks. A peer that comes needs
    /// three turns, and one with as much work as one may have takes 0.1 s in a debug build, and
    /// twice as long where others keep both the processor and its caches busy.
    static let mostWork = Duration.seconds(1)
    /// By the clock, wherever the tests run.
    static let longestWait = Duration.seconds(20)
    /// How much its memory may grow meanwhile, if nothing else is said: the queues of some clients
    /// and peers that don't read, and a thousand connections.
    static let mostGrowth = 16 << 20

    let daemon: DaemonProcess
    private let manager: NotifySocket
    private let client: ControlConnection
    private let peer: MeasuringPeer
    private let memoryBefore: Int
    private var lastNonce: UInt64 = 0

    /// Starts it on regnet. Others come to its first listener, at `host`, and everybody here to the
    /// second.
    ///
    /// - Parameters:
    ///   - host: For `Loopback.host`; the next number is taken too.
    ///   - settings: Further keys.
    /// - Throws: `Failure` if it doesn't start.
    init(at host: UInt8, _ settings: String = "") throws {
        let manager = try NotifySocket()
        let daemon = try DaemonProcess(
            """
            network = "regnet"
            outbound.target = 0
            limits.connections = 5000
            \(settings)
            [[listen]]
            address = "\(Loopback.host(host)):0"
            trusted-loopback = true
            [[listen]]
            address = "\(Loopback.host(host + 1)):0"
            trusted-loopback = true
            """,
            through: manager.wrapper,
            withControl: true
        )
        let client = try daemon.connectControl()
        try client.ask(Peers.SetLogLevel(level: .error))
        let peer = MeasuringPeer(try LoopbackPeer(to: daemon.listening[1]))
        try peer.shakeHands()
        memoryBefore = try daemon.residentBytes()
        self.manager = manager
        self.client = client
        self.peer = peer
        self.daemon = daemon
    }

    /// Has each served so many times.
    ///
    /// - Parameters:
    ///   - rounds: How often.
    ///   - mostGrowth: How many bytes the daemon's memory may have grown by since the start.
    ///   - isGoingOn: Whether there is still what they are served beside. It must be so until the
    ///     end.
    /// - Throws: `Failure` that names who had to wait.
    mutating func serveEverybody(
        rounds: Int = 4,
        mostGrowth: Int = mostGrowth,
        while isGoingOn: () throws -> Bool = { true }
    ) throws {
        for _ in 0..<rounds {
            for bystander in [Bystander.operator, .peer, .newPeer] {
                try expectService(of: bystander)
            }
        }
        // Who is waited for, since it isn't asked.
        try expectService(of: .serviceManager)
        guard try isGoingOn() else { throw Failure("it was over too soon") }
        let growth = try daemon.peakResidentBytes() - memoryBefore
        guard growth <= mostGrowth else {
            throw Failure("memory grew by \(growth >> 10) KiB meanwhile")
        }
    }

    private mutating func expectService(of bystander: Bystander) throws {
        // What waited from before isn't what is measured.
        if bystander == .serviceManager { manager.drain() }
        let work = try daemon.loop.time()
        let start = ContinuousClock.now
        let allowance = try serve(bystander)
        let waited = ContinuousClock.now - start
        let worked = try daemon.loop.time() - work
        guard worked <= Self.mostWork + allowance, waited <= Self.longestWait else {
            throw Failure("\(bystander) waited \(waited), in which the loop worked \(worked)")
        }
    }

    /// - Returns: What the loop may do besides, since it isn't asked for anything yet.
    private mutating func serve(_ bystander: Bystander) throws -> Duration {
        switch bystander {
        case .operator:
            try client.ask(Peers.Status())
        case .peer:
            lastNonce += 1
            try peer.send(.ping(nonce: lastNonce))
            try peer.expectPong(lastNonce)
        case .newPeer:
            let new = MeasuringPeer(try LoopbackPeer(to: daemon.listening[1]))
            try new.shakeHands()
        case .serviceManager:
            try manager.wait(for: "WATCHDOG=1")
            return NotifySocket.watchdog / 2
        }
        return .zero
    }
}
