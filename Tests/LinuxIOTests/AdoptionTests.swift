import Glibc
import LinuxIO
import Testing

@Suite("Adopting a listener")
struct AdoptionTests {
    @Test("of both families gives IPv4 peers as such")
    func dualStack() throws {
        let raw = RawSocket(AF_INET6)
        let port = raw.bindToEverything()
        raw.listen(backlog: 8)
        var listener = try Listener(adopting: raw.takeDescriptor())
        let v4 = try Loopback.connect(to: Loopback.v4(port: port))
        let first = try Loopback.accept(from: &listener)
        let v6 = try Loopback.connect(to: Loopback.v6(port: port))
        let second = try Loopback.accept(from: &listener)
        let (from4, from6) = (try v4.localAddress(), try v6.localAddress())
        #expect(first.remote == from4)
        #expect(first.remote.v4 == 0x7f00_0001)
        let theirs = try first.socket.localAddress()
        #expect(theirs == Loopback.v4(port: port))
        #expect(second.remote == from6)
    }

    @Test("gives its options to those that came before, too")
    func olderConnections() throws {
        let raw = RawSocket()
        let port = raw.bindToLoopback()
        raw.listen(backlog: 8)
        let early = try Loopback.connect(to: Loopback.v4(port: port))
        var listener = try Listener(adopting: raw.takeDescriptor())
        let late = try Loopback.connect(to: listener.address)
        for _ in 0..<2 {
            let accepted = try Loopback.accept(from: &listener)
            let linger = Loopback.lingers(accepted.socket.descriptor)
            #expect(linger == (1, 0))
            let timeout = Loopback.option(
                IPPROTO_TCP,
                TCP_USER_TIMEOUT,
                of: accepted.socket.descriptor
            )
            #expect(timeout == TCPOptions.userTimeout)
        }
        let accepted = try listener.accept()
        let isNil = accepted == nil
        #expect(isNil)
        withExtendedLifetime(early) {}
        withExtendedLifetime(late) {}
    }

    /// O_PATH: every other call would say that there is no such descriptor, as if we had closed it.
    @Test("refuses a number that only names a file")
    func nameOnly() throws {
        let number = open("/", 0o10_000_000 | O_CLOEXEC)
        try #require(number >= 0)
        defer { close(number) }
        #expect(throws: SystemError(.fcntl, EBADF)) { _ = try FileDescriptor(inherited: number) }
    }

    @Test("refuses what isn't one")
    func notListeners() throws {
        #expect(throws: AdoptionError.notListening) {
            _ = try Listener(adopting: RawSocket().takeDescriptor())
        }
        #expect(throws: AdoptionError.notTCP) {
            _ = try Listener(adopting: RawSocket(type: SOCK_DGRAM).takeDescriptor())
        }
        #expect(throws: AdoptionError.notTCP) {
            _ = try Listener(adopting: RawSocket(AF_UNIX).takeDescriptor())
        }
        #expect(throws: AdoptionError.system(SystemError(.getsockopt, ENOTSOCK))) {
            let file = FileDescriptor(owning: open("/dev/null", O_RDONLY))
            _ = try Listener(adopting: file)
        }
    }

    @Test("finds a promised descriptor that isn't open, and keeps one that is from children")
    func inheritedNumbers() throws {
        // Above any limit on descriptors, so that nothing can have it.
        #expect(throws: SystemError(.fcntl, EBADF)) { _ = try FileDescriptor(inherited: .max) }
        let inherited = try FileDescriptor(inherited: open("/dev/null", O_RDONLY))
        #expect(fcntl(inherited.number, F_GETFD) & FD_CLOEXEC != 0)
    }
}
