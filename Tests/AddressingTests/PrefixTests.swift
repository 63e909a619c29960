import Addressing
import Testing

@Suite("A prefix")
struct PrefixTests {
    @Test(
        "is printed in one form, whatever form it was written in",
        arguments: [
            ("10.0.0.0/8", "10.0.0.0/8", 104),
            ("0.0.0.0/0", "0.0.0.0/0", 96),
            ("203.0.113.7/32", "203.0.113.7/32", 128),
            ("203.0.113.7", "203.0.113.7/32", 128),
            ("::ffff:10.0.0.0/104", "10.0.0.0/8", 104),
            ("::ffff:0:0/96", "0.0.0.0/0", 96),
            ("2001:DB8::/32", "2001:db8::/32", 32),
            ("::/0", "::/0", 0),
            ("::1/128", "::1/128", 128),
            ("::1", "::1/128", 128),
            ("8000::/1", "8000::/1", 1),
            ("fe80::%eth0/64", "fe80::%eth0/64", 64),
            ("fe80::1%eth0", "fe80::1%eth0/128", 128),
            ("fe80::%eth0/32", "fe80::%eth0/32", 32),
        ]
    )
    func roundTrip(written: String, printed: String, length: Int) throws {
        let prefix = try Prefix(parsing: written)
        #expect(prefix.description == printed)
        #expect(prefix.length == length)
        #expect(try Prefix(parsing: printed) == prefix)
    }

    @Test(
        "is nothing else, and the error says why",
        arguments: [
            ("", .empty),
            ("/8", .badAddress),
            ("10.0.0/8", .badAddress),
            ("peer.example.org/8", .badAddress),
            ("[::1]/128", .badAddress),
            ("10.0.0.0/33", .badPrefixLength(allowed: 0...32)),
            ("10.0.0.0/", .badPrefixLength(allowed: 0...32)),
            ("10.0.0.0/08", .badPrefixLength(allowed: 0...32)),
            ("10.0.0.0/-1", .badPrefixLength(allowed: 0...32)),
            ("10.0.0.0/8/8", .badPrefixLength(allowed: 0...32)),
            ("10.0.0.0/255.0.0.0", .badPrefixLength(allowed: 0...32)),
            ("::/129", .badPrefixLength(allowed: 0...128)),
            ("::ffff:0.0.0.0/95", .badPrefixLength(allowed: 96...128)),
            ("2001:db8::%eth0/32", .zone(.notLinkLocal)),
            ("10.0.0.0%eth0/8", .zone(.notLinkLocal)),
            ("fe80::/64%eth0", .badPrefixLength(allowed: 0...128)),
            ("fe80::%eth0/31", .badPrefixLength(allowed: 32...128)),
            ("fe80:1::/64", .zoneBits),
        ] as [(String, AddressError.Reason)]
    )
    func rejected(text: String, reason: AddressError.Reason) {
        #expect(throws: AddressError(text, reason)) { try Prefix(parsing: text) }
    }

    @Test(
        "has no bits behind its length, and the error names the network that was meant",
        arguments: [
            ("10.1.2.3/8", "10.0.0.0/8"), ("fe80::1%eth0/64", "fe80::%eth0/64"),
            ("203.0.113.7/31", "203.0.113.6/31"),
            ("2001:db8::1/32", "2001:db8::/32"), ("1::/0", "::/0"),
        ]
    )
    func hostBits(text: String, meant: String) throws {
        let network = try Prefix(parsing: meant)
        let error = try #require(throws: AddressError.self) { try Prefix(parsing: text) }
        #expect(error == AddressError(text, .hostBitsSet(network)))
        #expect(
            error.description
                == "'\(text)' has bits behind the prefix's length: expected the network, \(meant)"
        )
    }

    @Test(
        "contains its first and last address and not their neighbours",
        arguments: [
            ("10.0.0.0/8", ["10.0.0.0", "10.255.255.255"], ["9.255.255.255", "11.0.0.0"]),
            (
                "203.0.113.7/32", ["203.0.113.7", "::ffff:203.0.113.7"],
                ["203.0.113.6", "203.0.113.8"]
            ),
            ("::ffff:203.0.113.0/120", ["203.0.113.0", "203.0.113.255"], ["203.0.114.0"]),
            (
                "2001:db8::/32", ["2001:db8::", "2001:db8:ffff:ffff:ffff:ffff:ffff:ffff"],
                ["2001:db7:ffff::", "2001:db9::"]
            ),
            ("::1/128", ["::1"], ["::", "::2"]),
            // Each family's whole, and nothing of the other's.
            ("0.0.0.0/0", ["0.0.0.0", "255.255.255.255"], ["::", "::1", "ffff::"]),
            ("::/0", ["::", "::1", "ffff::"], ["0.0.0.0", "203.0.113.7"]),
            ("::/64", ["::", "::1"], ["203.0.113.7", "0:0:0:1::"]),
            // A range without a zone is one of every link.
            ("fe80::/10", ["fe80::1", "fe80::1%eth0", "fe80::1%eth1"], ["fec0::"]),
            ("fe80::/64", ["fe80::1", "fe80::1%eth0", "fe80::1%eth1"], ["fe80:0:0:1::1%eth0"]),
            ("fe80::1/128", ["fe80::1", "fe80::1%eth0"], ["fe80::2%eth0"]),
            ("fe80::%eth0/64", ["fe80::1%eth0"], ["fe80::1", "fe80::1%eth1"]),
            ("fe80::1%eth0/128", ["fe80::1%eth0"], ["fe80::1", "fe80::1%eth1", "fe80::2%eth0"]),
        ] as [(String, [String], [String])]
    )
    func contains(text: String, members: [String], others: [String]) throws {
        let prefix = try Prefix(parsing: text)
        for member in members {
            #expect(prefix.contains(try #require(IPAddress(member))), "\(member)")
        }
        for other in others {
            #expect(!prefix.contains(try #require(IPAddress(other))), "\(other)")
        }
    }

    @Test("masks the address that it is made of")
    func masks() {
        let prefix = Prefix(IPAddress(v4: 0xcb00_7107), length: 120)
        #expect(prefix.network == IPAddress(v4: 0xcb00_7100))
        #expect(prefix.description == "203.0.113.0/24")
    }

    @Test("is not made of an IPv4 address and a length that leaves IPv4: that traps")
    func leavesIPv4() async {
        await #expect(processExitsWith: .failure) {
            _ = Prefix(IPAddress(v4: 0), length: 95)
        }
    }

    @Test(
        "contains another one if it has all of its addresses",
        arguments: [
            ("10.0.0.0/8", "10.1.0.0/16", true), ("10.0.0.0/8", "10.0.0.0/8", true),
            ("10.1.0.0/16", "10.0.0.0/8", false), ("10.0.0.0/8", "11.0.0.0/16", false),
            ("::/0", "2001:db8::/32", true), ("::/0", "10.0.0.0/8", false),
            ("0.0.0.0/0", "10.0.0.0/8", true), ("0.0.0.0/0", "2001:db8::/32", false),
        ]
    )
    func containment(wide: String, narrow: String, contains: Bool) throws {
        #expect(try Prefix(parsing: wide).contains(Prefix(parsing: narrow)) == contains)
    }

    @Test(
        "of a tunnel has a range of IPv4 in it",
        arguments: [
            ("2002::/16", "0.0.0.0/0"), ("2002:cb00::/32", "203.0.0.0/16"),
            ("2002:cb00:7107::/48", "203.0.113.7/32"), ("2002:cb00:7107::1", "203.0.113.7/32"),
            ("2002::/15", nil), ("64:ff9b::/96", "0.0.0.0/0"), ("64:ff9b::/95", nil),
            ("64:ff9b::cb00:0/112", "203.0.0.0/16"), ("64:ff9b::cb00:7107", "203.0.113.7/32"),
            ("2001::/32", "0.0.0.0/0"), ("2001::/31", nil), ("2001:0:1:2::/64", "0.0.0.0/0"),
            ("2001::34ff:0/112", "203.0.0.0/16"), ("2001::34ff:8ef8", "203.0.113.7/32"),
            ("203.0.113.0/24", nil), ("2001:db8::/32", nil), ("::/0", nil),
        ] as [(String, String?)]
    )
    func embeddedIPv4(tunnel: String, inner: String?) throws {
        #expect(try Prefix(parsing: tunnel).embeddedIPv4 == inner.map { try Prefix(parsing: $0) })
    }
}
