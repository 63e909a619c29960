internal import DecredWire

/// What an engine says on one connection, looked at from outside: whole frames of its network, in
/// the order that the protocol wants. Written for itself: it shares no code with the sessions.
struct SpeechWatch {
    private let network: WireNetwork?
    private let isDialler: Bool
    private(set) var pings = 0
    private(set) var pongs = 0
    private(set) var hasSaidVersion = false
    private(set) var hasSaidVerack = false
    private var hasAskedForAddresses = false

    init(on network: WireNetwork?, isDialler: Bool) {
        self.network = network
        self.isDialler = isDialler
    }

    /// Bytes that are to be sent. `hasHeard` says whether the peer has sent anything by then.
    mutating func hear(_ bytes: ArraySlice<UInt8>, hasHeard: Bool) throws(BrokenPromise) {
        guard let network else { throw BrokenPromise("something is said where nothing is") }
        guard !bytes.isEmpty else { throw BrokenPromise("nothing is sent") }
        if !isDialler, !hasHeard { throw BrokenPromise("a listener speaks first") }
        var rest = bytes
        while !rest.isEmpty {
            guard rest.count >= 24 else { throw BrokenPromise("a frame ends in its header") }
            let start = rest.startIndex
            guard Self.number(rest[start..<(start + 4)]) == network.magic else {
                throw BrokenPromise("a frame of another network is sent")
            }
            let command = String(
                decoding: rest[(start + 4)..<(start + 16)].prefix { $0 != 0 },
                as: UTF8.self
            )
            let length = Int(Self.number(rest[(start + 16)..<(start + 20)]))
            guard rest.count >= 24 + length else {
                throw BrokenPromise("'\(command)' is cut: \(rest.count - 24) of \(length) bytes")
            }
            try hear(command)
            rest = rest.dropFirst(24 + length)
        }
    }

    private mutating func hear(_ command: String) throws(BrokenPromise) {
        switch command {
        case "version":
            if hasSaidVersion { throw BrokenPromise("'version' is said twice") }
            hasSaidVersion = true
            return
        case "verack":
            if !hasSaidVersion || hasSaidVerack {
                throw BrokenPromise("'verack' is said out of order")
            }
            hasSaidVerack = true
            return
        case "ping": pings += 1
        case "pong": pongs += 1
        case "getaddr":
            if hasAskedForAddresses { throw BrokenPromise("addresses are asked for twice") }
            hasAskedForAddresses = true
        case "addr", "addrv2", "initstate": break
        default: throw BrokenPromise("'\(command)' is said")
        }
        guard hasSaidVersion, hasSaidVerack else {
            throw BrokenPromise("'\(command)' is said before the handshake is over")
        }
    }

    private static func number(_ bytes: ArraySlice<UInt8>) -> UInt32 {
        bytes.reversed().reduce(0) { $0 << 8 | UInt32($1) }
    }
}
