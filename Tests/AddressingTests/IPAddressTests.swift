import Addressing
import Testing

@Suite("An IP address")
struct IPAddressTests {
    @Test(
        "is printed in its canonical form, whatever form it was written in (RFC 5952)",
        arguments: [
            ("0.0.0.0", "0.0.0.0"),
            ("203.0.113.7", "203.0.113.7"),
            ("255.255.255.255", "255.255.255.255"),
            ("::", "::"),
            ("0:0:0:0:0:0:0:0", "::"),
            ("::1", "::1"),
            ("1::", "1::"),
            ("0:0:0:0:0:0:0:1", "::1"),
            ("2001:DB8::0007", "2001:db8::7"),
            ("2001:0db8:0000:0000:0000:0000:0000:0007", "2001:db8::7"),
            // One zero group is not shortened, though it may be written so.
            ("2001:db8::1:1:1:1:1", "2001:db8:0:1:1:1:1:1"),
            ("1:2:3:4:5:6:7::", "1:2:3:4:5:6:7:0"),
            ("::2:3:4:5:6:7:8", "0:2:3:4:5:6:7:8"),
            // The longest run, and of equally long ones the first.
            ("2001:0:0:1:0:0:0:1", "2001:0:0:1::1"),
            ("2001:db8:0:0:1:0:0:1", "2001:db8::1:0:0:1"),
            ("0:0:1:0:0:0:0:0", "0:0:1::"),
            ("1:0:0:2:3:0:0:0", "1:0:0:2:3::"),
            ("ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff"),
            // An IPv4-mapped address is the IPv4 address.
            ("::ffff:203.0.113.7", "203.0.113.7"),
            ("::FFFF:cb00:7107", "203.0.113.7"),
            ("0:0:0:0:0:ffff:203.0.113.7", "203.0.113.7"),
            // Other IPv6 addresses with an IPv4 address in them are not.
            ("64:ff9b::203.0.113.7", "64:ff9b::cb00:7107"),
            ("::203.0.113.7", "::cb00:7107"),
            ("1:2:3:4:5:6:1.2.3.4", "1:2:3:4:5:6:102:304"),
            ("FE80:0::0001%eth0", "fe80::1%eth0"),
            ("fe80::%Eth-0.1", "fe80::%Eth-0.1"),
        ]
    )
    func canonicalForm(written: String, printed: String) throws {
        let address = try #require(IPAddress(written))
        #expect(address.description == printed)
        #expect(IPAddress(printed) == address)
    }

    @Test(
        "is not read from anything else",
        arguments: [
            "", " ", "x", "localhost", "1.2.3.4 ", " 1.2.3.4", "+1.2.3.4", "1.2.3.4\n",
            // IPv4: four decimal numbers, no zeros in front, none above 255.
            "1", "1.2.3", "1.2.3.4.5", "1.2.3.", ".1.2.3", "1..2.3", "1.2.3.256", "1.2.3.-1",
            "01.2.3.4", "1.2.3.04", "1.2.3.00", "0x7f.0.0.1", "1.2.3.4294967296", "1,2,3,4",
            "1.2.3.99999999999999999999999",
            // IPv6: eight groups of up to four digits, and one gap for at least one group.
            ":", ":::", "1", "1:", ":1", "1:2:3:4:5:6:7", "1:2:3:4:5:6:7:", "1:2:3:4:5:6:7:8:",
            "1:2:3:4:5:6:7:8:9", "::1:2:3:4:5:6:7:8", "1:2:3:4::5:6:7:8", "1:2:3:4:5:6:7:8::",
            "1::2::3", "::1::", ":1::2", "1::2:", "12345::", "00001::", "::g", "::1 ", "::-1",
            "1:2:3:4:5:6:7:1.2.3.4", "1.2.3.4::", "::1.2.3.4:5", "::1.2.3", "::ffff:1.2.3.04",
            // What belongs to other texts.
            "2001:db8::1%eth0", "fe80:1::1", "[fe80::1%eth0]", "[::1]", "::1/128", "1.2.3.4/32",
            "1.2.3.4:80",
        ]
    )
    func rejected(text: String) {
        #expect(IPAddress(text) == nil)
    }

    @Test("is IPv4 in one way only")
    func mapped() {
        let address = IPAddress(v4: 0xcb00_7107)
        #expect(address == IPAddress(high: 0, low: 0xffff_cb00_7107))
        #expect(address.v4 == 0xcb00_7107)
        #expect(IPAddress(high: 0, low: 0xcb00_7107).v4 == nil)
        #expect(IPAddress(high: 1, low: 0xffff_cb00_7107).v4 == nil)
        #expect(IPAddress(high: 0, low: 0x1_ffff_cb00_7107).v4 == nil)
    }

    @Test("is ordered by number")
    func order() throws {
        let texts = ["::", "::1", "0.0.0.0", "9.0.0.0", "10.0.0.0", "1::", "1::1", "ffff::"]
        let addresses = try texts.map { try #require(IPAddress($0)) }
        #expect(addresses.reversed().sorted() == addresses)
    }

    struct Purpose: Sendable, CustomTestStringConvertible {
        var name: String
        var test: @Sendable (IPAddress) -> Bool
        var members: [String]
        var others: [String]
        var testDescription: String { name }
    }

    @Test(
        "tells what it is for, to the ends of each range",
        arguments: [
            Purpose(
                name: "loopback",
                test: { $0.isLoopback },
                members: ["127.0.0.0", "127.12.0.1", "127.255.255.255", "::1"],
                others: ["126.255.255.255", "128.0.0.0", "::", "::2", "1::1"]
            ),
            Purpose(
                name: "unspecified",
                test: { $0.isUnspecified },
                members: ["0.0.0.0", "::"],
                others: ["0.0.0.1", "::1", "1::"]
            ),
            Purpose(
                name: "multicast",
                test: { $0.isMulticast },
                members: ["224.0.0.0", "239.255.255.255", "ff00::", "ff02::1"],
                others: ["223.255.255.255", "240.0.0.0", "feff::1", "::ff"]
            ),
            Purpose(
                name: "broadcast",
                test: { $0.isBroadcast },
                members: ["255.255.255.255"],
                others: ["255.255.255.254", "::ffff:ffff", "ff02::1"]
            ),
            Purpose(
                name: "link-local",
                test: { $0.isLinkLocal },
                members: ["169.254.0.0", "169.254.255.255", "fe80::", "febf:ffff::1"],
                others: ["169.253.255.255", "169.255.0.0", "fe7f::", "fec0::"]
            ),
            Purpose(
                name: "nobody outside",
                test: { !$0.isRoutable },
                members: unroutable,
                others: routable
            ),
        ]
    )
    func purposes(_ purpose: Purpose) throws {
        for text in purpose.members {
            #expect(purpose.test(try #require(IPAddress(text))), "\(text)")
        }
        for text in purpose.others {
            #expect(!purpose.test(try #require(IPAddress(text))), "\(text)")
        }
    }

    /// The first and last address of each range, in the order of dcrd's rules and then of IANA's.
    private static let unroutable = [
        "10.0.0.0", "10.255.255.255", "172.16.0.0", "172.31.255.255", "192.168.0.0",
        "192.168.255.255", "198.18.0.0", "198.19.255.255", "169.254.0.0", "169.254.255.255",
        "fe80::", "fe80::ffff:ffff:ffff:ffff", "2001:db8::",
        "2001:db8:ffff:ffff:ffff:ffff:ffff:ffff", "2001:10::",
        "2001:1f:ffff:ffff:ffff:ffff:ffff:ffff", "192.0.2.0", "192.0.2.255", "198.51.100.0",
        "198.51.100.255", "203.0.113.0", "203.0.113.255", "100.64.0.0", "100.127.255.255",
        "127.0.0.0", "127.255.255.255", "::1", "0.0.0.0", "0.255.255.255", "fc00::",
        "fdff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", "::", "255.255.255.255", "::ffff:10.0.0.1",

        "192.0.0.0", "192.0.0.255", "224.0.0.0", "239.255.255.255", "240.0.0.0", "2001:2::1",
        "2001:20::", "2001:2f:ffff::", "2001:1ff:ffff::", "3fff::", "3fff:fff:ffff::", "febf::1",
        "fec0::1", "ff02::1", "100::1", "64:ff9b:1::1", "::8.8.8.8", "::ffff:0:808:808",
        "1fff:ffff::1", "4000::1", "5f00::1",
        // Tunnels to what is unroutable.
        "2002:a00:1::1", "2002:cb00:7107::", "64:ff9b::127.0.0.1", "64:ff9b::192.168.1.1",
        "2001:0:4136:e378:8000:63bf:3fff:fdd2",
    ]

    /// Their neighbours, and tunnels.
    private static let routable = [
        "1.0.0.0", "9.255.255.255", "11.0.0.0", "100.63.255.255", "100.128.0.0",
        "126.255.255.255", "128.0.0.0", "169.253.255.255", "169.255.0.0", "172.15.255.255",
        "172.32.0.0", "191.255.255.255", "192.0.1.0", "192.0.1.255", "192.0.3.0",
        "192.167.255.255", "192.169.0.0", "198.17.255.255", "198.20.0.0", "198.51.99.255",
        "198.51.101.0", "203.0.112.255", "203.0.114.0", "223.255.255.255", "2000::",
        "2001:200::", "2001:470::1", "2001:db7:ffff::", "2001:db9::", "2a00::1", "3ffe::1",
        "3fff:1000::", "3fff:ffff::", "2002:808:808::1", "64:ff9b::8.8.8.8",
        "2001:0:4136:e378:8000:63bf:f7f7:f7f7",
    ]

    @Test(
        "tells the IPv4 address in it",
        arguments: [
            ("2002:cb00:7107::", "203.0.113.7"),
            ("2002:cb00:7107:1:2:3:4:5", "203.0.113.7"),
            // Source: the example of RFC 4380, section 4 and later ones: 192.0.2.45 inverted.
            ("2001:0:4136:e378:8000:63bf:3fff:fdd2", "192.0.2.45"),
            ("64:ff9b::c000:221", "192.0.2.33"),
        ]
    )
    func embedded(text: String, v4: String) throws {
        let address = try #require(IPAddress(text))
        #expect(address.embeddedIPv4 == IPAddress(v4)?.v4)
        #expect(address.embeddedIPv4 != nil)
        #expect(address.v4 == nil)
    }

    @Test(
        "has no IPv4 address in it otherwise",
        arguments: ["2003:cb00::", "2001:1::1", "64:ff9b:1::1", "64:ff9b::1:0:0", "::1", "1.2.3.4"]
    )
    func notEmbedded(text: String) throws {
        #expect(try #require(IPAddress(text)).embeddedIPv4 == nil)
    }

    @Test(
        "keeps its first bits when it is masked",
        arguments: [
            (0, "::"), (1, "8000::"), (63, "ffff:ffff:ffff:fffe::"), (64, "ffff:ffff:ffff:ffff::"),
            (65, "ffff:ffff:ffff:ffff:8000::"),
            (127, "ffff:ffff:ffff:ffff:ffff:ffff:ffff:fffe"),
            (128, "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff"),
        ]
    )
    func masked(length: Int, text: String) {
        #expect(IPAddress(high: .max, low: .max).masked(to: length) == IPAddress(text))
    }

    @Test("has no 129th bit: asking for it traps")
    func maskedOutOfRange() async {
        await #expect(processExitsWith: .failure) {
            _ = IPAddress(v4: 0).masked(to: 129)
        }
    }
}
