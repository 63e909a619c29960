import Addressing
import Glibc
import LinuxIO
import Testing

@testable import peerd

@Suite("The transport")
struct TransportTests {
    private static let slot = 3

    /// How the first socket of a slot ends in these tests.
    enum Remnant: CaseIterable, Sendable {
        case unsentBytes, unreadBytes, dial
    }

    @Test("gives a slot's next socket nothing of the one before", arguments: Remnant.allCases)
    func reuse(after remnant: Remnant) throws {
        var bench = try Bench.at(128)
        let first: Link
        var held: [LoopbackPeer] = []
        switch remnant {
        case .dial:
            first = try bench.dial()
        case .unsentBytes:
            let (link, peer) = try bench.connect()
            first = link
            held.append(peer)
            try bench.fill(link)
        case .unreadBytes:
            let (link, peer) = try bench.connect()
            first = link
            held.append(peer)
            try peer.send(bytes: 5)
            try bench.expectEvent(of: link)
        }
        bench.close()
        if remnant == .dial { held.append(try bench.listener.accept()) }
        let (second, peer) = try bench.connect()
        #expect(second.slot == first.slot && second.generation != first.generation)
        #expect(!bench.transport.contains(first) && bench.transport.contains(second))
        #expect(bench.transport.owner(of: second) == .ours)
        #expect(bench.transport.waiting(for: second) == 0)
        #expect(bench.transport.count == 1)
        // It isn't watched for room, of which there is enough.
        try #expect(bench.epoll.wait(timeout: .zero) == 0)
        let bytes: [UInt8] = [1, 2, 3]
        let sent = try bench.transport.send(bytes[...], to: second, by: bench.epoll)
        #expect(sent == bytes.count)
        #expect(try peer.read() == bytes)
        withExtendedLifetime(held) {}
    }

    @Test("knows by its link what a former socket says late")
    func late() throws {
        var bench = try Bench.at(129)
        let (first, peer) = try bench.connect()
        try peer.send(bytes: 1)
        try bench.expectEvent(of: first)
        bench.close()
        let (second, other) = try bench.connect(keepingEvents: true)
        #expect(Link(bench.epoll[0].token) == first)
        #expect(!bench.transport.contains(first) && bench.transport.contains(second))
        withExtendedLifetime((peer, other)) {}
    }

    @Test("unwatches what it closes, of which there may be a copy", arguments: [true, false])
    func copies(isConnected: Bool) throws {
        var bench = try Bench.at(130)
        bench.copies = true
        var peer: LoopbackPeer?
        if isConnected { peer = try bench.connect().peer } else { _ = try bench.dial() }
        bench.close()
        #expect(bench.transport.count == 0)
        // The copy is readable, or connected, and nobody wants to know.
        try peer?.send(bytes: 1)
        if peer == nil { peer = try bench.listener.accept() }
        try #expect(bench.epoll.wait(timeout: .milliseconds(100)) == 0)
        withExtendedLifetime(peer) {}
    }

    @Test("keeps what a broken socket doesn't take, and what follows, as what waits")
    func broken() throws {
        var bench = try Bench.at(132)
        let (link, peer) = try bench.connect()
        peer.hangUp()
        try bench.expectEvent(of: link)
        let bytes: [UInt8] = [1, 2, 3]
        var failures = 0
        for sendings in 1...3 {
            do throws(SystemError) {
                let sent = try bench.transport.send(bytes[...], to: link, by: bench.epoll)
                #expect(sent == 0 && failures > 0)
            } catch {
                failures += 1
            }
            #expect(bench.transport.waiting(for: link) == sendings * bytes.count)
        }
        #expect(failures == 1)
    }

    @Test("sends everything once and in order, says what waits, and rests")
    func backPressure() throws {
        var bench = try Bench.at(131)
        let (link, peer) = try bench.connect()
        let sent = try bench.fill(link)
        var received: [UInt8] = []
        var waiting = bench.transport.waiting(for: link)
        #expect(waiting > 0)
        while waiting > 0 {
            received += try peer.read()
            while try bench.epoll.wait(timeout: .zero) > 0, waiting > 0 {
                #expect(Link(bench.epoll[0].token) == link && bench.epoll[0].isWritable)
                try bench.transport.sendWaiting(to: link, by: bench.epoll)
                let left = bench.transport.waiting(for: link)
                #expect(left <= waiting)
                waiting = left
            }
        }
        while received.count < sent.count { received += try peer.read() }
        #expect(received == sent)
        try #expect(bench.epoll.wait(timeout: .zero) == 0)

        try peer.send(bytes: 70_000)
        var buffer = [UInt8](repeating: 0, count: 4_096)
        var read = 0
        while read < 70_000 {
            try bench.expectEvent(of: link)
            let result =
                read < 20_000
                ? try bench.transport.read(from: link, into: &buffer)
                : try bench.transport.discard(from: link, atMost: 8_192)
            if case .bytes(let count) = result { read += count }
        }
        #expect(read == 70_000)
    }
}

/// A transport with its epoll, and where it may dial.
private struct Bench: ~Copyable {
    private static let slot = 3

    var transport = Transport()
    var epoll: Epoll
    let listener: LoopbackListener
    /// Whether a copy of each socket is kept open.
    var copies = false
    private var copied: [CInt] = []

    /// Its listener has an address of its own.
    static func at(_ number: UInt8) throws -> Bench {
        Bench(try Epoll(), try LoopbackListener(Loopback.address(number)))
    }

    private init(_ epoll: consuming Epoll, _ listener: LoopbackListener) {
        self.epoll = epoll
        self.listener = listener
    }

    deinit {
        for number in copied { Glibc.close(number) }
    }

    /// Begins to connect; the kernel says later that it has.
    mutating func dial() throws -> Link {
        let socket = try Socket.dial(to: SocketAddress(listener.remote))
        if copies { copied.append(fcntl(socket.descriptor.number, F_DUPFD_CLOEXEC, 0)) }
        let link = try transport.take(socket, inSlot: Self.slot, attempt: 7, by: epoll)
        #expect(transport.owner(of: link) == .connecting && transport.attempt(of: link) == 7)
        return link
    }

    /// A connected socket and its peer. With `keepingEvents` epoll isn't asked meanwhile.
    mutating func connect(keepingEvents: Bool = false) throws -> (link: Link, peer: LoopbackPeer) {
        let link = try dial()
        let peer = try listener.accept()
        if !keepingEvents { try expectEvent(of: link) }
        let local = try transport.finishConnecting(link, by: epoll)
        #expect(local.peerAddress == (try peer.source()))
        return (link, peer)
    }

    mutating func close() {
        let isClosed = transport.close(slot: Self.slot, by: epoll)
        #expect(isClosed && transport.link(inSlot: Self.slot) == nil)
    }

    /// Waits until epoll tells of a link, and of nothing else.
    mutating func expectEvent(of link: Link) throws {
        let count = try epoll.wait(timeout: ChildProcess.patience)
        guard count == 1, Link(epoll[0].token) == link else { throw Failure("\(count) events") }
    }

    /// Sends until the kernel takes no more, and a bit more.
    ///
    /// - Returns: What was sent or waits.
    @discardableResult
    mutating func fill(_ link: Link) throws -> [UInt8] {
        var all: [UInt8] = []
        var refused = 0
        while refused < 3 {
            let bytes = (0..<30_011).map { UInt8(truncatingIfNeeded: all.count / 256 + $0) }
            let sent = try transport.send(bytes[...], to: link, by: epoll)
            if sent < bytes.count { refused += 1 }
            all += bytes
        }
        return all
    }
}
