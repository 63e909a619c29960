import DecredWire
import Testing
import Timing

@Suite("A session's output")
struct SessionOutputTests {
    private let surroundings = SessionSurroundings(policy: SessionPolicy(network: .mainnet))

    /// An established inbound session that has said nothing yet in `output`.
    private func session(_ output: inout SessionOutput) -> PeerSession {
        var session = PeerSession(
            .inbound,
            to: nil,
            nonce: 1,
            at: TestSession.start,
            in: surroundings,
            &output
        )
        for message in [Message.version(.example()), .verack] {
            receive(message.frame(), in: &session, &output)
        }
        output.begin()
        return session
    }

    private func receive(
        _ bytes: [UInt8],
        in session: inout PeerSession,
        _ output: inout SessionOutput
    ) {
        session.receive(bytes.span.bytes, at: TestSession.start, in: surroundings, &output)
    }

    @Test("begins anew for each call, in the memory that it has")
    func reuse() {
        var output = SessionOutput()
        var session = session(&output)
        receive(Message.getaddr.frame(), in: &session, &output)
        receive(Message.ping(nonce: 1).frame(), in: &session, &output)
        #expect(output.facts == [.addressesAsked])
        #expect(output.bytes == Message.pong(nonce: 1).frame())
        let capacity = output.bytes.capacity
        output.begin()
        #expect(output.facts.isEmpty)
        #expect(output.bytes.isEmpty)
        #expect(output.bytes.capacity == capacity)
    }

    @Test("gives back room that one call in thousands needs")
    func excess() {
        var output = SessionOutput()
        var session = session(&output)
        let pings = (0..<3_000).flatMap { Message.ping(nonce: $0).frame() }
        receive(pings, in: &session, &output)
        #expect(output.bytes.count == 96_000)
        output.begin()
        #expect(output.bytes.capacity <= SessionOutput.keptBytes)

        for _ in 0..<100 {
            let address = Message.addrv2(AdvertisedAddress.examples(1)).frame()
            receive(address, in: &session, &output)
        }
        #expect(output.facts.count == 100)
        output.begin()
        #expect(output.facts.capacity <= SessionOutput.keptFacts)
    }

    @Test("can't be for a peer for which less than nothing waits: that traps")
    func negative() async {
        await #expect(processExitsWith: .failure) {
            var output = SessionOutput()
            output.begin(waiting: -1)
        }
    }
}
