import Control
import DecredWire
import Facts
import Glibc

/// The other end of one of the daemon's connections, which speaks the protocol of regnet and
/// measures what goes over the connection.
final class MeasuringPeer {
    let socket: LoopbackPeer
    private(set) var sentBytes = 0
    private(set) var receivedBytes = 0
    private var reader = FrameReader(network: .regnet)
    private var messages: [Message] = []
    /// How many of them were given out.
    private var taken = 0

    init(_ socket: LoopbackPeer) { self.socket = socket }

    func send(_ bytes: [UInt8]) throws {
        try socket.send(bytes)
        sentBytes += bytes.count
    }

    func send(_ message: Message) throws { try send(Self.bytes(of: message)) }

    static func bytes(of message: Message) -> [UInt8] {
        var bytes: [UInt8] = []
        message.append(to: &bytes, on: .regnet)
        return bytes
    }

    /// Waits for the daemon's next message.
    func next() throws -> Message {
        while taken == messages.count { try receive() }
        defer { taken += 1 }
        return messages[taken]
    }

    private func receive() throws {
        (messages, taken) = ([], 0)
        try take(socket.read())
    }

    private func take(_ bytes: [UInt8]) throws {
        receivedBytes += bytes.count
        var position = 0
        while let step = try reader.next(in: bytes.span.bytes, at: &position) {
            if case .message(let message) = step { messages.append(message) }
        }
    }

    /// Waits until the daemon has ended the connection, however much it says before.
    ///
    /// - Returns: The messages that nobody has waited for.
    @discardableResult
    func rest() throws -> [Message] {
        let deadline = ContinuousClock.now + ChildProcess.patience
        var bytes = [UInt8](repeating: 0, count: 65_536)
        while Poll.firstReady(of: [socket.number], within: deadline - .now) != nil {
            let count = recv(socket.number, &bytes, bytes.count, 0)
            guard count > 0 else {
                defer { taken = messages.count }
                return Array(messages[taken...])
            }
            try take(Array(bytes[..<count]))
        }
        throw Failure("the connection stays")
    }

    /// Says who it is, and waits until the daemon has done so.
    func shakeHands() throws {
        try send(.version(Self.version))
        try send(.verack)
        guard case .version = try next() else { throw Failure("no version first") }
        guard case .verack = try next() else { throw Failure("no verack second") }
    }

    static let version = VersionMessage(
        protocolVersion: SessionPolicy.latestVersion,
        services: 0,
        unixSeconds: 0,
        receiver: .none,
        nonce: 7,
        userAgent: "/measuring/",
        relaysTransactions: false
    )

    /// Waits for the answer to a ping, behind whatever else the daemon says.
    func expectPong(_ nonce: UInt64) throws {
        while true {
            guard case .pong(let found) = try next() else { continue }
            guard found == nonce else { throw Failure("pong \(found), not \(nonce)") }
            return
        }
    }

    /// Waits for a ping, behind whatever else the daemon says.
    func expectPing() throws -> UInt64 {
        while true {
            if case .ping(let nonce) = try next() { return nonce }
        }
    }

    /// Sends pings and reads none of the answers, until enough of these wait in the daemon, which
    /// has no other connection. Quick if the socket is narrow.
    ///
    /// - Returns: What the daemon answers to all of them.
    func overload(_ daemon: borrowing DaemonProcess) throws -> [UInt8] {
        let nonces = 0..<UInt64(Self.pingsPerBurst)
        let burst = nonces.flatMap { Self.bytes(of: .ping(nonce: $0)) }
        let answer = nonces.flatMap { Self.bytes(of: .pong(nonce: $0)) }
        let saidBefore = try daemon.listed(bytesIn: sentBytes).sent
        var answers: [UInt8] = []
        while true {
            try send(burst)
            answers += answer
            let said = try daemon.listed(bytesIn: sentBytes).sent - saidBefore
            guard answers.count - said < answer.count else { return answers }
            guard sentBytes < 64 << 20 else { throw Failure("the kernel takes everything") }
        }
    }

    /// Waits for these very bytes.
    func expect(_ bytes: [UInt8]) throws {
        var read = 0
        while read < bytes.count {
            let some = try socket.read(atMost: bytes.count - read)
            receivedBytes += some.count
            guard some[...] == bytes[read..<(read + some.count)] else {
                throw Failure("other bytes from \(read) on")
            }
            read += some.count
        }
    }

    /// So at most 64 KB wait, half of what may.
    private static let pingsPerBurst = 1_000
}

extension Peers.Connection {
    fileprivate var sent: Int { Int(bytesOut ?? 0) }
}

extension DaemonProcess {
    /// Its one connection, once it has read so many bytes of it.
    func listed(bytesIn: Int) throws -> Peers.Connection {
        try waitForConnections { $0.count == 1 && $0[0].bytesIn == UInt64(bytesIn) }[0]
    }
}
