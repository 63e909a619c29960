import CLinux
import Glibc

/// Turns names into addresses on threads, since `getaddrinfo` blocks: for seconds when a server is
/// dead, and it can't be cancelled. An answer that nobody wants any more is known by its token.
///
/// Each question has a thread of its own, which comes with it if none is free. So what is asked is
/// never late because of another name, and whoever asks decides whose name takes a thread.
package struct Resolver: ~Copyable {
    /// Questions at a time, hence threads: each takes about 100 KiB, and two descriptors while it
    /// waits for a server.
    package static let mostThreads = 32

    private var threads: HelperThreads<NameQuestion, ResolverAnswer>

    /// Starts no thread yet.
    ///
    /// - Throws: EMFILE and its like.
    package init() throws(SystemError) {
        threads = try HelperThreads(
            count: 0,
            limit: Self.mostThreads,
            name: "resolver",
            makeHandler: {
                { question in
                    ResolverAnswer(
                        token: question.token,
                        result: Self.lookUp(question.name, port: question.port)
                    )
                }
            }
        )
    }

    /// Threads that there are, and of them those that have nothing to do.
    package var threadCount: Int { threads.count }
    package var freeThreads: Int { threads.count - threads.waiting }

    /// Lends the descriptor that is readable while an answer waits, for `Epoll.add`.
    package borrowing func withDescriptor<Result, Failure: Error>(
        _ body: (borrowing FileDescriptor) throws(Failure) -> Result
    ) throws(Failure) -> Result {
        try threads.withDescriptor(body)
    }

    /// Asks for the addresses of a name, or of an address written out; they come back with `port`.
    /// Traps when `mostThreads` questions are under way already.
    ///
    /// - Throws: EAGAIN when there may be no more threads; the question isn't asked then.
    package mutating func ask(_ question: NameQuestion) throws(SystemError) {
        if freeThreads == 0 { try threads.start() }
        let isTaken = threads.send(question)
        precondition(isTaken, "the resolver was asked more than it has threads for")
    }

    /// The next answer, in whatever order they come; nil when none is there yet.
    package mutating func nextAnswer() -> ResolverAnswer? {
        threads.receive()
    }

    /// Ends a thread that has nothing to do. Traps if there is none.
    package mutating func endThread() {
        precondition(freeThreads > 0)
        threads.endOne()
    }

    private static func lookUp(
        _ name: String,
        port: UInt16
    ) -> Result<[SocketAddress], ResolutionFailure> {
        var hints = addrinfo()
        hints.ai_family = AF_UNSPEC
        // One entry an address, instead of one for each type of socket.
        hints.ai_socktype = CInt(SOCK_STREAM.rawValue)
        var list: UnsafeMutablePointer<addrinfo>?
        let code = getaddrinfo(name, nil, &hints, &list)
        guard code == 0 else { return .failure(ResolutionFailure(code, errno: errno)) }
        defer { freeaddrinfo(list) }

        var found = DistinctAddresses()
        var next = list
        while let entry = next, !found.isFull {
            next = entry.pointee.ai_next
            if let address = address(of: entry.pointee, port: port) { found.append(address) }
        }
        guard !found.addresses.isEmpty else {
            return .failure(ResolutionFailure(clinux_eai_nodata, errno: 0))
        }
        return .success(found.addresses)
    }

    private static func address(of entry: addrinfo, port: UInt16) -> SocketAddress? {
        let raw = UnsafeRawBufferPointer(start: entry.ai_addr, count: Int(entry.ai_addrlen))
        return SocketAddress(reading: raw).map {
            SocketAddress(high: $0.high, low: $0.low, port: port, interface: $0.interface)
        }
    }
}
