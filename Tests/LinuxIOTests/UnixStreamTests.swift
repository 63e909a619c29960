import Glibc
import Testing

@testable import LinuxIO

/// Against a plain listener of C's, so that each end can be made to misbehave.
@Suite("A local stream")
struct UnixStreamTests {
    /// A listening local socket with a path of its own, which goes with it.
    private struct PlainListener: ~Copyable {
        let path: UnixPath
        let descriptor: FileDescriptor

        static func listening(backlog: CInt = 8) throws -> PlainListener {
            let name = "/tmp/peerd-stream-\(getpid())-\(UInt64.random(in: 0...UInt64.max))"
            let path = try #require(UnixPath(name))
            let type = CInt(SOCK_STREAM.rawValue) | CInt(SOCK_CLOEXEC.rawValue)
            let number = socket(AF_UNIX, type, 0)
            try #require(number >= 0)
            let listener = PlainListener(path: path, descriptor: FileDescriptor(owning: number))
            let isBound = path.withSockaddr { bind(number, $0, $1) } == 0
            try #require(isBound && listen(number, backlog) == 0)
            return listener
        }

        private init(path: UnixPath, descriptor: consuming FileDescriptor) {
            self.path = path
            self.descriptor = descriptor
        }

        deinit { unlink(path.description) }

        func accept() throws -> FileDescriptor {
            let number = Glibc.accept(descriptor.number, nil, nil)
            try #require(number >= 0)
            return FileDescriptor(owning: number)
        }
    }

    private static let patience = Duration.seconds(20)

    private static func receive(
        _ stream: borrowing UnixStream,
        within limit: Duration? = patience,
        whileReading output: CInt = -1
    ) throws -> (UnixStream.Received, [UInt8]) {
        var buffer = [UInt8](repeating: 0, count: 16)
        let received = try stream.receive(into: &buffer, within: limit, whileReading: output)
        guard case .bytes(let count) = received else { return (received, []) }
        return (received, Array(buffer[..<count]))
    }

    @Test("carries bytes both ways, and says when the other end has gone")
    func bytes() throws {
        let listener = try PlainListener.listening()
        let stream = try UnixStream.connect(to: listener.path, patience: Self.patience)
        let accepted = try listener.accept()
        let number = accepted.number
        try stream.send(Array("hello".utf8))
        var buffer = [UInt8](repeating: 0, count: 16)
        try #require(read(number, &buffer, buffer.count) == 5)
        try #require(write(number, buffer, 5) == 5)
        let (received, bytes) = try Self.receive(stream)
        #expect(received == .bytes(5) && bytes == Array("hello".utf8))
        _ = consume accepted
        #expect(try Self.receive(stream).0 == .endOfFile)
        // And no signal ends the process.
        #expect(throws: SystemError(.send, EPIPE)) { try stream.send([1]) }
    }

    @Test("doesn't wait any longer than it is told")
    func patience() throws {
        let listener = try PlainListener.listening()
        let stream = try UnixStream.connect(to: listener.path, patience: .milliseconds(20))
        #expect(try Self.receive(stream, within: .milliseconds(1)).0 == .timedOut)
        #expect(try Self.receive(stream, within: .zero).0 == .timedOut)
        // More than both sockets' buffers have room for, and nobody reads.
        let error = #expect(throws: SystemError.self) {
            try stream.send([UInt8](repeating: 0, count: 16 << 20))
        }
        #expect(error == SystemError(.send, EAGAIN))
    }

    @Test("doesn't wait for a listener whose queue is full any longer than it is told")
    func fullQueue() throws {
        let listener = try PlainListener.listening(backlog: 0)
        // The kernel takes one more than the backlog.
        let first = try UnixStream.connect(to: listener.path, patience: Self.patience)
        let error = #expect(throws: SystemError.self) {
            _ = try UnixStream.connect(to: listener.path, patience: .milliseconds(1))
        }
        #expect(error == SystemError(.connect, EAGAIN))
        _ = consume first
    }

    @Test("says why it can't be connected")
    func errors() throws {
        let nothing = try #require(UnixPath("/tmp/peerd-nothing-\(getpid())/socket"))
        let error = #expect(throws: SystemError.self) {
            _ = try UnixStream.connect(to: nothing, patience: Self.patience)
        }
        #expect(error == SystemError(.connect, ENOENT))
        let file = try #require(UnixPath("/dev/null"))
        let refused = #expect(throws: SystemError.self) {
            _ = try UnixStream.connect(to: file, patience: Self.patience)
        }
        #expect(refused == SystemError(.connect, ECONNREFUSED))
    }

    @Test("stops waiting when nobody reads what this program writes")
    func reader() throws {
        let listener = try PlainListener.listening()
        let stream = try UnixStream.connect(to: listener.path, patience: Self.patience)
        let pipe = try Pipe()
        let output = FileDescriptor(owning: dup(pipe.input.number))
        #expect(
            try Self.receive(stream, within: .zero, whileReading: output.number).0 == .timedOut
        )
        _ = consume pipe
        #expect(
            try Self.receive(stream, within: nil, whileReading: output.number).0 == .readerGone
        )
    }

    @Test(
        "may have a path of as many bytes as the kernel takes",
        arguments: [(0, false), (1, true), (107, true), (108, false)]
    )
    func paths(length: Int, isPossible: Bool) {
        #expect((UnixPath(String(repeating: "x", count: length)) != nil) == isPossible)
        #expect(UnixPath("a\0b") == nil)
    }
}
