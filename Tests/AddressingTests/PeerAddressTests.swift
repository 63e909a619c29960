import Addressing
import Testing

@Suite("A peer's address")
struct PeerAddressTests {
    static let onion = "2gzyxa5ihm7nsggfxnu52rck2vv4rvmdlkiu3zzui5du4xyclen53wid.onion"

    @Test(
        "is printed in one form, whatever form it was written in",
        arguments: [
            ("203.0.113.7:9108", "203.0.113.7:9108"),
            ("0.0.0.0:0", "0.0.0.0:0"),
            ("[2001:DB8:0::7]:65535", "[2001:db8::7]:65535"),
            ("[::]:1", "[::]:1"),
            ("[::ffff:203.0.113.7]:9108", "203.0.113.7:9108"),
            ("\(onion):9108", "\(onion):9108"),
            ("\(onion.uppercased()):9108", "\(onion):9108"),
        ]
    )
    func roundTrip(written: String, printed: String) throws {
        let address = try PeerAddress(parsing: written)
        #expect(address.description == printed)
        #expect(PeerAddress(printed) == address)
    }

    @Test(
        "may be reached from anywhere or not, whatever the port",
        arguments: [
            ("11.0.0.1:1", true), ("[2a00::1]:9108", true), ("\(onion):9108", true),
            ("10.0.0.1:9108", false), ("[::1]:9108", false), ("[::ffff:127.0.0.1]:9108", false),
        ]
    )
    func routable(text: String, isRoutable: Bool) throws {
        #expect(try PeerAddress(parsing: text).isRoutable == isRoutable)
    }

    @Test(
        "is not read from anything else, and the error says why",
        arguments: [
            ("", .empty),
            ("203.0.113.7", .missingPort),
            ("[::1]", .missingPort),
            ("::1", .missingPort),
            (onion, .missingPort),
            ("2001:db8::7:9108", .missingPort),
            ("203.0.113.7:", .badPort),
            ("203.0.113.7:65536", .badPort),
            ("203.0.113.7:-1", .badPort),
            ("203.0.113.7:+1", .badPort),
            ("203.0.113.7:09108", .badPort),
            ("203.0.113.7:9108 ", .badPort),
            ("203.0.113.7:http", .badPort),
            ("203.0.113.7:99999999999999999999", .badPort),
            ("[::1]:", .badPort),
            (":9108", .badAddress),
            ("203.0.113:9108", .number(IPAddress(v4: 0xcb00_0071))),
            ("203.0.113.256:9108", .badAddress),
            ("[203.0.113.7]:9108", .badAddress),
            ("[::1:9108", .badAddress),
            ("[::1]9108", .badAddress),
            ("[]:9108", .badAddress),
            ("1:2:3", .badAddress),
            ("peer.example.org:9108", .badAddress),
            ("[2001:db8::1%eth0]:9108", .zone(.notLinkLocal)),
            ("169.254.1.1%eth0:9108", .zone(.notLinkLocal)),
            ("[febf::1%eth0]:9108", .zone(.notLinkLocal)),
            ("[fe80::1%2]:9108", .zone(.number)),
            ("[fe80::1%]:9108", .zone(.badName)),
            ("fe80::1%eth0:9108", .zone(.badName)),
            ("fe80::1%eth0", .missingPort),
            ("[fe80:1::1]:9108", .zoneBits),
            ("[fe80:1::1%eth0]:9108", .zoneBits),
            ("abc.onion:9108", .badOnion),
        ] as [(String, AddressError.Reason)]
    )
    func rejected(text: String, reason: AddressError.Reason) {
        #expect(throws: AddressError(text, reason)) { try PeerAddress(parsing: text) }
        #expect(PeerAddress(text) == nil)
    }

    @Test("knows its IP address if it has one")
    func ip() throws {
        let ip = IPAddress(v4: 0xcb00_7107)
        #expect(PeerAddress(ip, port: 1).ip == ip)
        #expect(try PeerAddress(parsing: "\(Self.onion):1").ip == nil)
    }

    @Test("is another with another port")
    func equality() {
        let ip = IPAddress(v4: 0xcb00_7107)
        #expect(PeerAddress(ip, port: 1) != PeerAddress(ip, port: 2))
        #expect(PeerAddress(ip, port: 1) == PeerAddress(host: .ip(ip), port: 1))
    }

    @Test("takes 36 bytes")
    func size() {
        #expect(MemoryLayout<PeerAddress>.size == 36)
    }
}
