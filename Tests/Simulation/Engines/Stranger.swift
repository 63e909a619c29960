internal import Addressing
internal import Timing

/// A peer that is no daemon of ours: one that behaves, or a script of what must not be done.
struct Stranger {
    let node: Int
    let address: PeerAddress
    let isHonest: Bool
    /// Whether it accepts whoever comes.
    var isListening = true
    /// What it does on a connection, one of these.
    let manners: [Manner]
    private(set) var port: UInt16 = 40_000

    init(
        node: Int,
        address: PeerAddress,
        isHonest: Bool,
        isListening: Bool,
        manners: [Manner]
    ) {
        self.node = node
        self.address = address
        self.isHonest = isHonest
        self.isListening = isListening
        self.manners = manners
    }

    mutating func nextPort() -> UInt16 {
        port = port == 60_000 ? 40_000 : port + 1
        return port
    }
}

/// How a stranger behaves on one connection.
enum Manner: CaseIterable {
    case honest
    /// The same, of an older version.
    case old
    /// The same, a few bytes at a time.
    case trickling
    /// Shakes hands and never says anything again.
    case dumb
    /// Says nothing at all.
    case mute
    /// `version` and no more.
    case half
    /// Any bytes.
    case garbage
    case wrongMagic
    /// A frame that is announced with 4 GiB.
    case huge
    case wrongChecksum
    /// `version` twice.
    case twice
    /// A ping before anything else.
    case early
    case obsolete
    /// Floods of pings whose answers it doesn't read.
    case deaf
    /// A message of 1,000 addresses after the other.
    case addresses
    /// `getaddr` again and again.
    case curious
    /// Closes at once.
    case fleeting
    /// Says that it sends no more, and waits.
    case halfClosing

    var isHonest: Bool {
        switch self {
        case .honest, .old, .trickling: true
        case .dumb, .mute, .half, .garbage, .wrongMagic, .huge, .wrongChecksum, .twice, .early,
            .obsolete, .deaf, .addresses, .curious, .fleeting, .halfClosing:
            false
        }
    }

    static let hostile = allCases.filter { !$0.isHonest }
}

/// Where a stranger talks.
struct TalkPlace: Hashable {
    let wire: Int
    let side: Side
}

/// What a stranger has in mind on one connection.
struct Talk {
    let stranger: Int
    let manner: Manner
    let isDialler: Bool
    /// What has come and is no whole frame.
    var heard: [UInt8] = []
    /// What is to be sent and the kernel doesn't take, or that comes bit by bit.
    var toSend: [UInt8] = []
    var hasSaidVersion = false
    var hasHeardVerack = false
    var isReading = true
    /// What the manner does by itself has been done so often.
    var acts = 0
    var isLeaving = false
}
