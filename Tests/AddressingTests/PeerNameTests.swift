import Addressing
import Testing

@Suite("A peer's name")
struct PeerNameTests {
    static let label = String(repeating: "a", count: 63)
    /// Three labels of 63 and one of 61, with three dots: 253.
    static let longest = [label, label, label, String(label.dropLast(2))].joined(separator: ".")

    @Test(
        "is a host name as RFC 1123 has them, up to its limits",
        arguments: ["a", "a-b", "a--b", "9.a", "a.9b", label, longest]
    )
    func accepted(name: String) throws {
        #expect(try PeerName(name, port: 1).name == name)
    }

    @Test(
        "is nothing else",
        arguments: [
            "", ".", "a.", ".a", "a..b", "-a", "a-", "a.-b", "a-.b", "a b", "a_b", "é", "a/b",
            "a.9", "9", "onion", "a.onion", "a.ONION", "a\u{0}", "a\n", "[a]", label + "a",
            longest + "a",
        ]
    )
    func rejected(name: String) {
        #expect(throws: AddressError(name, .badName)) { try PeerName(name, port: 1) }
    }
}
