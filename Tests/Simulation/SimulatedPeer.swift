internal import Addressing
internal import ConnectionCore
import Facts
internal import Timing

/// How a peer behaves towards whoever dials it.
enum Behaviour: CaseIterable {
    /// Connects and stays for as long as peers do here.
    case answers
    case refuses
    /// Lets every packet vanish.
    case blackHole
    case dropsAfterASecond
    /// Drops late, but before it would count as ready.
    case dropsBeforeReady
    /// Drops after it was ready and before it was stable.
    case dropsOnceReady
    case unreachable
    case noRoute
    /// Resets in the middle of the connect.
    case resets
    /// We meet ourselves: TCP's simultaneous open.
    case isOurselves
    // Connects and stays, and, where the network has a protocol:
    case neverShakesHands
    /// Shakes hands when it is just about too late.
    case shakesHandsLate
    /// Says what it must not, sooner or later.
    case breaksRules
    /// One of our own listeners, which finds our nonce.
    case isOurListener
}

/// Somebody who can be dialled.
struct SimulatedPeer {
    let address: PeerAddress
    var behaviour: Behaviour
    let latency: Duration
    /// Behaves differently at each attempt.
    let isFickle: Bool

    init(_ address: PeerAddress, behaviours: [Behaviour], _ random: inout SeededRandom) {
        self.address = address
        behaviour = random.element(of: behaviours)
        latency = random.duration(from: .microseconds(50), to: .milliseconds(900))
        isFickle = random.chance(0.2)
    }
}

/// What comes of an attempt to reach somebody.
enum DialAnswer {
    /// - Parameter stay: Until the peer leaves; nil for never.
    case connects(stay: Duration?)
    case meetsItself
    case fails(DialFailure)
    case silence
}

extension Behaviour {
    func answer(meanStay: Duration, _ random: inout SeededRandom) -> DialAnswer {
        switch self {
        case .answers, .neverShakesHands, .shakesHandsLate, .breaksRules, .isOurListener:
            .connects(stay: random.duration(around: meanStay))
        case .refuses: .fails(.refused)
        case .blackHole: .silence
        case .dropsAfterASecond:
            .connects(stay: random.duration(from: .milliseconds(900), to: .milliseconds(1_100)))
        case .dropsBeforeReady:
            .connects(stay: random.duration(from: .seconds(2), to: Policy.readyAfter))
        case .dropsOnceReady:
            .connects(stay: random.duration(from: Policy.readyAfter, to: .seconds(25)))
        case .unreachable: .fails(.unreachable)
        case .noRoute: .fails(.noRoute)
        case .resets: .fails(.io(errno: 104))
        case .isOurselves: .meetsItself
        }
    }
}

/// A name, whose addresses change, and what the resolver says of it.
struct SimulatedName {
    enum Resolution: CaseIterable {
        case resolves, empty, fails, silent
    }

    let name: PeerName
    var addresses: [PeerAddress]
    var resolution: Resolution
}
