internal import Addressing
internal import ConnectionCore
internal import DecredWire
import Engine
internal import Timing

/// One machine of the simulated network on which a daemon runs: clocks, a disk, and whatever
/// process there is at present.
final class Machine {
    let index: Int
    let ip: IPAddress
    let listening: PeerAddress
    let keepsState: Bool
    /// What its daemon speaks, which no reload changes.
    let protocolVersion: Int32
    let disk = Disk()
    /// What its configuration says.
    var policy: EnginePolicy
    var addresses: [PeerAddress]
    var process: EngineProcess?
    /// Whether the machine is there at all.
    var isUp = true
    /// By the world's time; its process does nothing before.
    var frozenUntil: Instant?
    /// Whether the freeze is a SIGSTOP, of which epoll tells.
    var wasStopped = false
    /// Between the world's time and the machine's clock, which begins with each start of it.
    var clockOffset: Duration
    /// Between the machine's clock and its calendar, in microseconds.
    var wallOffset: Int64
    private var port: UInt16 = 32_768
    /// What the configuration's file says next; nil for what holds.
    var hasDescriptors = true

    init(
        _ index: Int,
        listening: PeerAddress,
        _ ip: IPAddress,
        policy: EnginePolicy,
        addresses: [PeerAddress],
        keepsState: Bool,
        protocolVersion: Int32,
        clockOffset: Duration,
        wallOffset: Int64
    ) {
        self.index = index
        self.ip = ip
        self.listening = listening
        self.policy = policy.speaking(protocolVersion)
        self.protocolVersion = protocolVersion
        self.addresses = addresses
        self.keepsState = keepsState
        self.clockOffset = clockOffset
        self.wallOffset = wallOffset
    }

    /// Both clocks' readings at a time of the world.
    func moment(at time: Instant) -> Moment {
        let instant = time + clockOffset
        return Moment(
            instant: instant,
            wall: WallTime(microseconds: wallOffset + instant.nanoseconds / 1_000)
        )
    }

    func worldTime(of instant: Instant) -> Instant { instant - clockOffset }

    /// A port for a dial, in turn.
    func nextPort() -> UInt16 {
        port = port == 60_999 ? 32_768 : port + 1
        return port
    }
}

extension EnginePolicy {
    /// The same with another version of the protocol, if there is one.
    func speaking(_ version: Int32) -> EnginePolicy {
        switch speech {
        case .raw: return self
        case .decred(var session):
            session.protocolVersion = version
            var policy = self
            policy.speech = .decred(session)
            return policy
        }
    }
}
