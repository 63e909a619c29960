import DecredWire
import Testing
import Timing

@testable import Engine

@Suite("The sessions' deadlines")
struct DecredSessionsTests {
    @Test("follow another policy at once, nearer ones too")
    func adopts() {
        var policy = SessionPolicy(network: .regnet)
        policy.pingInterval = .seconds(3600)
        policy.idleTimeout = .seconds(7200)
        let start = Moment(instant: Instant(nanoseconds: 0), wall: WallTime(microseconds: 0))
        var table = DecredSessions(policy: policy)
        var output = SessionOutput()
        table.begin(.manual, slot: 3, remote: nil, nonce: 1, at: start, &output)
        table.establish(slot: 3, at: start, &output)
        #expect(table.deadline == start.instant + policy.pingInterval)

        policy.pingInterval = .seconds(10)
        table.adopt(policy)
        #expect(table.deadline == start.instant + policy.pingInterval)
        let due = Moment(instant: start.instant + policy.pingInterval, wall: start.wall)
        guard case .session(slot: 3) = table.nextDue(at: due, nonce: 2, &output) else {
            Issue.record("nothing is due")
            return
        }
        #expect(output.bytes.count == 32)
        #expect(table.deadline == due.instant + policy.pingInterval)
    }
}

extension DecredSessions {
    /// Lets the peer of a slot say what completes the handshake.
    fileprivate mutating func establish(slot: Int, at now: Moment, _ output: inout SessionOutput) {
        let version = VersionMessage(
            protocolVersion: SessionPolicy.latestVersion,
            services: 0,
            unixSeconds: 0,
            receiver: .none,
            nonce: 7,
            userAgent: "/other/",
            relaysTransactions: false
        )
        var bytes: [UInt8] = []
        Message.version(version).append(to: &bytes, on: .regnet)
        Message.verack.append(to: &bytes, on: .regnet)
        receive(bytes.span.bytes, slot: slot, at: now, &output)
        for case .handshakeCompleted(let peer) in output.facts { noteCompleted(slot, with: peer) }
    }
}
