import Addressing
import LinuxIO
import Testing

@testable import peerd

@Suite("An address between the core and the kernel")
struct SocketAddressPeerTests {
    @Test("has a name for the core and an index for the kernel")
    func zone() throws {
        let index = try #require(try Interface.index(of: "lo"))
        let address = try PeerAddress(parsing: "[fe80::1%lo]:9108")
        let converted = try SocketAddress(address)
        let expected = SocketAddress(high: 0xfe80 << 48, low: 1, port: 9108, interface: index)
        #expect(converted == expected)
        #expect(converted.peerAddress == address)
    }

    @Test(
        "comes back as it went",
        arguments: ["203.0.113.7:9108", "[2001:db8::7]:9108", "[::1]:0", "[fe80::1]:1"]
    )
    func roundTrip(text: String) throws {
        let address = try PeerAddress(parsing: text)
        #expect(try SocketAddress(address).peerAddress == address)
    }

    @Test("isn't one of the kernel's while no interface has its zone's name")
    func missing() throws {
        let address = try PeerAddress(parsing: "[fe80::1%no-such-link]:9108")
        let zone = try #require(address.ip?.zone)
        let bare = SocketAddress(high: 0xfe80 << 48, low: 1, port: 9108)
        #expect(throws: SocketAddress.Obstacle.noInterface(zone, bare)) {
            try SocketAddress(address)
        }
    }

    @Test("has no zone but its interface's: not from its bits, and none of one that is gone")
    func foreign() throws {
        let zone = try Zone(named: "lo")
        let forged = SocketAddress(
            high: 0xfe80 << 48 | UInt64(zone.number) << 32,
            low: 1,
            port: 1
        )
        let bare = try PeerAddress(parsing: "[fe80::1]:1")
        #expect(forged.peerAddress == bare)
        #expect(forged.on(interface: .max).peerAddress == bare)
        let index = try #require(try Interface.index(of: "lo"))
        #expect(forged.on(interface: index).peerAddress.description == "[fe80::1%lo]:1")
    }
}
