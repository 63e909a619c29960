import Control
import LinuxIO
import Timing

/// A conversation with the daemon: one call after another, each answered before the next.
struct Client: ~Copyable {
    /// How long the daemon may take to accept the connection, to take a call, and to answer one
    /// that it answers at once. It does so within milliseconds, or within seconds on a machine that
    /// swaps.
    static let patience = Duration.seconds(30)

    private let stream: UnixStream
    /// Of this daemon: for all that it does at once.
    private let patience: Duration
    /// When it began to connect.
    private let startedAt: Instant
    private var framer = MessageFramer()
    /// Some replies of `List` at a time.
    private var buffer = [UInt8](repeating: 0, count: 64 << 10)

    private init(_ stream: consuming UnixStream, _ patience: Duration, startedAt: Instant) {
        self.stream = stream
        self.patience = patience
        self.startedAt = startedAt
    }

    /// Connects to the first socket that is there and has a listener. If there is none, the failure
    /// is that of the first path. The daemon may take `patience` to accept, and to begin with what
    /// has several replies.
    static func connect(
        toFirstOf paths: [String],
        patience: Duration = patience
    ) throws(CommandFailure) -> Client {
        let start = Instant.present()
        var first: CommandFailure?
        for path in paths {
            guard let unixPath = UnixPath(path) else { throw .unusablePath(path) }
            do throws(SystemError) {
                let stream = try UnixStream.connect(to: unixPath, patience: patience)
                return Client(stream, patience, startedAt: start)
            } catch {
                guard !error.saysWouldBlock else { throw .noAnswer(after: patience) }
                // What is there and refuses this user is the one that was meant.
                guard error.saysNobodyListens else { throw .unreachable(path: path, error) }
                first = first ?? .unreachable(path: path, error)
            }
        }
        guard let first else { preconditionFailure("no path") }
        throw first
    }

    /// How long there has been a client, with the time that connecting took.
    var age: Duration { .present() - startedAt }

    /// Makes a call that has one reply, which may take so long; nil for as long as what was asked
    /// for takes.
    mutating func call<Parameters: MethodParameters>(
        _ parameters: Parameters,
        within limit: Duration? = patience
    ) throws(CommandFailure) -> Parameters.Reply {
        try send(parameters)
        return try receive(Parameters.Reply.self, within: limit).parameters
    }

    /// Makes a call that has several replies, and hands each one over as it comes. Each but the
    /// first may take so long, nil for ever; the first one comes at once.
    mutating func stream<Parameters: MethodParameters>(
        _ parameters: Parameters,
        within limit: Duration? = patience,
        _ body: (Parameters.Reply) throws(CommandFailure) -> Void
    ) throws(CommandFailure) {
        try send(parameters)
        var wait: Duration? = patience
        while true {
            let reply = try receive(Parameters.Reply.self, within: wait)
            try body(reply.parameters)
            guard reply.continues else { return }
            wait = limit
        }
    }

    /// Makes a call without waiting for what is answered.
    func send(_ parameters: some MethodParameters) throws(CommandFailure) {
        var bytes: [UInt8] = []
        parameters.encode(into: &bytes)
        do throws(SystemError) {
            try stream.send(bytes)
        } catch {
            throw error.saysWouldBlock ? .noAnswer(after: patience) : .connectionLost
        }
    }

    /// Waits for the next reply to the call that was sent last.
    mutating func receive<Reply: ReplyParameters>(
        _: Reply.Type,
        within limit: Duration?
    ) throws(CommandFailure) -> (parameters: Reply, continues: Bool) {
        let message = try nextMessage(within: limit.map { WaitLimit($0) })
        let reply: ReplyMessage<Reply>
        do throws(ReplyError) {
            reply = try ReplyMessage(decoding: message)
        } catch {
            throw .incomprehensible(cause: error.cause)
        }
        switch reply.result {
        case .success(let parameters): return (parameters, reply.continues)
        case .failure(let error): throw .answered(error, message: message)
        }
    }

    private mutating func nextMessage(within limit: WaitLimit?) throws(CommandFailure) -> [UInt8] {
        while true {
            do throws(MessageError) {
                if let message = try framer.next() { return message }
            } catch {
                throw .incomprehensible(cause: "more than \(Bounds.messageBytes) bytes")
            }
            framer.append(buffer[..<(try receiveBytes(within: limit))])
        }
    }

    private mutating func receiveBytes(within limit: WaitLimit?) throws(CommandFailure) -> Int {
        let received: UnixStream.Received
        do throws(SystemError) {
            received = try stream.receive(
                into: &buffer,
                within: limit?.left,
                whileReading: StandardStream.output.rawValue
            )
        } catch {
            // A hard end, since something that was sent hadn't been read.
            throw .connectionLost
        }
        switch received {
        case .bytes(let count): return count
        case .endOfFile: throw .connectionLost
        case .timedOut: throw .noAnswer(after: limit?.whole ?? .zero)
        case .readerGone: StandardStream.endByClosedPipe()
        }
    }
}

/// A wait that ends at one time, in however many parts what is waited for comes.
struct WaitLimit {
    let whole: Duration
    private let end: Instant

    init(_ whole: Duration) {
        self.whole = whole
        end = .present() + whole
    }

    var left: Duration { max(end - .present(), .zero) }

    var isOver: Bool { left == .zero }
}

extension Instant {
    fileprivate static func present() -> Instant { Instant(nanoseconds: SystemClock.boot()) }
}
