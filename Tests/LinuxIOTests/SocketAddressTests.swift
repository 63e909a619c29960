import LinuxIO
import Testing

@Suite("A socket address")
struct SocketAddressTests {
    @Test(
        "is printed as people write it",
        arguments: [
            (SocketAddress(v4: 0x7f00_0001, port: 9108), "127.0.0.1:9108"),
            (SocketAddress(v4: 0xffff_ffff, port: 65_535), "255.255.255.255:65535"),
            (SocketAddress(high: 0, low: 0xffff_c000_0207, port: 1), "192.0.2.7:1"),
            (SocketAddress(high: 0x2001_0db8_0000_0000, low: 7, port: 80), "[2001:db8::7]:80"),
            (SocketAddress(high: 0, low: 0, port: 0), "[::]:0"),
            (
                SocketAddress(high: 0xfe80 << 48, low: 1, port: 80, interface: 2),
                "[fe80::1%2]:80"
            ),
        ]
    )
    func description(address: SocketAddress, text: String) {
        #expect("\(address)" == text)
    }

    @Test("knows an IPv4 address by its mapped form alone")
    func family() {
        #expect(SocketAddress(high: 0, low: 0xffff_7f00_0001, port: 0).v4 == 0x7f00_0001)
        #expect(SocketAddress(high: 0, low: 0x7f00_0001, port: 0).v4 == nil)
        #expect(SocketAddress(high: 1, low: 0xffff_7f00_0001, port: 0).v4 == nil)
    }

    @Test(
        "comes back from the kernel as it went in",
        arguments: [Loopback.v4(), Loopback.v4(0x7f01_0203), Loopback.v6()]
    )
    func roundTrip(address: SocketAddress) throws {
        let listener = try Listener(binding: address)
        let bound = listener.address
        #expect(bound.high == address.high)
        #expect(bound.low == address.low)
        #expect(bound.port != 0)
    }
}
