import DecredWire
import Timing

/// Two sessions that are connected to each other, with somebody between who may hold, change, drop
/// and add what passes. If he only holds, they must come to an understanding.
struct PairCheck {
    private var dialler: WatchedSession
    private var listener: WatchedSession
    /// What is under way to each of them.
    private var toListener: [UInt8] = []
    private var toDialler: [UInt8] = []
    private var isMeddledWith = false

    static func run(_ input: inout InputReader) throws(BrokenPromise) {
        var surroundings = SessionsCheck.surroundings(&input)
        // Each offers what the other requires.
        surroundings.policy.requiredServices &= surroundings.policy.services
        var others = surroundings
        others.policy.protocolVersion = 9 + Int32(input.choice(below: 4))
        let isSelf = input.byte() == 0xff
        var pair = PairCheck(
            dialler: try WatchedSession(
                .outbound,
                nonce: isSelf ? 0x4242 : 1,
                in: surroundings
            ),
            listener: try WatchedSession(.inbound, nonce: 2, in: others)
        )
        while !input.isAtEnd { try pair.step(&input) }
        try pair.settle(isSelf: isSelf)
    }

    private init(dialler: WatchedSession, listener: WatchedSession) {
        self.dialler = dialler
        self.listener = listener
    }

    private mutating func step(_ input: inout InputReader) throws(BrokenPromise) {
        collect()
        switch input.choice(below: 8) {
        case 0:
            try listener.receive(Self.take(Int(input.byte()), from: &toListener))
        case 1:
            try dialler.receive(Self.take(Int(input.byte()), from: &toDialler))
        case 2:
            isMeddledWith = true
            Self.meddle(with: &toListener, &input)
        case 3:
            isMeddledWith = true
            Self.meddle(with: &toDialler, &input)
        case 4:
            // Less than would make one of them give up while bytes are held.
            let duration = min(SessionsCheck.duration(&input), .seconds(1))
            dialler.pass(duration)
            listener.pass(duration)
        case 5:
            let next = [dialler, listener].compactMap(\.untilDeadline).min() ?? .zero
            dialler.pass(next)
            listener.pass(next)
            try wakeDue(input.number())
        case 6:
            try listener.giveIfOwed(SessionsCheck.addresses(&input))
        default:
            try settle(isSelf: nil)
        }
    }

    /// Delivers until nobody has anything more to say: a message calls for one more at most, and no
    /// answer for another.
    private mutating func settle(isSelf: Bool?) throws(BrokenPromise) {
        var turns = 0
        collect()
        while !toListener.isEmpty || !toDialler.isEmpty {
            try listener.receive(Self.take(.max, from: &toListener))
            try dialler.receive(Self.take(.max, from: &toDialler))
            collect()
            turns += 1
            try promise(turns <= 8, "they never come to an end")
        }
        guard let isSelf, !isMeddledWith else { return }
        if isSelf {
            try promise(
                listener.ending == .selfConnection(dial: 7),
                "\(String(describing: listener.ending)) of a connection to ourselves"
            )
        } else {
            for side in [dialler, listener] where side.ending != .idle {
                try promise(side.session.isEstablished, "\(String(describing: side.ending))")
            }
        }
    }

    private mutating func collect() {
        toListener += dialler.takeBytes()
        toDialler += listener.takeBytes()
    }

    private mutating func wakeDue(_ nonce: UInt64) throws(BrokenPromise) {
        if dialler.untilDeadline == .zero { try dialler.wake(nonce: nonce) }
        if listener.untilDeadline == .zero { try listener.wake(nonce: ~nonce) }
    }

    private static func take(_ count: Int, from bytes: inout [UInt8]) -> [UInt8] {
        let taken = Array(bytes.prefix(count))
        bytes.removeFirst(taken.count)
        return taken
    }

    private static func meddle(with bytes: inout [UInt8], _ input: inout InputReader) {
        guard !bytes.isEmpty else { return }
        let place = Int(input.number(UInt16.self)) % bytes.count
        switch input.choice(below: 4) {
        case 0: bytes[place] ^= input.byte()
        case 1: bytes.removeSubrange(place..<min(place + 1 + Int(input.byte()), bytes.count))
        case 2: bytes.insert(contentsOf: input.bytes(Int(input.byte())), at: place)
        default: bytes.insert(contentsOf: bytes[place...].prefix(Int(input.byte())), at: place)
        }
    }
}
