import Glibc
import LinuxIO
import Testing

@Suite("Epoll")
struct EpollTests {
    @Test(
        "waits whole milliseconds, rounded up, and a minute at most",
        arguments: [
            (nil, -1), (.zero, 0), (.seconds(-1), 0),
            (.nanoseconds(1), 1), (.milliseconds(1), 1), (.microseconds(1_001), 2),
            (.seconds(1), 1_000), (.milliseconds(59_999), 59_999),
            (.microseconds(59_999_001), 60_000),
            (.seconds(60), 60_000), (.seconds(61), 60_000), (.seconds(Int64.max), 60_000),
        ] as [(Duration?, CInt)]
    )
    func timeouts(timeout: Duration?, milliseconds: CInt) {
        #expect(Epoll.milliseconds(timeout) == milliseconds)
    }

    @Test("returns without events when the timeout has passed")
    func timeout() throws {
        var epoll = try Epoll()
        let start = ContinuousClock.now
        let count = try epoll.wait(timeout: .microseconds(10_100))
        #expect(count == 0)
        #expect(ContinuousClock.now - start >= .milliseconds(10))
    }

    @Test("gives back each one's token, and what is ready")
    func tokens() throws {
        var epoll = try Epoll()
        var listener = try Listener(binding: Loopback.v4())
        let fixed = EventToken(fixed: 1)
        let dial = EventToken(slot: 7, generation: 3)
        try epoll.add(listener.descriptor, token: fixed, interest: .read)
        let socket = try Socket.dial(to: listener.address)
        try epoll.add(socket.descriptor, token: dial, interest: .write)
        var seen: [EventToken: Bool] = [:]
        while seen.count < 2 {
            let count = try epoll.wait(timeout: Loopback.patience)
            try #require(count > 0)
            for index in 0..<count { seen[epoll[index].token] = epoll[index].isWritable }
        }
        #expect(seen == [fixed: false, dial: true])
        _ = try listener.accept()
    }

    @Test("changes and forgets what it watches")
    func modify() throws {
        var epoll = try Epoll()
        var listener = try Listener(binding: Loopback.v4())
        let first = try Loopback.connect(to: listener.address)
        let token = EventToken(fixed: 1)
        try epoll.add(listener.descriptor, token: token, interest: [])
        let silenced = try epoll.wait(timeout: .zero)
        #expect(silenced == 0)
        try epoll.modify(listener.descriptor, token: EventToken(fixed: 2), interest: .read)
        let armed = try epoll.wait(timeout: Loopback.patience)
        #expect(armed == 1)
        let event = epoll[0]
        #expect(event.token == EventToken(fixed: 2))
        #expect(event.isReadable)
        epoll.remove(listener.descriptor)
        let removed = try epoll.wait(timeout: .zero)
        #expect(removed == 0)
        _ = try listener.accept()
        withExtendedLifetime(first) {}
    }

    @Test("forgets a closed socket by itself, so that its successor is told under its own token")
    func closed() throws {
        var epoll = try Epoll()
        var listener = try Listener(binding: Loopback.v4())
        do {
            let old = try Loopback.connect(to: listener.address)
            try epoll.add(
                old.descriptor,
                token: EventToken(slot: 0, generation: 1),
                interest: .write
            )
            let count = try epoll.wait(timeout: .zero)
            #expect(count == 1)
        }
        let none = try epoll.wait(timeout: .zero)
        #expect(none == 0)
        let new = try Loopback.connect(to: listener.address)
        try epoll.add(new.descriptor, token: EventToken(slot: 0, generation: 2), interest: .write)
        let count = try epoll.wait(timeout: Loopback.patience)
        #expect(count == 1)
        let event = epoll[0]
        #expect(event.token.generation == 2)
        _ = try listener.accept()
    }

    @Test("tells the peer's end as something to read, and a reset without being asked")
    func endings() throws {
        var listener = try Listener(binding: Loopback.v4())
        let goodbye = try Loopback.connect(to: listener.address)
        do {
            let accepted = try Loopback.accept(from: &listener)
            try accepted.socket.clearLinger()
        }
        let end = try #require(try Loopback.news(of: goodbye.descriptor, .read))
        #expect(end.isReadable)
        #expect(!end.isHangUp && !end.isError)

        let reset = try Loopback.connect(to: listener.address)
        do { _ = try Loopback.accept(from: &listener) }
        let error = try #require(try Loopback.news(of: reset.descriptor, []))
        #expect(error.isHangUp && error.isError)
        #expect(!error.isReadable && !error.isWritable)
    }

    /// In a process of its own, since it takes 600 descriptors.
    @Test("tells more than fit in one turn in the next ones, without preference")
    func manyEvents() async {
        await #expect(processExitsWith: .success) {
            _ = try DescriptorLimit.raise()
            var epoll = try Epoll()
            let listener = try Listener(binding: Loopback.v4())
            let socket = try Loopback.connect(to: listener.address)
            let number = socket.descriptor.number
            var copies: [Copy] = []
            for slot in 0..<UInt32(600) {
                let copy = Copy(of: number)
                let token = EventToken(slot: slot, generation: 1)
                try epoll.add(copy.descriptor, token: token, interest: .write)
                copies.append(copy)
            }
            var seen: Set<UInt32> = []
            for expected in [Epoll.capacity, Epoll.capacity] {
                let count = try epoll.wait(timeout: .zero)
                #expect(count == expected)
                for index in 0..<count { seen.insert(epoll[index].token.slot) }
            }
            #expect(seen.count == 600)
            withExtendedLifetime(copies) {}
        }
    }

    private final class Copy {
        let descriptor: FileDescriptor
        init(of number: CInt) { descriptor = FileDescriptor(owning: dup(number)) }
    }
}
