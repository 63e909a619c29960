import DecredWire
import Testing

@Suite("A session that is asked for the initial state")
struct PeerSessionStateTests {
    /// As dcrd asks: for treasury spends, blocks and votes.
    private static let question = checkedFrame(
        "getinitstate",
        payload: [3]
            + ["tspends", "headblocks", "headblockvotes"].flatMap { (text: String) -> [UInt8] in
                [UInt8(text.utf8.count)] + Array(text.utf8)
            }
    )

    @Test("answers that there is nothing, byte by byte")
    func answer() {
        let session = TestSession.established(.inbound)
        session.receive(Self.question)
        #expect(session.takeBytes() == checkedFrame("initstate", payload: [0, 0, 0]))
        #expect(session.initialStates == 1)
        #expect(session.facts.isEmpty)
    }

    @Test("answers once, on whatever connection and in whatever version")
    func once() {
        for version in PeerSessionTableTests.versions {
            for role in [PeerSession.Role.inbound, .outbound, .manual] {
                let session = TestSession.established(role, version: version)
                for _ in 0..<3 { session.receive(Self.question) }
                #expect(session.initialStates == 1)
                #expect(!session.session.isClosed)
            }
        }
    }

    @Test("answers an old peer that asks too early when the handshake is complete")
    func early() {
        let session = TestSession(.inbound)
        session.receive(.version(.example(11)))
        session.receive(Self.question)
        #expect(session.initialStates == 0)
        session.receive(.verack)
        #expect(session.initialStates == 1)
    }

    @Test("is closed for a queue that is full, as with any other answer")
    func fullQueue() {
        let session = TestSession.established(.inbound)
        session.waiting = session.surroundings.policy.mostQueuedBytes
        session.receive(Self.question)
        #expect(session.ending == .queueFull(bytes: session.waiting + 27))
    }

    @Test("says nothing about anything else that is read past")
    func others() {
        let session = TestSession.established(.inbound)
        for command in ["getheaders", "getdata", "getinitstat", "getinitstatf", "initstate"] {
            session.receive(checkedFrame(command, payload: [0]))
        }
        #expect(session.takeBytes().isEmpty)
        #expect(!session.session.isClosed)
    }
}
