import Addressing
import Control
import DecredWire
import Facts
import Glibc
import Testing

@Suite("The bytes of a connection")
struct ConservationTests {
    @Test("are told as its peer has measured them, however slow it was, and the daemon then rests")
    func backPressure() throws {
        let daemon = try DaemonProcess(
            """
            network = "regnet"
            outbound.target = 0
            [[listen]]
            address = "\(Loopback.host(123)):0"
            trusted-loopback = true
            """,
            withControl: true
        )
        let client = try daemon.connectControl()
        let peer = MeasuringPeer(try LoopbackPeer(to: daemon.listening[0], isNarrow: true))
        try peer.shakeHands()
        try peer.expect(peer.overload(daemon))
        // Behind what waited.
        try peer.send(.ping(nonce: 5))
        try peer.expectPong(5)
        let row = try daemon.listed(bytesIn: peer.sentBytes)
        #expect(row.bytesOut == UInt64(peer.receivedBytes))
        try daemon.waitForRest()

        // Half a frame counts as well.
        try peer.send([UInt8](MeasuringPeer.bytes(of: .ping(nonce: 0)).prefix(30)))
        peer.socket.finishSending()
        #expect(peer.socket.ending() == .goodbye)
        try daemon.waitForConnections { $0.isEmpty }
        let ended = try #require(client.askAll(Peers.History()).flatMap(\.connections).first)
        #expect(ended.bytesIn == UInt64(peer.sentBytes))
        #expect(ended.bytesOut == UInt64(peer.receivedBytes))
        let totals = try client.ask(Peers.Status()).status.totals
        #expect(totals.bytesIn == UInt64(peer.sentBytes))
        #expect(totals.bytesOut == UInt64(peer.receivedBytes))
    }

    @Test("are told of a raw network too, where they are thrown away")
    func raw() throws {
        let daemon = try DaemonProcess(
            """
            outbound.target = 0
            [[listen]]
            address = "\(Loopback.host(124)):0"
            """,
            withControl: true
        )
        let client = try daemon.connectControl()
        let sent = [3_000_000, 5]
        for count in sent {
            let peer = try LoopbackPeer(to: daemon.listening[0])
            try peer.send(bytes: count)
            let row = try daemon.listed(bytesIn: count)
            #expect(row.bytesOut == 0)
            peer.close()
            try daemon.waitForConnections { $0.isEmpty }
        }
        let ended = try client.askAll(Peers.History()).flatMap(\.connections)
        #expect(ended.map(\.bytesIn) == sent.reversed().map(UInt64.init))
        #expect(ended.map(\.bytesOut) == [0, 0])
        #expect(try client.ask(Peers.Status()).status.totals.bytesIn == UInt64(3_000_005))
    }

    @Test(
        "are in the journal as each of several peers has measured them, and together the totals",
        .enabled(if: JournalReceiver.isAllowed, "only root may stand in the journal's place")
    )
    func journal() throws {
        let journal = try JournalReceiver()
        let daemon = try DaemonProcess(
            """
            network = "regnet"
            gossip = "always"
            outbound.target = 0
            log.level = "debug"
            [[listen]]
            address = "\(Loopback.host(52)):0"
            trusted-loopback = true
            """,
            withControl: true,
            journal: journal
        )
        let client = try daemon.connectControl()
        let slow = MeasuringPeer(try LoopbackPeer(to: daemon.listening[0], isNarrow: true))
        try slow.shakeHands()
        try slow.expect(slow.overload(daemon))
        let gossip = [1, 99, 200]
        var peers: [MeasuringPeer] = []
        for count in gossip {
            let peer = MeasuringPeer(try LoopbackPeer(to: daemon.listening[0]))
            try peer.shakeHands()
            try peer.send(.addrv2(Self.addresses(count)))
            try peer.send(.ping(nonce: 5))
            try peer.expectPong(5)
            peers.append(peer)
            journal.keepUp()
        }
        let all = peers + [slow]
        let names = try all.map { "\(try $0.socket.address())" }
        let rows = try daemon.connections()
        for (peer, name) in zip(all, names) {
            let row = rows.first { $0.remote == name }
            #expect(row?.bytesIn == UInt64(peer.sentBytes))
            #expect(row?.bytesOut == UInt64(peer.receivedBytes))
            peer.socket.finishSending()
            #expect(peer.socket.ending() == .goodbye)
        }
        for (peer, name) in zip(all, names) {
            let entry = try journal.wait(for: "disconnected", ["PEERD_PEER": name])
            #expect(entry["PEERD_BYTES_IN"] == "\(peer.sentBytes)")
            #expect(entry["PEERD_BYTES_OUT"] == "\(peer.receivedBytes)")
        }
        for (name, count) in zip(names, gossip) {
            let entry = try journal.wait(for: "addresses-learned", ["PEERD_PEER": name])
            #expect(entry["PEERD_COUNT"] == "\(count)")
        }
        let ended = try client.askAll(Peers.History()).flatMap(\.connections)
        #expect(ended.count == all.count)
        let status = try client.ask(Peers.Status()).status
        #expect(status.totals.bytesIn == ended.compactMap(\.bytesIn).reduce(0, +))
        #expect(status.totals.bytesIn == all.reduce(0) { $0 + UInt64($1.sentBytes) })
        #expect(status.totals.bytesOut == ended.compactMap(\.bytesOut).reduce(0, +))
        #expect(status.totals.bytesOut == all.reduce(0) { $0 + UInt64($1.receivedBytes) })
        #expect(status.addressesLearned == UInt64(gossip.reduce(0, +)))
    }

    private static func addresses(_ count: Int) -> [AdvertisedAddress] {
        (0..<count).map { number in
            AdvertisedAddress(
                address: PeerAddress(IPAddress(v4: 0x2d00_0000 + UInt32(number)), port: 18_655),
                services: 1,
                lastSeenSeconds: 1_790_000_000
            )
        }
    }
}

@Suite("The round trip of a connection")
struct RoundTripTests {
    @Test("is told as its peer has measured it, however long the ping has waited to be sent")
    func backPressure() throws {
        let daemon = try DaemonProcess(
            """
            network = "regnet"
            outbound.target = 0
            protocol.ping-interval = "2s"
            protocol.idle-timeout = "1h"
            [[listen]]
            address = "\(Loopback.host(53)):0"
            trusted-loopback = true
            """,
            withControl: true
        )
        let peer = MeasuringPeer(try LoopbackPeer(to: daemon.listening[0], isNarrow: true))
        try peer.shakeHands()
        // A ping will have waited behind what isn't read for longer than it takes to read it.
        let end = ContinuousClock.now + .seconds(3.5)
        _ = try peer.overload(daemon)
        _ = poll(nil, 0, Poll.milliseconds(until: end))
        let start = ContinuousClock.now
        var (row, held) = (try daemon.listed(bytesIn: peer.sentBytes), Duration.zero)
        // Or several, of which only the last one's answer counts.
        while row.roundTripUSec == nil {
            let nonce = try peer.expectPing()
            let received = ContinuousClock.now
            _ = poll(nil, 0, 100)
            held = ContinuousClock.now - received
            try peer.send(.pong(nonce: nonce))
            row = try daemon.listed(bytesIn: peer.sentBytes)
        }
        let longest = ContinuousClock.now - start
        let roundTrip = Duration.microseconds(try #require(row.roundTripUSec))
        #expect(row.lastRoundTripUSec == row.roundTripUSec)
        #expect((held...longest).contains(roundTrip), "\(roundTrip), not in \(held...longest)")
    }
}
