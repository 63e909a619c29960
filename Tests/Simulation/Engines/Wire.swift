internal import Addressing
internal import Timing

/// Which end of a connection of the simulated network somebody has.
enum Side {
    case dialler, listener

    var other: Side {
        switch self {
        case .dialler: .listener
        case .listener: .dialler
        }
    }
}

/// One TCP connection of the simulated network: two ends, and the bytes that are on their way.
struct Wire {
    let number: Int
    private var dialler: End
    private var listener: End
    /// Since when nothing has come through although something was sent.
    var stalledSince: Instant?

    init(_ number: Int, dialler: End, listener: End) {
        self.number = number
        self.dialler = dialler
        self.listener = listener
    }

    subscript(side: Side) -> End {
        get {
            switch side {
            case .dialler: dialler
            case .listener: listener
            }
        }
        _modify {
            switch side {
            case .dialler: yield &dialler
            case .listener: yield &listener
            }
        }
    }
}

/// One end of a connection, and what was sent from there.
struct End {
    /// Whose it is.
    enum Owner: Equatable {
        case nobody
        /// A daemon's socket in this slot.
        case socket(process: Int, slot: Int)
        /// Waits in the kernel of a daemon's machine to be accepted.
        case backlog(process: Int)
        /// A stranger talks there.
        case stranger(Int)
    }

    /// The machine, among all of the network.
    let node: Int
    let address: PeerAddress
    var owner: Owner
    /// Whether its owner has the socket still.
    var isOpen = true
    /// What the kernel says of it at the next call.
    var error: CInt?
    var flow: Flow
    /// Somebody waits for room to send.
    var wantsRoom = false
}

/// What was sent from one end: in the order in which it was, from the sender's kernel to the
/// receiver's program.
struct Flow {
    /// What both kernels hold together.
    let capacity: Int
    private var bytes: [UInt8] = []
    private var start = 0
    /// Of the bytes that are held so many are in the receiver's kernel.
    private(set) var arrived = 0
    /// All that the sender's kernel has taken, and that the receiver has read.
    private(set) var taken: UInt64 = 0
    private(set) var read: UInt64 = 0
    /// Nothing follows the bytes that have arrived.
    var isFinished = false

    init(capacity: Int) {
        self.capacity = capacity
    }

    /// What was sent and isn't read.
    var held: Int { bytes.count - start }
    var onTheWay: Int { held - arrived }
    var room: Int { max(0, capacity - held) }

    mutating func append(_ more: ArraySlice<UInt8>) {
        bytes += more
        taken += UInt64(more.count)
    }

    mutating func arrive(_ count: Int) {
        precondition(count <= onTheWay, "\(count) bytes arrive of \(onTheWay)")
        arrived += count
    }

    /// Takes what has arrived, at most so much.
    mutating func take(_ most: Int) -> [UInt8] {
        let count = min(most, arrived)
        let taken = Array(bytes[start..<(start + count)])
        start += count
        arrived -= count
        read += UInt64(count)
        if start == bytes.count {
            bytes.removeAll(keepingCapacity: bytes.capacity <= 4_096)
            start = 0
        } else if start > 65_536 {
            bytes.removeSubrange(..<start)
            start = 0
        }
        return taken
    }
}

/// What a read gives.
enum Reading {
    case bytes([UInt8])
    case endOfFile
    case wouldBlock
    case failed(CInt)
}

/// Numbers of the kernel's errors, which are these on Linux.
enum Errno {
    static let pipe: CInt = 32
    static let noDescriptor: CInt = 24
    static let reset: CInt = 104
    static let timedOut: CInt = 110
    static let refused: CInt = 111
    static let hostUnreachable: CInt = 113
}
