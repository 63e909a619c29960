import DecredWire
import Testing

@Suite("Commands and networks")
struct MessageKindTests {
    static let names = [
        "version", "verack", "ping", "pong", "getaddr", "addr", "addrv2", "sendheaders",
        "feefilter",
    ]

    @Test("each message has the name that dcrd gives it")
    func commandNames() {
        #expect(MessageKind.allCases.map { "\($0.command)" } == Self.names)
    }

    @Test("each command is recognised by its name", arguments: MessageKind.allCases)
    func recognised(kind: MessageKind) {
        #expect(MessageKind(kind.command) == kind)
    }

    @Test("no payload is longer than dcrd allows")
    func payloadLengths() {
        #expect(
            MessageKind.allCases.map(\.mostPayloadBytes) == [358, 0, 8, 8, 0, 30_003, 51_003, 0, 8]
        )
    }

    /// Source: dcrd `wire/protocol.go` and `chaincfg`.
    @Test(
        "networks have dcrd's magic numbers and ports",
        arguments: [
            (WireNetwork.mainnet, 0xd9b4_00f9, 9_108),
            (.testnet, 0xb194_aa75, 19_108),
            (.simnet, 0x1214_1c16, 18_555),
            (.regnet, 0xdab5_00fa, 18_655),
        ] as [(WireNetwork, UInt32, UInt16)]
    )
    func networks(network: WireNetwork, magic: UInt32, port: UInt16) {
        #expect(network.magic == magic)
        #expect(network.defaultPort == port)
    }
}
