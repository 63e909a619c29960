import Control
import DecredWire
import Facts
import FlippedBits
import Glibc
import Storage
import Testing

/// What comes to the daemon with one bit wrong, by whatever way: whoever sent it gets an error or
/// is hung up on, and the daemon goes on.
@Suite("One bit that is wrong")
struct FlippedBitsTests {
    @Test("in a call is answered or hung up on, and changes nothing else")
    func calls() throws {
        let daemon = try DaemonProcess("outbound.target = 0", withControl: true)
        var call: [UInt8] = []
        Peers.Explain(address: "203.0.113.7").encode(into: &call, isOneway: false)
        for flipped in FlippedBits(of: call) {
            let client = try daemon.connectControl()
            try client.send(flipped.bytes)
            client.finishSending()
            var answers: [String] = []
            while let answer = try client.nextText() { answers.append(answer) }
            // A message without its end is none.
            #expect(answers.count <= 1, "\(flipped): \(answers)")
            #expect(
                answers.allSatisfy {
                    $0.hasPrefix(#"{"error":"#) || $0.hasPrefix(#"{"parameters":"#)
                },
                "\(flipped): \(answers)"
            )
        }
        let status = try daemon.connectControl().ask(Peers.Status()).status
        #expect(status.bans == 0 && status.persistent == 0 && status.networkActive)
    }

    @Test("in a frame ends the connection or is read past, and is never answered")
    func frames() throws {
        let daemon = try DaemonProcess(
            """
            network = "regnet"
            outbound.target = 0
            limits.connections = 1000
            [[listen]]
            address = "\(Loopback.host(50)):0"
            """,
            withControl: true
        )
        let good = MeasuringPeer(try LoopbackPeer(to: daemon.listening[0]))
        try good.shakeHands()
        let ping = MeasuringPeer.bytes(of: .ping(nonce: 4_711))
        for flipped in FlippedBits(of: ping) {
            let peer = MeasuringPeer(try LoopbackPeer(to: daemon.listening[0]))
            try peer.shakeHands()
            try peer.send(flipped.bytes)
            // One that waits for more gets none.
            peer.socket.finishSending()
            #expect(try peer.rest() == [], "\(flipped)")
        }
        #expect(try good.messagesUntilPong() == [])
    }

    @Test("in the database keeps no daemon from starting, and it is said if it was found")
    func database() throws {
        let state = try StateDirectory()
        try state.store(Contents(peers: ["127.9.9.9:9"], bans: ["192.0.2.0/24"]))
        let sound = try state.databaseBytes()
        // Some in each page: headers, the schema, rows at the pages' ends.
        let pages = stride(from: 0, to: sound.count, by: 4_096)
        let places = pages.flatMap { [$0 + 3, $0 + 8, $0 + 4_050, $0 + 4_090] }
        for place in places {
            var flipped = sound
            flipped[place] ^= 4
            try state.empty()
            try state.write(flipped, to: "peerd.db")
            var daemon = try DaemonProcess("outbound.target = 0", arguments: state.arguments)
            let isSetAside = daemon.count("was set aside as \(state.database).damaged-") == 1
            let isRead = daemon.count("Restored ") + daemon.count("Ignoring ") > 0
            #expect(isSetAside != isRead, "byte \(place): \(daemon.lines)")
            try state.call("Ban", #"{"prefix":"198.51.100.0/24"}"#)
            daemon.signal(SIGTERM)
            #expect(try daemon.waitForEnd() == .exited(0))
            #expect(try state.contents().bans.contains { $0.prefix == "198.51.100.0/24" })
        }
    }
}
