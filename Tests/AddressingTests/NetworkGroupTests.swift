import Addressing
import Testing

@Suite("A network group")
struct NetworkGroupTests {
    @Test(
        "is a prefix of the address, or of the IPv4 address in it",
        arguments: [
            ("203.0.113.7", "203.0.0.0/16"),
            ("203.0.255.255", "203.0.0.0/16"),
            ("203.1.0.0", "203.1.0.0/16"),
            ("::ffff:203.0.113.7", "203.0.0.0/16"),
            // Loopback and private ranges are like any other.
            ("127.1.0.1", "127.1.0.0/16"),
            ("127.2.0.1", "127.2.0.0/16"),
            ("10.0.0.1", "10.0.0.0/16"),
            ("192.168.1.1", "192.168.0.0/16"),
            ("::1", "::/32"),
            ("2001:db8:ffff::7", "2001:db8::/32"),
            ("2001:db9::7", "2001:db9::/32"),
            ("fe80::1", "fe80::/32"),
            // Hurricane Electric's tunnels are spread over 2001:470::/32.
            ("2001:470::1", "2001:470::/36"),
            ("2001:470:0fff::1", "2001:470::/36"),
            ("2001:470:1000::1", "2001:470:1000::/36"),
            ("2001:470:ffff::1", "2001:470:f000::/36"),
            ("2001:471:1000::1", "2001:471::/32"),
            // 6to4, Teredo, NAT64.
            ("2002:cb00:7107:1::1", "203.0.0.0/16"),
            ("2001:0:4136:e378:8000:63bf:3fff:fdd2", "192.0.0.0/16"),
            ("64:ff9b::203.0.113.7", "203.0.0.0/16"),
            ("64:ff9b:1::203.0.113.7", "64:ff9b::/32"),
        ]
    )
    func groups(address: String, group: String) throws {
        let ip = try #require(IPAddress(address))
        #expect(NetworkGroup(.ip(ip)).description == group)
        #expect(NetworkGroup(.ip(ip)) == NetworkGroup(ip))
    }

    @Test("of an onion service is the low 4 bits of its key's first byte")
    func onion() {
        for byte in UInt64(0)...255 {
            let key = OnionKey(a: byte << 56 | 0xff, b: 1, c: 2, d: 3)
            #expect(NetworkGroup(.onion(key)).description == "onion/\(byte & 15)")
        }
    }

    @Test("has its family in the top byte, so that families never share one")
    func families() throws {
        let key = OnionKey(a: 0, b: 0, c: 0, d: 0)
        #expect(NetworkGroup(IPAddress(v4: 0)).bits == 4 << 56)
        #expect(NetworkGroup(IPAddress(high: 0, low: 0)).bits == 6 << 56)
        #expect(NetworkGroup(.onion(key)).bits == 7 << 56)
    }

    @Test("is ordered by number")
    func order() {
        #expect(NetworkGroup(IPAddress(v4: 1 << 16)) < NetworkGroup(IPAddress(v4: 2 << 16)))
        #expect(NetworkGroup(IPAddress(v4: .max)) < NetworkGroup(IPAddress(high: 0, low: 0)))
    }
}
