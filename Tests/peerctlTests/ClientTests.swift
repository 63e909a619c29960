import Control
import Facts
import Glibc
import LinuxIO
import Testing

@testable import peerctl

/// Against an end that says what it likes. Both ends are in one thread: what the client will read
/// is written before it asks.
@Suite("The client")
struct ClientTests {
    /// A client, and the end that it talks to.
    private struct Pair: ~Copyable {
        var client: Client
        let other: UnixConnection
        private let listener: UnixListener

        static func connected() throws -> Pair {
            let name = "/tmp/peerctl-client-\(getpid())-\(UInt64.random(in: 0...UInt64.max))"
            let path = try #require(UnixPath(name))
            let listener = try UnixListener.bound(to: path)
            let client = try Client.connect(toFirstOf: ["\(name)-missing", "/dev/null", name])
            unlink(name)
            guard let other = try listener.accept() else { throw Missing() }
            return Pair(client: client, other: other, listener: listener)
        }

        private init(
            client: consuming Client,
            other: consuming UnixConnection,
            listener: consuming UnixListener
        ) {
            self.client = client
            self.other = other
            self.listener = listener
        }

        func say(_ messages: String...) throws {
            for message in messages {
                let bytes = Array(message.utf8) + [0]
                #expect(try other.send(bytes[...]) == bytes.count)
            }
        }

        /// No more will come.
        func finish() {
            shutdown(other.descriptor.number, CInt(SHUT_WR))
        }
    }

    private struct Missing: Error {}

    private static let answer = #"{"parameters":{"id":7}}"#

    @Test("without a listener anywhere names the first place where it looked")
    func nobody() {
        let error = #expect(throws: CommandFailure.self) {
            _ = try Client.connect(toFirstOf: ["/nowhere/first", "/dev/null"])
        }
        #expect(error == .unreachable(path: "/nowhere/first", SystemError(.connect, ENOENT)))
        let unusable = #expect(throws: CommandFailure.self) {
            _ = try Client.connect(toFirstOf: [""])
        }
        #expect(unusable == .unusablePath(""))
    }

    @Test("sends a call as varlink has it, and reads its reply")
    func call() throws {
        var pair = try Pair.connected()
        try pair.say(Self.answer)
        #expect(try pair.client.call(Peers.AddPersistent(address: "a:1")).id == 7)
        var buffer = [UInt8](repeating: 0, count: 1000)
        guard case .bytes(let count) = try pair.other.read(into: &buffer) else { throw Missing() }
        let sent = String(decoding: buffer[..<count], as: UTF8.self)
        #expect(
            sent == #"{"method":"org.peerd.Peers.AddPersistent","parameters":{"address":"a:1"}}"#
                + "\0"
        )
        // And again on the same connection.
        try pair.say(Self.answer)
        #expect(try pair.client.call(Peers.AddPersistent(address: "a:1")).id == 7)
    }

    @Test("hands over each reply of a stream")
    func stream() throws {
        var pair = try Pair.connected()
        try pair.say(
            #"{"parameters":{"bans":[]},"continues":true}"#,
            #"{"parameters":{"bans":[]},"continues":true}"#,
            #"{"parameters":{"bans":[]}}"#
        )
        var count = 0
        try pair.client.stream(Peers.ListBans()) { (_) throws(CommandFailure) in count += 1 }
        #expect(count == 3)
    }

    @Test("takes an end in the middle for what it is")
    func lost() throws {
        for beginning in ["", #"{"param"#, Self.answer] {
            var pair = try Pair.connected()
            let bytes = Array(beginning.utf8)
            #expect(try pair.other.send(bytes[...]) == bytes.count)
            pair.finish()
            let error = #expect(throws: CommandFailure.self) {
                try pair.client.call(Peers.AddPersistent(address: "a:1"))
            }
            #expect(error == .connectionLost)
        }
    }

    @Test("says that what answers isn't the daemon", arguments: ["HTTP/1.1 400", "{}", "[]"])
    func incomprehensible(message: String) throws {
        var pair = try Pair.connected()
        try pair.say(message)
        let error = #expect(throws: CommandFailure.self) {
            try pair.client.call(Peers.AddPersistent(address: "a:1"))
        }
        guard case .incomprehensible = error else { throw Missing() }
    }

    @Test("keeps the daemon's error as it came")
    func refused() throws {
        var pair = try Pair.connected()
        let message = #"{"error":"org.peerd.Peers.AlreadyConnected","parameters":{"id":2}}"#
        try pair.say(message)
        let error = #expect(throws: CommandFailure.self) {
            try pair.client.call(Peers.AddPersistent(address: "a:1"))
        }
        #expect(
            error
                == .answered(
                    .peers(.refused(.alreadyConnected(ConnectionID(number: 2, slot: 0)))),
                    message: Array(message.utf8)
                )
        )
    }

    @Test("doesn't wait for an answer any longer than it is told")
    func patience() throws {
        var pair = try Pair.connected()
        let error = #expect(throws: CommandFailure.self) {
            try pair.client.call(Peers.Status(), within: .milliseconds(1))
        }
        #expect(error == .noAnswer(after: .milliseconds(1)))
    }
}
