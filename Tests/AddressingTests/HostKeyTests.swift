import Addressing
import Testing

@Suite("A host's key")
struct HostKeyTests {
    @Test(
        "is the same for addresses of one host",
        arguments: [
            ("203.0.113.7", "::ffff:203.0.113.7"),
            ("2001:db8:1:2::1", "2001:db8:1:2:ffff:ffff:ffff:ffff"),
            ("2002:cb00:7107:1::1", "203.0.113.7"),
            ("2001:0:4136:e378:8000:63bf:3fff:fdd2", "192.0.2.45"),
            ("64:ff9b::203.0.113.7", "203.0.113.7"),
        ]
    )
    func same(one: String, other: String) throws {
        #expect(try key(one) == key(other))
    }

    @Test(
        "differs between hosts",
        arguments: [
            ("203.0.113.7", "203.0.113.8"),
            ("2001:db8:1:2::1", "2001:db8:1:3::1"),
            ("0.0.0.0", "::1"),
            ("203.0.113.7", "::203.0.113.7"),
            ("64:ff9b::1.2.3.4", "64:ff9b::1.2.3.5"),
            ("64:ff9b::1.2.3.4", "64:ff9b:1::1.2.3.4"),
        ]
    )
    func different(one: String, other: String) throws {
        #expect(try key(one) != key(other))
    }

    @Test("lies where no other family's key can be")
    func families() throws {
        // All of 0000::/8 is reserved; what is in use of it is far from where IPv4 lies.
        #expect(try key("0.0.0.0").bits == 0x00ff_ffff_0000_0000)
        #expect(try key("255.255.255.255").bits == 0x00ff_ffff_ffff_ffff)
        #expect(try key("64:ff9b:1::").bits == 0x0064_ff9b_0001_0000)
        #expect(try key("100::").bits == 0x0100_0000_0000_0000)
        let onion = OnionKey(a: 0x0123_4567_89ab_cdef, b: 1, c: 2, d: 3)
        #expect(HostKey(.onion(onion)).bits == 0xff01_2345_6789_abcd)
    }

    @Test("is ordered by number")
    func order() throws {
        #expect(try key("::1") < key("0.0.0.0"))
        #expect(try key("9.0.0.0") < key("10.0.0.0"))
        #expect(try key("10.0.0.0") < key("2001:db8::"))
    }

    private func key(_ text: String) throws -> HostKey {
        HostKey(.ip(try #require(IPAddress(text))))
    }
}
