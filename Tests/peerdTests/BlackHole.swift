import Addressing

/// An address that doesn't answer whoever dials it: its queue is full with a connection of our own.
final class BlackHole {
    private let listener: LoopbackListener
    private let waiting: LoopbackPeer

    init(_ address: PeerAddress) throws {
        listener = try LoopbackListener(address, backlog: 0)
        waiting = try LoopbackPeer(to: listener.remote)
    }

    var address: PeerAddress { listener.remote }

    /// Lets the dials come through that are asked again from now on.
    func open() throws -> LoopbackListener {
        _ = try listener.accept()
        return listener
    }
}
