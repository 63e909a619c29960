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

    /// How much the loop may do before it has served somebody who asks: as much as it takes to
    /// answer so many of the longest calls alone, 0.06 s each in a debug build, or three times
    /// that where others want the processor and its caches. A peer that comes needs three turns.
    static let callsInBound = 3
    /// By the clock, wherever the tests run.
    static let longestWait = Duration.seconds(20)
    /// How much its memory may grow meanwhile, if nothing else is said: the queues of some clients
    /// and peers that don't read, and a thousand connections.
    static let mostGrowth = 16 << 20

    /// Without a sign of life for so long systemd would end the daemon, which gives two meanwhile.
    private static let watchdog = Duration.seconds(1)

    let daemon: DaemonProcess
    private let manager: RecordingManager
    private let peer: MeasuringPeer
    private let memoryBefore: Int
    /// What the longest call takes.
    private let callWork: Duration
    private var lastNonce: UInt64 = 0

    /// Starts it on regnet. Others come to its first listener, at `host`, and everybody here to the
    /// second.
    ///
    /// - Parameters:
    ///   - host: For `Loopback.host`; the next number is taken too.
    ///   - settings: Further keys.
    /// - Throws: `Failure` if it doesn't start.
    init(at host: UInt8, _ settings: String = "") throws {
        let manager = try RecordingManager()
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
            through: manager.wrapper(watchdog: Self.watchdog),
            withControl: true
        )
        try daemon.connectControl().ask(Peers.SetLogLevel(level: .error))
        let peer = try Self.newPeer(of: daemon)
        let call = try Self.workOfLongestCall(to: daemon)
        memoryBefore = try daemon.residentBytes()
        callWork = call
        self.manager = manager
        self.peer = peer
        self.daemon = daemon
    }

    /// Has each served so many times.
    ///
    /// - Parameters:
    ///   - rounds: How often.
    ///   - calls: The bound of what the loop may do before each is served.
    ///   - callsAhead: How many further calls may be answered before an operator's, whose turn
    ///     comes after that of all other clients.
    ///   - isGoingOn: Whether there is still what they are served beside. It must be so until the
    ///     end.
    /// - Throws: `Failure` that names who had to wait.
    mutating func serveEverybody(
        rounds: Int = 4,
        calls: Int = callsInBound,
        callsAhead: Int = 0,
        while isGoingOn: () throws -> Bool = { true }
    ) throws {
        for _ in 0..<rounds {
            for bystander in [Bystander.operator, .peer, .newPeer] {
                let ahead = bystander == .operator ? callsAhead : 0
                try expectService(of: bystander, within: callWork * (calls + ahead))
            }
        }
        // Who is waited for, since it isn't asked.
        try expectService(of: .serviceManager, within: callWork * calls)
        guard try isGoingOn() else { throw Failure("it was over too soon") }
    }

    /// Sees that the daemon's memory has never grown by more than this since the start.
    func expectGrowth(atMost bytes: Int = mostGrowth) throws {
        let growth = try daemon.peakResidentBytes() - memoryBefore
        guard growth <= bytes else { throw Failure("memory grew by \(growth >> 10) KiB") }
    }

    private mutating func expectService(
        of bystander: Bystander,
        within mostWork: Duration
    ) throws {
        let work = try daemon.loop.time()
        let start = ContinuousClock.now
        let allowance = try serve(bystander)
        let waited = ContinuousClock.now - start
        let worked = try daemon.loop.time() - work
        guard worked <= mostWork + allowance, waited <= Self.longestWait else {
            throw Failure("\(bystander) waited \(waited), in which the loop worked \(worked)")
        }
    }

    /// - Returns: What the loop may do besides, since it isn't asked for anything yet.
    private mutating func serve(_ bystander: Bystander) throws -> Duration {
        switch bystander {
        case .operator:
            // Has come after everybody else, and so has the last place.
            try daemon.connectControl().ask(Peers.Status())
        case .peer:
            lastNonce += 1
            try peer.send(.ping(nonce: lastNonce))
            try peer.expectPong(lastNonce)
        case .newPeer:
            _ = try Self.newPeer(of: daemon)
        case .serviceManager:
            try manager.wait(for: "WATCHDOG=1", after: manager.notifications.count)
            return Self.watchdog / 2
        }
        return .zero
    }

    private static func workOfLongestCall(to daemon: borrowing DaemonProcess) throws -> Duration {
        let client = try daemon.connectControl()
        var most = Duration.zero
        for _ in 0..<3 {
            let before = try daemon.loop.time()
            try client.send(Strain.longestCall)
            _ = try client.reply(to: Service.GetInfo.self)
            most = max(most, try daemon.loop.time() - before)
        }
        return most
    }

    /// From an address of its own, since the kernel gives one port of an address to several of its
    /// sockets if they go elsewhere, and a second peer of one address and port is refused.
    private static func newPeer(of daemon: borrowing DaemonProcess) throws -> MeasuringPeer {
        let listener = daemon.listening[1]
        guard let host = listener.ip else { throw Failure("\(listener) has no address") }
        let peer = MeasuringPeer(
            try LoopbackPeer(to: listener, from: PeerAddress(host, port: 0))
        )
        try peer.shakeHands()
        return peer
    }
}
