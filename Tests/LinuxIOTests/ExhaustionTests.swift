import Glibc
import LinuxIO
import Testing

/// Each in a process of its own, see `Alone`.
@Suite("With no descriptor left")
struct ExhaustionTests {
    @Test(
        "the reserve sheds one connection after the other, and accepting goes on when some are free"
    )
    func reserve() async {
        await #expect(processExitsWith: .success) {
            try await Alone.settle()
            try Alone.takeTable()
            Alone.limit(to: 64)
            var listener = try Listener(binding: Loopback.v4())
            var reserve = try ReserveDescriptor()
            let first = try Loopback.connect(to: listener.address)
            let second = try Loopback.connect(to: listener.address)
            let third = try Loopback.connect(to: listener.address)
            let addresses = [try first.localAddress(), try second.localAddress()]
            _ = try Loopback.news(of: listener.descriptor, .read)
            let taken = Alone.takeAll()

            for address in addresses {
                #expect(throws: AcceptFailure.outOfDescriptors) { _ = try listener.accept() }
                let outcome = reserve.shedOne(from: &listener)
                #expect(outcome == .shed(address))
            }
            for number in taken { close(number) }
            #expect(throws: SystemError(.receive, ECONNRESET)) {
                var buffer: [UInt8] = [0]
                _ = try first.read(into: &buffer)
            }
            let accepted = try Loopback.accept(from: &listener)
            let last = try third.localAddress()
            #expect(accepted.remote == last)
        }
    }

    @Test("accepting fails before the queue is looked at, and the reserve finds nobody")
    func emptyQueue() async {
        await #expect(processExitsWith: .success) {
            try await Alone.settle()
            try Alone.takeTable()
            Alone.limit(to: 64)
            var listener = try Listener(binding: Loopback.v4())
            var reserve = try ReserveDescriptor()
            _ = Alone.takeAll()
            #expect(throws: AcceptFailure.outOfDescriptors) { _ = try listener.accept() }
            for _ in 0..<3 {
                let outcome = reserve.shedOne(from: &listener)
                #expect(outcome == .nothingWaiting)
            }
        }
    }

    @Test("a reserve that couldn't be taken again fails, and recovers by itself")
    func lostReserve() async {
        await #expect(processExitsWith: .success) {
            try await Alone.settle()
            try Alone.takeTable()
            var listener = try Listener(binding: Loopback.v4())
            var reserve = try ReserveDescriptor()
            let dialled = try Loopback.connect(to: listener.address)
            _ = try Loopback.news(of: listener.descriptor, .read)
            // Every number is above the limit now, the reserve's too: giving it up helps nobody.
            Alone.limit(to: 0)
            for _ in 0..<2 {
                let outcome = reserve.shedOne(from: &listener)
                #expect(outcome == .failed)
            }
            Alone.limit(to: 64)
            let address = try dialled.localAddress()
            let outcome = reserve.shedOne(from: &listener)
            #expect(outcome == .shed(address))
        }
    }

    @Test("a dial fails at once, and so does everything else that needs one")
    func others() async {
        await #expect(processExitsWith: .success) {
            try await Alone.settle()
            try Alone.takeTable()
            let listener = try Listener(binding: Loopback.v4())
            let address = listener.address
            Alone.limit(to: 64)
            _ = Alone.takeAll()
            #expect(throws: SystemError(.socket, EMFILE)) { _ = try Socket.dial(to: address) }
            #expect(throws: SystemError(.socket, EMFILE)) { _ = try Listener(binding: address) }
            #expect(throws: SystemError(.epollCreate, EMFILE)) { _ = try Epoll() }
            #expect(throws: SystemError(.open, EMFILE)) { _ = try ReserveDescriptor() }
            #expect(throws: SystemError(.pipe, EMFILE)) { _ = try Resolver() }
            #expect(throws: SystemError(.signalfd, EMFILE)) { _ = try Signals() }
        }
    }

    @Test("the soft limit rises to the hard one")
    func raising() async {
        await #expect(processExitsWith: .success) {
            try await Alone.settle()
            try Alone.takeTable()
            Alone.limit(to: 64)
            var limit = rlimit()
            getrlimit(CInt(RLIMIT_NOFILE.rawValue), &limit)
            let raised = try DescriptorLimit.raise()
            #expect(rlim_t(raised) == limit.rlim_max)
            getrlimit(CInt(RLIMIT_NOFILE.rawValue), &limit)
            #expect(limit.rlim_cur == limit.rlim_max)
        }
    }
}
