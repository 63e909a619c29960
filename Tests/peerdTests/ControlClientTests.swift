import Control
import Glibc
import Testing

@testable import LinuxIO
@testable import peerd

/// What the daemon keeps for one client, without the daemon.
@Suite("A client of the control socket")
struct ControlClientTests {
    @Test("that takes its answers slowly, and never all, costs no more and more memory")
    func slow() throws {
        var pair = try ClientPair.connected()
        let reply = Service.GetInterfaceDescription.Reply(
            description: String(repeating: "x", count: 20_000)
        )
        var taken = 0
        var most = 0
        for _ in 0..<1_000 {
            // As the daemon does it: never more while much waits.
            while pair.client.waitingBytes <= ControlClient.outputLimit { pair.client.reply(reply) }
            pair.client.flush()
            most = max(most, pair.client.keptBytes)
            taken += pair.take(atMost: 30_000)
            // As epoll says it then.
            pair.client.isFull = false
        }
        #expect(taken > 20 << 20)
        #expect(most <= 2 * ControlClient.outputLimit + 2 * 20_100)
        #expect(pair.client.waitingBytes > 0)
    }

    @Test("that is gone isn't watched when nothing more can be read of it")
    func gone() throws {
        var pair = try ClientPair.connected()
        var buffer = [UInt8](repeating: 0, count: 65_536)
        pair.write("{}\n")
        pair.goAway()
        pair.client.noteGone()
        #expect(pair.client.wantedInterest == .read)
        pair.client.read(into: &buffer)
        pair.client.read(into: &buffer)
        #expect(pair.client.hasEnded && pair.client.wantedInterest == nil)
        // What it sent before is still to be done.
        #expect(pair.client.isReady && !pair.client.isFinished)
    }

    @Test("that is gone with more calls than are read at once is watched again after those")
    func goneWithMany() throws {
        var pair = try ClientPair.connected()
        var buffer = [UInt8](repeating: 0, count: 64)
        let call = #"{"method":"org.varlink.service.GetInfo"}"# + "\n"
        pair.write(String(repeating: call, count: 40))
        pair.goAway()
        pair.client.noteGone()
        var answered = 0
        var wasUnwatched = false
        while !pair.client.isFinished {
            let interest = pair.client.wantedInterest
            if interest == nil, !pair.client.hasEnded { wasUnwatched = true }
            if interest == .read {
                pair.client.read(into: &buffer)
            } else {
                #expect(try pair.client.nextCall() != nil)
                answered += 1
            }
        }
        #expect(wasUnwatched && answered == 40)
    }

    @Test("isn't read while sixteen of its calls wait")
    func callsWaiting() throws {
        var pair = try ClientPair.connected()
        var buffer = [UInt8](repeating: 0, count: 65_536)
        let call = #"{"method":"org.varlink.service.GetInfo"}"# + "\n"
        pair.write(String(repeating: call, count: Bounds.callsWaiting - 1))
        pair.client.read(into: &buffer)
        #expect(pair.client.wantedInterest == .read)
        pair.write(call)
        pair.client.read(into: &buffer)
        #expect(pair.client.wantedInterest == [])
        _ = try pair.client.nextCall()
        #expect(pair.client.wantedInterest == .read)
    }
}

/// The daemon's side of a connection, and the other end of it.
private struct ClientPair: ~Copyable {
    var client: ControlClient
    private var other: FileDescriptor?
    private let number: CInt

    static func connected() throws -> ClientPair {
        var numbers: [CInt] = [0, 0]
        let type = CInt(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue | SOCK_NONBLOCK.rawValue)
        guard socketpair(AF_UNIX, type, 0, &numbers) == 0 else {
            throw Failure("socketpair", errno)
        }
        let other = FileDescriptor(owning: numbers[1])
        var client = ControlClient()
        client.open(try UnixConnection(accepted: FileDescriptor(owning: numbers[0])))
        return ClientPair(client: consume client, other: consume other, number: numbers[1])
    }

    /// Sends calls that end in line feeds.
    func write(_ text: String) {
        let bytes = text.utf8.map { $0 == UInt8(ascii: "\n") ? 0 : $0 }
        #expect(send(number, bytes, bytes.count, 0) == bytes.count)
    }

    /// - Returns: How many bytes of answers there were.
    func take(atMost limit: Int) -> Int {
        var chunk = [UInt8](repeating: 0, count: limit)
        return max(recv(number, &chunk, chunk.count, 0), 0)
    }

    mutating func goAway() { other = nil }
}
