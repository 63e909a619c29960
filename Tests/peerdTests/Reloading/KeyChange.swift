import Addressing
import Control
import DecredWire
import Facts
import Glibc

/// A running daemon of whose configuration one key is going to be changed, and nothing else.
struct KeyChange: ~Copyable {
    var daemon: DaemonProcess
    let client: ControlConnection
    private let after: String

    /// Starts it with the key's first value. Values are TOML. With a key of `listen` among them
    /// there is one listener; nothing is dialled unless `others` has a target.
    init(
        _ key: String,
        from first: String,
        to second: String,
        with others: [String: String] = [:]
    ) throws {
        after = Self.text(key, second, others)
        let daemon = try DaemonProcess(Self.text(key, first, others), withControl: true)
        client = try daemon.connectControl()
        self.daemon = daemon
    }

    private static func text(_ key: String, _ value: String, _ others: [String: String]) -> String {
        let all = ["outbound.target": "0"].merging(others) { $1 }.merging([key: value]) { $1 }
        let (listener, general) = ("listen.", all.sorted { $0.key < $1.key })
        let top = general.filter { !$0.key.hasPrefix(listener) }.map { "\($0.key) = \($0.value)" }
        let below = general.filter { $0.key.hasPrefix(listener) }
            .map { "\($0.key.dropFirst(listener.count)) = \($0.value)" }
        return (top + (below.isEmpty ? [] : ["[[listen]]"] + below)).joined(separator: "\n")
    }

    /// Changes the key, and returns when that is in force.
    func reload() throws {
        try daemon.configure(after)
        let reply = try client.ask(Peers.Reload())
        guard reply.needsRestart.isEmpty else { throw Failure("restart for \(reply.needsRestart)") }
    }

    // MARK: What its peers see

    /// Comes to it.
    ///
    /// - Returns: Nil if it is refused.
    func come(from local: PeerAddress? = nil) throws -> LoopbackPeer? {
        let peer = try LoopbackPeer(to: daemon.listening[0], from: local)
        let name = try peer.address()
        let deadline = ContinuousClock.now + ChildProcess.patience
        while ContinuousClock.now < deadline {
            guard peer.isHeld else { return nil }
            if try daemon.connections().contains(where: { $0.remote == "\(name)" }) {
                return peer
            }
        }
        throw Failure("neither let in nor refused")
    }

    /// Comes to it and speaks the protocol of regnet.
    ///
    /// - Returns: What it says of itself.
    func meet() throws -> (peer: MeasuringPeer, version: VersionMessage) {
        let peer = MeasuringPeer(try LoopbackPeer(to: daemon.listening[0]))
        return (peer, try peer.introduceItself())
    }

    /// Has it connect to a listener, as an operator does, and speaks the protocol there.
    func beDialled(at listener: LoopbackListener) throws -> MeasuringPeer {
        let caller = try daemon.connectControl()
        try caller.send(Peers.Connect(address: "\(listener.remote)"))
        let peer = MeasuringPeer(try listener.accept())
        _ = try peer.introduceItself()
        _ = try caller.reply(to: Peers.Connect.self)
        return peer
    }

    /// Waits until something that nothing tells of is as it should be.
    func wait(until isTrue: (Peers.ServiceStatus) throws -> Bool) throws {
        let deadline = ContinuousClock.now + ChildProcess.patience
        while try !isTrue(client.ask(Peers.Status()).status) {
            guard ContinuousClock.now < deadline else { throw Failure("it never was so") }
            _ = poll(nil, 0, 20)
        }
    }
}

extension MeasuringPeer {
    /// As `shakeHands`.
    ///
    /// - Returns: What the daemon has said of itself.
    func introduceItself() throws -> VersionMessage {
        try send(.version(Self.version))
        try send(.verack)
        guard case .version(let version) = try next() else { throw Failure("no version first") }
        guard case .verack = try next() else { throw Failure("no verack second") }
        return version
    }

    /// Sends a ping, and collects what the daemon says before it answers: all that it had to say to
    /// what came before.
    func messagesUntilPong() throws -> [Message] {
        let nonce = UInt64.random(in: 0 ... .max)
        try send(.ping(nonce: nonce))
        var messages: [Message] = []
        while true {
            let message = try next()
            if message == .pong(nonce: nonce) { return messages }
            messages.append(message)
        }
    }
}
