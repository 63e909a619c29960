import Addressing
import Testing

@Suite("A peer's name")
struct PeerNameTests {
    static let label = String(repeating: "a", count: 63)
    /// Three labels of 63 and one of 61, with three dots: 253.
    static let longest = [label, label, label, String(label.dropLast(2))].joined(separator: ".")

    @Test(
        "is what resolvers and /etc/hosts take, up to its limits",
        arguments: [
            "a", "a-b", "a--b", "9.a", "a.9b", label, longest, "my_node_1", "_tcp.a", "a_", "web.1",
            "a.0x1", "1.2.3.4.example", "a-", "a.-b", "a-.b", "0xg", "3com", "onions", "onion.a",
            "xonion",
        ]
    )
    func accepted(name: String) throws {
        #expect(try PeerName(name, port: 1).name == name)
    }

    @Test(
        "is nothing else",
        arguments: [
            "", ".", "..", ".a", "a..b", "a..", "-a", "-", "a b", "a/b", "9", "9.8", "9.", "0x9",
            "0x", "onion", "a.onion", "a.ONION", "a.onion.", "a\u{0}", "a\n", "[a]", "a%b", "a@b",
            label + "a", longest + "a", longest + "a.",
        ]
    )
    func rejected(name: String) {
        #expect(throws: AddressError(name, .badName)) { try PeerName(name, port: 1) }
    }

    @Test("has no letters that DNS doesn't have", arguments: ["é", "a.bücher.example", "münchen."])
    func foreign(name: String) {
        #expect(throws: AddressError(name, .notASCII)) { try PeerName(name, port: 1) }
    }

    @Test("is the same peer with a dot at the end, which the resolver is asked with")
    func absolute() throws {
        let (plain, dotted) = (
            try PeerName("A.example", port: 1), try PeerName("a.Example.", port: 1)
        )
        #expect(plain == dotted && Set([plain, dotted]).count == 1)
        #expect(plain.name == "a.example" && dotted.name == plain.name)
        #expect(plain.question == "a.example" && dotted.question == "a.example.")
        #expect("\(plain)" == "a.example:1" && "\(dotted)" == "a.example.:1")
        #expect(try PeerName("a.example.", port: 2) != dotted)
        #expect(try PeerName(Self.longest + ".", port: 1).question == Self.longest + ".")
    }
}
