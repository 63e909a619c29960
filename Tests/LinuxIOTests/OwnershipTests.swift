import Glibc
import LinuxIO
import Testing

/// Each in a process of its own, see `Alone`.
@Suite("A descriptor")
struct OwnershipTests {
    /// Both ends of one of many; an array takes no `~Copyable` values.
    private final class Connection {
        let dialled: Socket
        let accepted: Socket

        init(through listener: inout Listener) throws {
            dialled = try Loopback.connect(to: listener.address)
            accepted = try Loopback.accept(from: &listener).takeSocket()
        }
    }

    @Test("is closed with its owner: of 1,000 connections nothing is left")
    func nothingLeft() async {
        await #expect(processExitsWith: .success) {
            try await Alone.settle()
            try Alone.takeTable()
            _ = try DescriptorLimit.raise()
            var listener = try Listener(binding: Loopback.unshared())
            let before = Alone.openDescriptors()
            do {
                var all: [Connection] = []
                for _ in 0..<1_000 { all.append(try Connection(through: &listener)) }
                #expect(Alone.openDescriptors() == before + 2_000)
                withExtendedLifetime(all) {}
            }
            #expect(Alone.openDescriptors() == before)
            #expect(Loopback.states(of: listener.address).isEmpty)
        }
    }

    @Test("isn't left open by what fails half-way")
    func failures() async {
        await #expect(processExitsWith: .success) {
            try await Alone.settle()
            try Alone.takeTable()
            let listener = try Listener(binding: Loopback.v4())
            let address = listener.address
            let before = Alone.openDescriptors()
            for _ in 0..<10 {
                _ = try? Listener(binding: address)
                _ = try? Listener(adopting: RawSocket().takeDescriptor())
                _ = try? Socket.dial(to: Loopback.v4(0xffff_ffff, port: 9))
                _ = try? Socket.dial(to: address, from: Loopback.v4(0xc633_644d))
            }
            #expect(Alone.openDescriptors() == before)
        }
    }

    @Test("that somebody else closed is our mistake, and traps")
    func closedTwice() async {
        await #expect(processExitsWith: .failure) {
            let socket = try Socket.dial(to: Loopback.v4(port: 9))
            close(socket.descriptor.number)
        }
        await #expect(processExitsWith: .failure) {
            let epoll = try Epoll()
            let listener = try Listener(binding: Loopback.v4())
            try epoll.add(listener.descriptor, token: EventToken(fixed: 0), interest: .read)
            // An error would be no failure here.
            try? epoll.add(listener.descriptor, token: EventToken(fixed: 0), interest: .read)
        }
    }
}
