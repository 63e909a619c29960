import Addressing
import Control
import DecredWire
import Facts
import Glibc
import Testing

/// What was pending of a connection when it ended, and must not be the next one's in its slot.
/// Whatever comes to lie in a slot gets a case here.
enum SlotRemnant: CaseIterable, Sendable {
    case unsentBytes, halfFrame, halfHandshake, ownPing, dial

    /// Leaves it in the daemon's only slot that was ever used.
    func leave(in daemon: borrowing DaemonProcess, dialling address: PeerAddress) throws {
        switch self {
        case .dial:
            let client = try daemon.connectControl()
            try client.send(Peers.Connect(address: "\(address)"))
            let id = try daemon.waitForConnections { $0.first?.phase == .dialing }[0].id
            try daemon.connectControl().ask(Peers.Disconnect(.id(id)))
        case .unsentBytes, .halfFrame, .halfHandshake, .ownPing:
            let peer = MeasuringPeer(
                try LoopbackPeer(to: daemon.listening[0], isNarrow: true)
            )
            try leave(by: peer, in: daemon)
            peer.socket.hangUp()
        }
        try daemon.waitForConnections { $0.isEmpty }
    }

    private func leave(by peer: MeasuringPeer, in daemon: borrowing DaemonProcess) throws {
        guard self != .halfHandshake else {
            try peer.send(.version(MeasuringPeer.version))
            guard case .version = try peer.next() else { throw Failure("no version") }
            return
        }
        try peer.shakeHands()
        switch self {
        case .unsentBytes:
            _ = try peer.overload(daemon)
        case .halfFrame:
            try peer.send([UInt8](MeasuringPeer.bytes(of: .ping(nonce: 1)).prefix(30)))
            _ = try daemon.listed(bytesIn: peer.sentBytes)
        case .ownPing:
            // Which isn't answered.
            _ = try peer.expectPing()
        case .halfHandshake, .dial:
            break
        }
    }
}

@Suite("A slot that is used again")
struct SlotReuseTests {
    @Test(
        "is as one that was never used",
        arguments: SlotRemnant.allCases,
        [ShownKind.inbound, .manual]
    )
    func reuse(after remnant: SlotRemnant, by kind: ShownKind) throws {
        let hole = try BlackHole(Loopback.address(125))
        let listener = try LoopbackListener(Loopback.address(126))
        let daemon = try DaemonProcess(
            """
            network = "regnet"
            outbound.target = 0
            protocol.ping-interval = "1s"
            protocol.idle-timeout = "1h"
            [[listen]]
            address = "\(Loopback.host(127)):0"
            trusted-loopback = true
            """,
            withControl: true
        )
        try remnant.leave(in: daemon, dialling: hole.address)

        let client = try daemon.connectControl()
        if kind == .manual { try client.send(Peers.Connect(address: "\(listener.remote)")) }
        let socket =
            kind == .manual ? try listener.accept() : try LoopbackPeer(to: daemon.listening[0])
        let peer = MeasuringPeer(socket)
        try peer.shakeHands()
        try peer.send(.ping(nonce: 5))
        try peer.expectPong(5)
        let row = try daemon.listed(bytesIn: peer.sentBytes)
        #expect(row.kind == kind && row.roundTripUSec == nil)
        // It pings once a second; what it has said by now may not have been read.
        #expect(try #require(row.bytesOut) >= UInt64(peer.receivedBytes))
        try peer.send(.pong(nonce: peer.expectPing()))
        try daemon.waitForConnections { $0.first?.roundTripUSec != nil }
        peer.socket.close()
        try daemon.waitForConnections { $0.isEmpty }
        let ended = try #require(
            daemon.connectControl().askAll(Peers.History(limit: 1)).flatMap(\.connections).first
        )
        #expect(ended.connected && ended.bytesIn == UInt64(peer.sentBytes))
    }
}
