import Glibc

/// Threads beside the loop, for what must block: name resolution, a database.
///
///         loop                                      threads
///     send(request) ──► request pipe, read by whichever is free ──► handler
///     receive()     ◄── reply pipe, watched by epoll           ◄──┘
///
/// A request is boxed and its pointer goes through the pipe, and so does the reply: ownership moves
/// with the pointer, and the kernel does the waiting and the waking. There is no lock.
/// (`Synchronization.Mutex` would do as well, but the thread sanitizer doesn't know it on Linux and
/// reports races that are none.)
///
/// There may be none at first: `start` adds one, and `endOne` ends one that has nothing to do.
///
/// Dropping the value ends each thread after what it is doing and what is already queued; nobody
/// waits for that, and what they answer is released. So a thread that is stuck in a call delays no
/// exit.
package struct HelperThreads<Request: Sendable, Reply: Sendable>: ~Copyable {
    /// The most that a pipe is sure to hold, hence the most requests without a received reply:
    /// neither side can ever block in a write. 512 pointers are one page, which is what the kernel
    /// gives a pipe when the user has many of them (`fs.pipe-user-pages-soft`).
    package static var highestLimit: Int { 512 }

    /// Sent and not yet answered by `receive`.
    package private(set) var waiting = 0
    /// Those that were started and not ended, whatever they are doing.
    package private(set) var count: Int
    private let limit: Int
    private let name: StaticString
    private let makeHandler: @Sendable () -> (Request) -> Reply
    private let requests: FileDescriptor
    private let mailbox: Mailbox<Request, Reply>

    /// - Parameters:
    ///   - count: How many threads to begin with; so many requests can be stuck without any other
    ///     waiting for them. Without any thread, requests wait for one.
    ///   - limit: Requests that may be waiting, 1 to `highestLimit`.
    ///   - name: What `ps -L` and `top -H` show, at most 15 bytes.
    ///   - makeHandler: Called on each new thread. What it makes stays on that thread, so it need
    ///     not be Sendable.
    /// - Throws: EMFILE and its like, EAGAIN when there may be no more threads.
    package init(
        count: Int,
        limit: Int,
        name: StaticString,
        makeHandler: @escaping @Sendable () -> (Request) -> Reply
    ) throws(SystemError) {
        precondition((1...Self.highestLimit).contains(limit) && count >= 0)
        precondition(name.utf8CodeUnitCount <= 15, "\(name)")
        let toThreads = try Pipe()
        let toLoop = try Pipe()
        try toLoop.output.makeNonBlocking()
        let mailbox = Mailbox<Request, Reply>(
            requests: toThreads.output,
            replies: toLoop.output,
            answering: toLoop.input
        )
        // When one can't be started, those before it end, since the pipe to them is dropped.
        for _ in 0..<count {
            try DetachedThread.start(name: name) { mailbox.serve(makeHandler()) }
        }
        self.count = count
        self.limit = limit
        self.name = name
        self.makeHandler = makeHandler
        self.mailbox = mailbox
        requests = toThreads.input
    }

    /// Starts one more thread. Traps where there would be more of them than `highestLimit` leaves
    /// room for beside `limit` requests.
    ///
    /// - Throws: EAGAIN when there may be no more threads.
    package mutating func start() throws(SystemError) {
        precondition(limit + count < Self.highestLimit || count == 0)
        let (mailbox, makeHandler) = (mailbox, makeHandler)
        try DetachedThread.start(name: name) { mailbox.serve(makeHandler()) }
        count += 1
    }

    /// Ends a thread: the first that is free once what was sent before is taken.
    package mutating func endOne() {
        precondition(count > 0)
        count -= 1
        Box<Request>.sendEnd(to: requests)
    }

    /// Lends the descriptor that is readable while a reply waits, for `Epoll.add`.
    package borrowing func withDescriptor<Result, Failure: Error>(
        _ body: (borrowing FileDescriptor) throws(Failure) -> Result
    ) throws(Failure) -> Result {
        try body(mailbox.replies)
    }

    /// False when `limit` requests wait already: nothing was sent, and the caller tells whoever
    /// asked.
    package mutating func send(_ request: Request) -> Bool {
        guard waiting < limit else { return false }
        waiting += 1
        Box(request).send(to: requests)
        return true
    }

    /// The next reply, in whatever order the threads finish; nil when none is there yet.
    package mutating func receive() -> Reply? {
        guard let box = Box<Reply>.receive(from: mailbox.replies) else { return nil }
        waiting -= 1
        return box.value
    }

    /// Waits until everything that was sent is answered, but not longer than `patience`. The
    /// answers are dropped: to be called at the end.
    borrowing func finish(within patience: Duration) {
        let end = ContinuousClock.now + patience
        var left = waiting
        while left > 0 {
            guard Box<Reply>.receive(from: mailbox.replies) == nil else {
                left -= 1
                continue
            }
            let rest = end - .now
            guard rest > .zero else { return }
            var replies = pollfd(
                fd: mailbox.replies.number,
                events: Int16(POLLIN),
                revents: 0
            )
            _ = poll(&replies, 1, Epoll.milliseconds(rest))
        }
    }
}

/// What the threads share, and the loop with them: the last to let go closes it.
private final class Mailbox<Request: Sendable, Reply: Sendable>: Sendable {
    let requests: FileDescriptor
    let replies: FileDescriptor
    let answering: FileDescriptor

    init(
        requests: consuming FileDescriptor,
        replies: consuming FileDescriptor,
        answering: consuming FileDescriptor
    ) {
        self.requests = requests
        self.replies = replies
        self.answering = answering
    }

    /// Until the loop closes its end and the queue is empty, or it says that one may end.
    func serve(_ handle: (Request) -> Reply) {
        while let request = Box<Request>.receive(from: requests) {
            Box(handle(request.value)).send(to: answering)
        }
    }

    /// Replies that the loop didn't want any more are released here. All requests were read, or
    /// else a thread would still hold this object, unless no thread could be started: then none was
    /// sent.
    deinit {
        while Box<Reply>.receive(from: replies) != nil {}
    }
}

/// A value on its way through a pipe. Whoever reads the pointer owns the box.
private final class Box<Value: Sendable>: Sendable {
    let value: Value

    init(_ value: Value) { self.value = value }

    /// Writes of 8 bytes are never torn or interleaved (pipe(7): up to 4,096 aren't), and there is
    /// always room for them, see `highestLimit`.
    func send(to pipe: borrowing FileDescriptor) {
        Self.send(UInt(bitPattern: Unmanaged.passRetained(self).toOpaque()), to: pipe)
    }

    /// No box: `receive` has nil for it, once.
    static func sendEnd(to pipe: borrowing FileDescriptor) {
        send(0, to: pipe)
    }

    private static func send(_ raw: UInt, to pipe: borrowing FileDescriptor) {
        var raw = raw
        let count = try? systemCall(.write) { write(pipe.number, &raw, MemoryLayout<UInt>.size) }
        precondition(count == MemoryLayout<UInt>.size, "a pipe took \(count ?? 0) bytes")
    }

    /// Nil when the other end is closed, for an end that was sent, or, if the pipe doesn't block,
    /// when nothing is there.
    ///
    /// Several threads may read one pipe: the kernel serves one read after the other, and there are
    /// never but whole pointers inside.
    static func receive(from pipe: borrowing FileDescriptor) -> Box? {
        var raw: UInt = 0
        let count = try? systemCallUnlessBlocked(.read) {
            read(pipe.number, &raw, MemoryLayout<UInt>.size)
        }
        guard count == MemoryLayout<UInt>.size, let pointer = UnsafeRawPointer(bitPattern: raw)
        else {
            return nil
        }
        return Unmanaged<Box>.fromOpaque(pointer).takeRetainedValue()
    }
}
