import Addressing
import Control
import DecredWire
import Facts
import Glibc
import Testing

/// A persistent peer keeps its id from one socket to the next. What is known of the one while it
/// ends may be told to the core when the next is connected, if that happens in one turn.
@Suite("What becomes of a socket late")
struct LateResultTests {
    @Test("isn't taken for the next one's of the same peer")
    func persistent() throws {
        let listener = try LoopbackListener(Loopback.address(48), isNarrow: true)
        let daemon = try DaemonProcess(
            """
            network = "regnet"
            outbound.target = 0
            persistent.peers = ["\(listener.remote)"]
            persistent.stable-after = "1s"
            """,
            withControl: true
        )
        let client = try daemon.connectControl()
        var peer = MeasuringPeer(try listener.accept())
        try peer.shakeHands()
        for round in 1...2 {
            // So long that it is redialled at once.
            let stable = ContinuousClock.now + .seconds(1.2)
            // A write that can't be finished, so that the next one, after the reset, fails.
            _ = try peer.overload(daemon)
            _ = poll(nil, 0, Poll.milliseconds(until: stable))
            // A loop that never waits is stopped within a turn: then it first hears of the reset,
            // and behind that of the next connection, in the turn after it, which is late.
            let busy = try (0..<3).map { _ in try daemon.connectControl() }
            var call: [UInt8] = []
            Peers.ListBans().encode(into: &call)
            let rush = try Rush(on: busy.map(\.number), sending: call)
            try daemon.waitForWork(of: .milliseconds(50))
            try daemon.stop()
            peer.socket.hangUp()
            _ = poll(nil, 0, 200)
            daemon.signal(SIGCONT)

            peer = MeasuringPeer(try listener.accept())
            try peer.shakeHands()
            for nonce in 0..<5 {
                try peer.send(.ping(nonce: UInt64(nonce)))
                try peer.expectPong(UInt64(nonce))
            }
            _ = try rush.finish()
            let ended = try client.askAll(Peers.History()).flatMap(\.connections)
            #expect(ended.count == round)
        }
        #expect(try daemon.connections(in: .ready).map(\.kind) == [.persistent])
    }
}
