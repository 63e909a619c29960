import Addressing
import Glibc
import Testing

/// Far more inbound peers than the running daemon wants.
@Suite("A flood of inbound peers")
struct AbuseFloodTests {
    @Test("from 10,000 sources at once takes little memory and disturbs no good peer")
    func storm() throws {
        let good = try Loopback.address(115)
        var daemon = try DaemonProcess(
            """
            outbound.target = 0
            limits.whitelist = ["\(Loopback.host(115))"]
            limits.whitelisted = 150
            [[listen]]
            address = "\(Loopback.host(114)):0"
            trusted-loopback = false
            """
        )
        let listener = daemon.listening[0]
        let peers = try (0..<150).map { _ in try LoopbackPeer(to: listener, from: good) }
        try daemon.waitForStatus(" 150 inbound")
        let before = try daemon.residentBytes()
        let program = try PeerdExecutable.path().dropLast("peerd".count) + "crowd"
        var crowd = try ChildProcess(
            String(program),
            ["\(Loopback.host(114))", "\(listener.port)", "10000", "40000"]
        )

        // Each says something and goodbye: the answer tells that the daemon has read both.
        var latencies: [Duration] = []
        var next = ContinuousClock.now + .milliseconds(200)
        for peer in peers[..<120] {
            _ = crowd.listen(until: next)
            next += .milliseconds(25)
            let start = ContinuousClock.now
            try peer.send(bytes: 1000)
            peer.finishSending()
            #expect(peer.ending() == .goodbye)
            latencies.append(ContinuousClock.now - start)
        }
        #expect(try crowd.waitForEnd() == .exited(0))
        latencies.sort()
        let growth = try daemon.peakResidentBytes() - before
        print("crowd: \(crowd.outputLines.first ?? "?")")
        print("memory grew by \(growth >> 10) KiB at most, from \(before >> 10) KiB")
        print("a good peer waits \(latencies[60]), at worst \(latencies[119])")
        #expect(growth < 16 << 20)
        // On a machine that is busy with other work too; by itself it is below a millisecond.
        #expect(latencies[60] < .milliseconds(100))
        #expect(latencies[119] < .seconds(2))
        #expect(peers[120...].areHeld)
        // The refusals are counted, and hardly one of them is logged.
        #expect(daemon.count("Dropped connection") < 10)
        let status = try daemon.status()
        #expect(daemon.count("<4>") == 0, "\(status)")
    }

    @Test("is dropped by the chance that the formula says, and up to the threshold not at all")
    func curve() throws {
        let threshold = 300
        let daemon = try DaemonProcess(
            """
            outbound.target = 0
            limits.connections = 4000
            inbound.flood-threshold = \(threshold)
            [[listen]]
            address = "\(Loopback.host(116)):0"
            trusted-loopback = false
            connections = 4000
            rate = 10000
            burst = 10000
            """
        )
        let start = ContinuousClock.now
        // One after the other, so that each one's number is what the daemon counts.
        let dropped = try (0..<2400).map { _ in
            let peer = try LoopbackPeer(to: daemon.listening[0])
            // Who is let in gets the answer to its goodbye, and whoever is dropped a reset.
            peer.finishSending()
            return peer.ending() == .reset
        }
        // Otherwise the first ones would have left the window.
        try #require(ContinuousClock.now - start < .seconds(59))

        #expect(!dropped[..<threshold].contains(true))
        for block in stride(from: threshold, to: dropped.count, by: 300) {
            let attempts = block..<block + 300
            let chances = attempts.map { Self.chance(attempt: $0 + 1, threshold: threshold) }
            let expected = chances.reduce(0, +)
            let deviation = chances.reduce(0) { $0 + $1 * (1 - $1) }.squareRoot()
            let count = dropped[attempts].count { $0 }
            print("attempts \(attempts): \(count) dropped of expected \(expected)")
            // Once in a million runs it is more by chance.
            #expect(abs(Double(count) - expected) < 5 * deviation, "\(attempts)")
        }
    }

    /// Written from the description, not from the code: a parabola over its own asymptote, from
    /// 20 % just above the threshold to 85 % at four times as many.
    private static func chance(attempt: Int, threshold: Int) -> Double {
        let x = min(Double(attempt - threshold) / Double(3 * threshold), 1)
        return 0.2 + 1.1 * 0.65 * x * x / (0.1 + x * x)
    }
}
