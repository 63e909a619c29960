import Glibc
import LinuxIO
import Testing

@Suite("A socket")
struct SocketTests {
    @Test("connects over both families", arguments: [Loopback.v4(), Loopback.v6()])
    func dialAndAccept(address: SocketAddress) throws {
        var listener = try Listener(binding: address)
        let dialled = try Loopback.connect(to: listener.address)
        let accepted = try Loopback.accept(from: &listener)
        let (ours, theirs) = (try dialled.localAddress(), try accepted.socket.localAddress())
        #expect(accepted.remote == ours)
        #expect(theirs == listener.address)
        let isConnecting = dialled.isConnecting
        #expect(!isConnecting)
    }

    @Test("is refused where nobody listens")
    func refused() throws {
        let silent = RawSocket()
        let port = silent.bindToLoopback()
        #expect(throws: SystemError(.connect, ECONNREFUSED)) {
            _ = try Loopback.connect(to: Loopback.v4(port: port))
        }
    }

    @Test("keeps connecting while the listener's queue is full, and leaves nothing when dropped")
    func fullQueue() throws {
        let full = RawSocket()
        let port = full.bindToLoopback()
        full.listen(backlog: 0)
        let first = try Loopback.connect(to: Loopback.v4(port: port))
        do {
            let second = try Socket.dial(to: Loopback.v4(port: port))
            let news = try Loopback.news(of: second.descriptor, .write, within: .milliseconds(300))
            let isConnecting = second.isConnecting
            #expect(news == nil)
            #expect(isConnecting)
            #expect(Loopback.states(ofRemotePort: port).contains(2))
        }
        #expect(!Loopback.states(ofRemotePort: port).contains(2))
        withExtendedLifetime(first) {}
    }

    @Test("learns at once that there is no way")
    func noRoute() {
        // TCP goes to no group and no broadcast address: the kernel says so as if there were no
        // route.
        #expect(throws: SystemError(.connect, ENETUNREACH)) {
            _ = try Socket.dial(to: Loopback.v4(0xffff_ffff, port: 9))
        }
        // A link-local address without its interface: the world's error, not a trap.
        #expect(throws: SystemError(.connect, EINVAL)) {
            _ = try Socket.dial(to: SocketAddress(high: 0xfe80 << 48, low: 1, port: 9))
        }
    }

    @Test("comes from the address that it is told, with a port of the kernel's choice")
    func boundDial() throws {
        var listener = try Listener(binding: Loopback.v4())
        let local = Loopback.v4(0x7f05_0607)
        let dialled = try Loopback.connect(to: listener.address, from: local)
        let accepted = try Loopback.accept(from: &listener)
        #expect(accepted.remote.v4 == 0x7f05_0607)
        #expect(accepted.remote.port != 0)
        let option = Loopback.option(IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, of: dialled.descriptor)
        #expect(option == 1)
    }

    @Test("can't come from an address that isn't there")
    func missingLocalAddress() throws {
        let listener = try Listener(binding: Loopback.v4())
        let address = listener.address
        #expect(throws: SystemError(.bind, EADDRNOTAVAIL)) {
            _ = try Socket.dial(to: address, from: Loopback.v4(0xc633_644d))
        }
    }

    @Test("knows whether an address of ours reaches the remote one, whatever its port")
    func hasAddress() throws {
        #expect(try Socket.hasAddress(reaching: Loopback.v4(port: 1), from: nil))
        let own = Loopback.v4(Loopback.ownAddress(2))
        #expect(try Socket.hasAddress(reaching: Loopback.v4(port: 1), from: own))
        let missing = Loopback.v4(0xc633_644d)
        #expect(try !Socket.hasAddress(reaching: Loopback.v4(port: 1), from: missing))
    }

    @Test("gets its port from a range that the kernel tells")
    func range() throws {
        let range = try #require(LocalPorts.range())
        let socket = try Socket.dial(to: Listener(binding: Loopback.v4()).address)
        #expect(try range.contains(socket.localAddress().port))
    }

    @Test("may be connected to itself, which its addresses tell")
    func selfConnection() throws {
        let address = Loopback.v4(Loopback.ownAddress(1), port: 20_001)
        let socket = try Loopback.connect(to: address, from: address)
        let local = try socket.localAddress()
        #expect(local == address)
        Loopback.send("hello", to: socket)
        let heard = try Loopback.read(from: socket)
        #expect(heard == .bytes(5))
    }

    @Test("notices a peer that vanished, by itself")
    func keepAlive() throws {
        let listener = try Listener(binding: Loopback.v4())
        let socket = try Loopback.connect(to: listener.address)
        expectOptions(of: socket.descriptor)
        let linger = Loopback.lingers(socket.descriptor)
        #expect(linger.on == 0)
    }

    @Test(
        "that was accepted has the listener's options",
        arguments: [Loopback.v4(), Loopback.v6()]
    )
    func inheritance(address: SocketAddress) throws {
        var listener = try Listener(binding: address)
        let dialled = try Loopback.connect(to: listener.address)
        let accepted = try Loopback.accept(from: &listener)
        expectOptions(of: accepted.socket.descriptor)
        let linger = Loopback.lingers(accepted.socket.descriptor)
        #expect(linger == (1, 0))
        withExtendedLifetime(dialled) {}
    }

    /// The numbers of the design, not of the code.
    private func expectOptions(of descriptor: borrowing FileDescriptor) {
        let number = descriptor.number
        #expect(fcntl(number, F_GETFL) & O_NONBLOCK != 0)
        #expect(fcntl(number, F_GETFD) & FD_CLOEXEC != 0)
        let found = [
            Loopback.option(Int(SOL_SOCKET), SO_KEEPALIVE, of: descriptor),
            Loopback.option(IPPROTO_TCP, TCP_KEEPIDLE, of: descriptor),
            Loopback.option(IPPROTO_TCP, TCP_KEEPINTVL, of: descriptor),
            Loopback.option(IPPROTO_TCP, TCP_KEEPCNT, of: descriptor),
            Loopback.option(IPPROTO_TCP, TCP_USER_TIMEOUT, of: descriptor),
        ]
        #expect(found == [1, 60, 15, 4, 120_000])
    }
}
