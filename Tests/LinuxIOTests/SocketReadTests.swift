import Glibc
import LinuxIO
import Testing

@Suite("Reading from a socket")
struct SocketReadTests {
    /// Both ends of one connection; ours was dialled.
    private struct Ends: ~Copyable {
        let ours: Socket
        let theirs: Socket

        init() throws {
            var listener = try Listener(binding: Loopback.v4())
            let ours = try Loopback.connect(to: listener.address)
            theirs = try Loopback.accept(from: &listener).takeSocket()
            self.ours = ours
        }

        /// The peer hangs up hard, which the listener's linger option does for it.
        consuming func reset() -> Socket { ours }

        /// The peer says goodbye.
        consuming func goodbye() throws -> Socket {
            try theirs.clearLinger()
            return ours
        }
    }

    @Test("says when there is nothing, which is no error")
    func wouldBlock() throws {
        let ends = try Ends()
        var buffer: [UInt8] = [0]
        let read = try ends.ours.read(into: &buffer)
        let discarded = try ends.ours.discard(atMost: 1)
        #expect(read == .wouldBlock)
        #expect(discarded == .wouldBlock)
    }

    @Test("gives as much as there is room for, then the rest")
    func bytes() throws {
        let ends = try Ends()
        Loopback.send("hello, peer", to: ends.theirs)
        _ = try Loopback.news(of: ends.ours.descriptor, .read)
        var buffer = [UInt8](repeating: 0, count: 8)
        let first = try ends.ours.read(into: &buffer)
        #expect(first == .bytes(8))
        #expect(String(decoding: buffer, as: UTF8.self) == "hello, p")
        let second = try ends.ours.read(into: &buffer)
        #expect(second == .bytes(3))
        #expect(String(decoding: buffer[..<3], as: UTF8.self) == "eer")
    }

    @Test("can throw away what is there, up to a limit")
    func discard() throws {
        let ends = try Ends()
        Loopback.send("0123456789", to: ends.theirs)
        _ = try Loopback.news(of: ends.ours.descriptor, .read)
        let first = try ends.ours.discard(atMost: 4)
        #expect(first == .bytes(4))
        var buffer: [UInt8] = [0]
        let next = try ends.ours.read(into: &buffer)
        #expect(next == .bytes(1))
        #expect(buffer == [UInt8(ascii: "4")])
        let rest = try ends.ours.discard(atMost: 65_536)
        #expect(rest == .bytes(5))
    }

    @Test("gives what came before the peer's end, then the end, again and again")
    func endOfFile() throws {
        let ends = try Ends()
        Loopback.send("bye", to: ends.theirs)
        let ours = try ends.goodbye()
        let last = try Loopback.read(from: ours)
        let end = try Loopback.read(from: ours)
        let still = try ours.discard(atMost: 1)
        #expect(last == .bytes(3))
        #expect(end == .endOfFile)
        #expect(still == .endOfFile)
    }

    @Test("ends when the peer stops sending, while it still hears us")
    func halfClose() throws {
        let ends = try Ends()
        #expect(shutdown(ends.theirs.descriptor.number, CInt(SHUT_WR)) == 0)
        let end = try Loopback.read(from: ends.ours)
        #expect(end == .endOfFile)
        Loopback.send("still here", to: ends.ours)
        let heard = try Loopback.read(from: ends.theirs)
        #expect(heard == .bytes(10))
    }

    @Test("tells that the peer hung up hard")
    func reset() throws {
        let ours = try Ends().reset()
        do throws(any Error) {
            let result = try Loopback.read(from: ours)
            Issue.record("read \(result) of a reset connection")
        } catch {
            #expect(error as? SystemError == SystemError(.receive, ECONNRESET))
        }
    }
}
