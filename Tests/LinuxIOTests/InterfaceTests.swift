import Glibc
import Testing

@testable import LinuxIO

@Suite("An interface")
struct InterfaceTests {
    @Test("is known by its name and by its index")
    func loopback() throws {
        let index = try #require(try Interface.index(of: "lo"))
        #expect(Interface.name(of: index) == "lo")
    }

    @Test("that isn't there has neither")
    func missing() throws {
        #expect(try Interface.index(of: "no-such-link") == nil)
        #expect(Interface.name(of: .max) == nil)
    }

    @Test("that isn't there is no place to listen at, and can be waited for")
    func listening() throws {
        let address = SocketAddress(high: 0xfe80 << 48, low: 1, port: 0, interface: 0x7fff_fff0)
        #expect(throws: SystemError(.bind, ENODEV)) { _ = try Listener(binding: address) }
        let waiting = try Listener(awaiting: address)
        let (kept, isMissing) = (waiting.address, waiting.isAddressMissing)
        #expect(kept == address && isMissing)
    }
}
