import Glibc
import LinuxIO
import Testing

@Suite("A listener")
struct ListenerTests {
    @Test("gives nothing while nobody comes")
    func nothing() throws {
        var listener = try Listener(binding: Loopback.v4())
        let accepted = try listener.accept()
        let isNil = accepted == nil
        #expect(isNil)
        let isMissing = listener.isAddressMissing
        #expect(!isMissing)
    }

    @Test("is alone on its port")
    func addressInUse() throws {
        let listener = try Listener(binding: Loopback.v4())
        let address = listener.address
        #expect(throws: SystemError(.bind, EADDRINUSE)) { _ = try Listener(binding: address) }
    }

    @Test("comes back at once after a restart, whatever its connections left")
    func restart() throws {
        var listener = try Listener(binding: Loopback.v4())
        let address = listener.address
        let dialled = try Loopback.connect(to: address)
        do {
            let accepted = try Loopback.accept(from: &listener)
            try accepted.socket.clearLinger()
        }
        // Our side closed first, so it is ours that has to wait.
        #expect(!Loopback.states(ofLocalPort: address.port).isEmpty)
        listener = try Listener(binding: Loopback.v4())
        let again = try Listener(binding: address)
        #expect(again.address == address)
        withExtendedLifetime(dialled) {}
    }

    @Test("for all of IPv6 leaves IPv4 alone")
    func bothFamilies() throws {
        let everything4 = try Listener(binding: Loopback.v4(0))
        let port = everything4.address.port
        let everything6 = try Listener(binding: SocketAddress(high: 0, low: 0, port: port))
        #expect(everything6.address.port == port)
    }

    @Test(
        "may be there before its address is",
        arguments: [
            Loopback.v4(0xc633_644d), SocketAddress(high: 0x2001_0db8 << 32, low: 0x77, port: 0),
        ]
    )
    func missingAddress(address: SocketAddress) throws {
        var listener = try Listener(binding: address)
        let (isMissing, bound) = (listener.isAddressMissing, listener.address)
        #expect(isMissing)
        #expect(bound.low == address.low)
        let accepted = try listener.accept()
        let isNil = accepted == nil
        #expect(isNil)
    }

    @Test("can't be at a link-local address without its interface, which is an error and no trap")
    func linkLocal() {
        #expect(throws: SystemError(.bind, EINVAL)) {
            _ = try Listener(binding: SocketAddress(high: 0xfe80 << 48, low: 1, port: 0))
        }
    }

    @Test("sheds what is dropped: the peer gets a reset, and nothing is left behind")
    func shed() throws {
        var listener = try Listener(binding: Loopback.unshared())
        let dialled = try Loopback.connect(to: listener.address)
        // Also with data that nobody reads.
        Loopback.send("let me in", to: dialled)
        do { _ = try Loopback.accept(from: &listener) }
        // The dialled end has got the reset, and is closed without being dropped.
        #expect(Loopback.states(of: listener.address).isEmpty)
        do throws(any Error) {
            _ = try Loopback.read(from: dialled)
            Issue.record("read from a connection that was shed")
        } catch {
            #expect(error as? SystemError == SystemError(.receive, ECONNRESET))
        }
        #expect(Loopback.states(of: listener.address).isEmpty)
    }

    @Test("lets go of what is kept with a goodbye")
    func admitted() throws {
        var listener = try Listener(binding: Loopback.v4())
        let dialled = try Loopback.connect(to: listener.address)
        do {
            let kept = try Loopback.accept(from: &listener).takeSocket()
            try kept.clearLinger()
        }
        let end = try Loopback.read(from: dialled)
        #expect(end == .endOfFile)
    }

    @Test("gives a connection whose peer has left already, as any other")
    func leftEarly() throws {
        var listener = try Listener(binding: Loopback.v4())
        do { _ = try Loopback.connect(to: listener.address) }
        let accepted = try Loopback.accept(from: &listener)
        let end = try Loopback.read(from: accepted.socket)
        #expect(end == .endOfFile)
    }

    /// As `ss -K` leaves it, which takes root and a kernel with it.
    @Test("that was shut down says so, and one is made in its place")
    func killed() throws {
        var listener = try Listener(binding: Loopback.v4())
        let address = listener.address
        try #require(shutdown(listener.descriptor.number, CInt(SHUT_RDWR)) == 0)
        #expect(throws: AcceptFailure.notListening) { _ = try listener.accept() }
        let other = try listener.madeAnew()
        #expect(other.address == address)
        #expect(throws: SystemError(.bind, EADDRINUSE)) { _ = try listener.madeAnew() }
    }
}
