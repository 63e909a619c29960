import DecredWire
import Testing
import Timing

/// Every message in every phase, for both sides and all protocol versions.
@Suite("A peer session, by phase and message")
struct PeerSessionTableTests {
    struct Sample: CustomTestStringConvertible, Sendable {
        let command: String
        let bytes: [UInt8]

        init(_ message: Message) {
            command = message.kind.command.description
            bytes = message.frame()
        }

        /// Of a command that is read past.
        init(unread command: String) {
            self.command = command
            bytes = frame(command, payload: [1, 2, 3])
        }

        var testDescription: String { command }
    }

    static let samples = [
        Sample(.version(.example())), Sample(.verack), Sample(.ping(nonce: 5)),
        Sample(.pong(nonce: 5)), Sample(.getaddr), Sample(.addr(AdvertisedAddress.examples(2))),
        Sample(.addrv2(AdvertisedAddress.examples(2))), Sample(.sendheaders),
        Sample(.feefilter(rate: 1)), Sample(unread: "inv"), Sample(unread: "whatever"),
    ]
    static let roles = [PeerSession.Role.inbound, .outbound, .manual]
    static let versions: [Int32] = [9, 10, 11, 12]

    /// What a session has said since it was last asked, short.
    private func said(_ session: TestSession) -> [String] {
        defer { session.forget() }
        let facts = session.facts.map { fact in
            switch fact {
            case .handshakeCompleted: "complete"
            case .roundTrip: "round trip"
            case .addresses(let addresses): "\(addresses.count) addresses"
            case .addressesAsked: "addresses asked"
            case .warned(_, let score): "warned at \(score)"
            case .banned: "banned"
            case .closed(let ending): "closed: \(ending)"
            }
        }
        return facts + session.sent.map { "sends \($0.kind.command)" }
    }

    @Test("wants a version first, and nothing else", arguments: samples, roles)
    func first(_ sample: Sample, role: PeerSession.Role) {
        let session = TestSession(role)
        #expect(said(session) == (role == .inbound ? [] : ["sends version"]))
        session.receive(sample.bytes)
        let expected: [String] =
            switch (sample.command, role) {
            case ("version", .inbound): ["sends version", "sends verack"]
            case ("version", _): ["sends verack"]
            default: ["closed: '\(sample.command)' out of order"]
            }
        #expect(said(session) == expected)
    }

    @Test("wants a verack then, and keeps up to two others of old peers", arguments: samples, roles)
    func second(_ sample: Sample, role: PeerSession.Role) {
        for version in Self.versions {
            let session = TestSession(role) { $0.wantsAddresses = false }
            session.receive(.version(.example(version)))
            session.forget()
            session.receive(sample.bytes)
            let expected: [String] =
                switch sample.command {
                case "version": ["closed: a second 'version'"]
                case "verack": ["complete"]
                default: version == 12 ? ["closed: '\(sample.command)' out of order"] : []
                }
            #expect(said(session) == expected, "at version \(version)")
        }
    }

    @Test("talks then", arguments: samples, roles)
    func established(_ sample: Sample, role: PeerSession.Role) {
        for version in Self.versions {
            let session = TestSession.established(role, version: version)
            session.receive(sample.bytes)
            let expected: [String] =
                switch sample.command {
                case "version": ["closed: a second 'version'"]
                case "verack": ["closed: 'verack' out of order"]
                case "ping": ["sends pong"]
                case "getaddr": role == .inbound ? ["addresses asked"] : []
                case "addr": [version < 12 ? "2 addresses" : "warned at 51"]
                case "addrv2": [version < 12 ? "warned at 51" : "2 addresses"]
                default: []
                }
            #expect(said(session) == expected, "at version \(version)")
        }
    }

    @Test("is deaf and dumb when it is closed", arguments: samples, roles)
    func closed(_ sample: Sample, role: PeerSession.Role) {
        let session = TestSession.established(role)
        session.receive(.verack)
        #expect(session.session.isClosed)
        session.forget()
        session.receive(sample.bytes)
        session.pass(.seconds(10_000))
        session.wake()
        session.give(AdvertisedAddress.examples(1))
        #expect(said(session) == [])
        #expect(session.deadline == .distantFuture)
    }

    @Test("says what of its peer is wrong in the same words, wherever the bytes are split")
    func oneByteAtATime() {
        for role in Self.roles {
            let session = TestSession(role) { $0.wantsAddresses = false }
            let messages: [Message] = [.version(.example()), .verack, .ping(nonce: 3), .getaddr]
            for byte in messages.flatMap({ $0.frame() }) { session.receive([byte]) }
            let asked = role == .inbound ? ["addresses asked"] : []
            let expected = ["sends version", "sends verack", "sends pong"]
            #expect(said(session) == ["complete"] + asked + expected)
        }
    }
}
