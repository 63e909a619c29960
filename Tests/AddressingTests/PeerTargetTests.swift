import Addressing
import Testing

@Suite("A peer's target")
struct PeerTargetTests {
    static let onion = "2gzyxa5ihm7nsggfxnu52rck2vv4rvmdlkiu3zzui5du4xyclen53wid.onion"

    @Test(
        "is an address where it looks like one",
        arguments: [
            ("203.0.113.7:1", "203.0.113.7:1"),
            ("203.0.113.7", "203.0.113.7:9108"),
            ("[2001:db8::7]:1", "[2001:db8::7]:1"),
            ("[2001:db8::7]", "[2001:db8::7]:9108"),
            // In a bare IPv6 address the last group is never a port.
            ("2001:db8::7:1", "[2001:db8::7:1]:9108"),
            ("::ffff:203.0.113.7", "203.0.113.7:9108"),
            (onion, "\(onion):9108"),
            ("\(onion):1", "\(onion):1"),
        ]
    )
    func addresses(written: String, printed: String) throws {
        let target = try PeerTarget(parsing: written, defaultPort: 9108)
        let address = try PeerAddress(parsing: printed)
        #expect(target == .address(address))
        #expect(target.port == address.port)
        #expect(target.description == printed)
    }

    @Test(
        "is a name otherwise, in lower case",
        arguments: [
            ("peer.example.org:1", "peer.example.org", 1),
            ("Peer.Example.ORG", "peer.example.org", 9108),
            ("localhost", "localhost", 9108),
            ("xn--bcher-kva.example", "xn--bcher-kva.example", 9108),
            ("1.2.3.4.example:65535", "1.2.3.4.example", 65_535),
            ("3com", "3com", 9108),
            ("web.1:7", "web.1", 7),
            ("my_node_1", "my_node_1", 9108),
            ("0xbeef.example", "0xbeef.example", 9108),
            ("1.2.3.0xg", "1.2.3.0xg", 9108),
        ] as [(String, String, UInt16)]
    )
    func names(written: String, name: String, port: UInt16) throws {
        let target = try PeerTarget(parsing: written, defaultPort: 9108)
        #expect(target == .name(try PeerName(name, port: port)))
        #expect(target.port == port)
        #expect(target.description == "\(name):\(port)")
    }

    @Test("keeps the dot at the end of a name", arguments: ["a.example.:1", "web.:9"])
    func absolute(text: String) throws {
        let target = try PeerTarget(parsing: text, defaultPort: nil)
        #expect(target.description == text)
        #expect(
            try target == PeerTarget(parsing: text.replacing(".:", with: ":"), defaultPort: nil)
        )
    }

    @Test(
        "is no number that inet_aton(3) takes, and the error says which address that would be",
        arguments: [
            ("0x7f000001", "127.0.0.1"), ("127.0.0.0x1", "127.0.0.1"), ("0X7F.0x1", "127.0.0.1"),
            ("127.1", "127.0.0.1"), ("0177.0.0.1", "127.0.0.1"), ("2130706433", "127.0.0.1"),
            ("017700000001", "127.0.0.1"), ("10.0x10203", "10.1.2.3"), ("203.0.113", "203.0.0.113"),
            ("203.0.113.07", "203.0.113.7"), ("0xffffffff", "255.255.255.255"), ("0", "0.0.0.0"),
        ]
    )
    func numbers(text: String, address: String) throws {
        let ip = try #require(IPAddress(address))
        for text in [text, text + ":9"] {
            let error = #expect(throws: AddressError(text, .number(ip))) {
                try PeerTarget(parsing: text, defaultPort: 9108)
            }
            #expect(error?.description.contains(address) == true)
        }
    }

    @Test(
        "is nothing else, and the error says why",
        arguments: [
            ("", .empty),
            ("203.0.113.7:0", .badPort),
            ("peer.example.org:0", .badPort),
            ("peer.example.org:", .badPort),
            ("203.0.113.256", .badAddress),
            ("1.2.3.4.5", .badAddress),
            ("4294967296", .badAddress),
            ("0x100000000", .badAddress),
            ("0x", .badAddress),
            ("08.1", .badAddress),
            ("1.256", .number(IPAddress(v4: 0x0100_0100))),
            ("256.1", .badAddress),
            ("127.1.", .badAddress),
            (":1", .badAddress),
            ("[::1]x", .badAddress),
            ("::1%lo", .zone(.notLinkLocal)),
            ("127.0.0.1%lo", .zone(.notLinkLocal)),
            ("peer.example%eth0", .badName),
            ("fe80::1%2", .zone(.number)),
            ("fe80::1%eth0/", .zone(.badName)),
            ("peer.onion", .badOnion),
            ("peer example", .badName),
            ("-peer.example", .badName),
            ("bücher.example", .notASCII),
            ("bücher.onion", .notASCII),
            ("[::1\u{301}]:1", .notASCII),
            ("203.0.113.7:1\u{327}", .notASCII),
            ("peer.onion.", .badOnion),
            ("127.0.0.1 ", .badName),
            ("http://peer.example", .badPort),
            ("peer.example..", .badName),
            ("203.0.113.7.", .badAddress),
        ] as [(String, AddressError.Reason)]
    )
    func rejected(text: String, reason: AddressError.Reason) {
        #expect(throws: AddressError(text, reason)) {
            try PeerTarget(parsing: text, defaultPort: 9108)
        }
    }

    /// Comparing one by characters takes the square of the marks in a row.
    @Test("that is too long isn't looked into, and its error has the beginning")
    func tooLong() {
        let longest = String(repeating: "a", count: AddressError.longestText)
        #expect(throws: AddressError(longest, .badName)) {
            try PeerTarget(parsing: longest, defaultPort: 1)
        }
        let marks = String(repeating: "\u{301}\u{327}", count: 100_000)
        for text in [longest + "a", "a" + marks, "[" + marks] {
            let beginning = String(decoding: text.utf8.prefix(64), as: UTF8.self)
            #expect(throws: AddressError(beginning, .tooLong)) {
                try PeerTarget(parsing: text, defaultPort: 1)
            }
            #expect(throws: AddressError(beginning, .tooLong)) {
                try PeerAddress(parsing: text)
            }
            #expect(throws: AddressError(beginning, .tooLong)) { try Prefix(parsing: text) }
        }
    }

    @Test(
        "needs a port where there is no default",
        arguments: ["203.0.113.7", "[::1]", "::1", "peer.example.org"]
    )
    func missingPort(text: String) {
        #expect(throws: AddressError(text, .missingPort)) {
            try PeerTarget(parsing: text, defaultPort: nil)
        }
    }

    @Test("has errors that name the text and what is expected")
    func errorText() {
        #expect(
            AddressError("peer", .missingPort).description
                == "'peer' has no port: expected one behind a colon, as in 203.0.113.7:9108, "
                + "[2001:db8::7]:9108 or peer.example.org:9108"
        )
        #expect(
            AddressError("1.2.3.4:0", .badPort).description
                == "'1.2.3.4:0' has no valid port: expected a number from 1 to 65535"
        )
    }

    @Test("has no default port 0: giving one traps")
    func defaultPortZero() async {
        await #expect(processExitsWith: .failure) {
            _ = try PeerTarget(parsing: "localhost", defaultPort: 0)
        }
    }
}
