import CLinux
import Glibc

/// Turns names into addresses on two threads, since `getaddrinfo` blocks: for seconds when a server
/// is dead, and it can't be cancelled. An answer that nobody wants any more is known by its token.
///
/// A question goes to whichever thread is free, so one name whose server is dead delays no other.
package struct Resolver: ~Copyable {
    package static let threadCount = 2
    /// Questions that may wait for their answers; about 100 bytes each.
    package static let queueLimit = 256
    private struct Question: Sendable {
        let name: String
        let port: UInt16
        let token: UInt64
    }

    private var threads: HelperThreads<Question, ResolverAnswer>

    /// - Throws: As of `HelperThreads`.
    package init() throws(SystemError) {
        threads = try HelperThreads(
            count: Self.threadCount,
            limit: Self.queueLimit,
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

    /// Lends the descriptor that is readable while an answer waits, for `Epoll.add`.
    package borrowing func withDescriptor<Result, Failure: Error>(
        _ body: (borrowing FileDescriptor) throws(Failure) -> Result
    ) throws(Failure) -> Result {
        try threads.withDescriptor(body)
    }

    /// Asks for the addresses of a name, or of an address written out; they come back with `port`.
    ///
    /// - Returns: False when `queueLimit` questions wait already, and this one was not taken.
    package mutating func resolve(name: String, port: UInt16, token: UInt64) -> Bool {
        threads.send(Question(name: name, port: port, token: token))
    }

    /// The next answer, in whatever order they come; nil when none is there yet.
    package mutating func nextAnswer() -> ResolverAnswer? {
        threads.receive()
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
            SocketAddress(high: $0.high, low: $0.low, port: port)
        }
    }
}
