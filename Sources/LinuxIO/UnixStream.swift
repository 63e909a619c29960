import Glibc

/// A client's end of a local stream socket, which waits, for programs that do one thing at a time.
/// Dropping it hangs up.
package struct UnixStream: ~Copyable, Sendable {
    /// What came of waiting for bytes.
    package enum Received: Equatable, Sendable {
        /// At least one byte.
        case bytes(Int)
        /// The other end has hung up, and everything before was read.
        case endOfFile
        /// Nothing within the time given.
        case timedOut
        /// Whoever read what this program writes has gone, so that nobody waits for the answer.
        case readerGone
    }

    private let descriptor: FileDescriptor

    /// Connects, and waits while the listener's queue is full.
    ///
    /// `patience`, more than nothing, is how long connecting, and later each part of a `send`, may
    /// wait for the other end.
    ///
    /// - Throws: ENOENT and ECONNREFUSED when nobody listens there, EACCES when this user may not,
    ///   EAGAIN when `patience` has passed.
    package static func connect(
        to path: UnixPath,
        patience: Duration
    ) throws(SystemError) -> UnixStream {
        let type = CInt(SOCK_STREAM.rawValue) | CInt(SOCK_CLOEXEC.rawValue)
        let descriptor = FileDescriptor(
            owning: try systemCall(.socket) { socket(AF_UNIX, type, 0) }
        )
        // Holds for connecting too: socket(7).
        try descriptor.setOption(SOL_SOCKET, SO_SNDTIMEO, timeval(patience))
        let number = descriptor.number
        try systemCall(.connect) { path.withSockaddr { Glibc.connect(number, $0, $1) } }
        return UnixStream(descriptor: descriptor)
    }

    /// Sends all of the bytes.
    ///
    /// - Throws: EPIPE and ECONNRESET when the other end has gone, EAGAIN when it has taken nothing
    ///   for as long as `connect` was told.
    package func send(_ bytes: [UInt8]) throws(SystemError) {
        var rest = bytes[...]
        while !rest.isEmpty {
            let count = try systemCall(.send) {
                rest.withUnsafeBytes {
                    Glibc.send(descriptor.number, $0.baseAddress, $0.count, CInt(MSG_NOSIGNAL))
                }
            }
            rest = rest.dropFirst(count)
        }
    }

    /// Waits for bytes and reads them into the beginning of `buffer`, at most `buffer.count`, which
    /// must not be 0. It waits for `limit`, rounded up to milliseconds, and with nil for ever; and
    /// not any longer when `output`, a descriptor that this program writes to, is a pipe that
    /// nobody reads.
    ///
    /// - Throws: ECONNRESET when the other end went without reading everything.
    package func receive(
        into buffer: inout [UInt8],
        within limit: Duration?,
        whileReading output: CInt
    ) throws(SystemError) -> Received {
        precondition(!buffer.isEmpty)
        var watched = [
            pollfd(fd: descriptor.number, events: Int16(POLLIN), revents: 0),
            // Without events of its own a pipe reports only POLLERR: its reader has gone.
            pollfd(fd: output, events: 0, revents: 0),
        ]
        let milliseconds = limit.map { Self.milliseconds($0) } ?? -1
        let found = try systemCall(.poll) { poll(&watched, nfds_t(watched.count), milliseconds) }
        guard found > 0 else { return .timedOut }
        guard watched[1].revents & Int16(POLLERR) == 0 else { return .readerGone }
        let count = try systemCall(.receive) {
            buffer.withUnsafeMutableBytes { recv(descriptor.number, $0.baseAddress, $0.count, 0) }
        }
        return count == 0 ? .endOfFile : .bytes(count)
    }

    private static func milliseconds(_ limit: Duration) -> CInt {
        CInt(clamping: (max(limit, .zero) + .nanoseconds(999_999)) / .milliseconds(1))
    }
}

extension CInt {
    /// Whole ones only; what doesn't fit becomes the largest.
    fileprivate init(clamping count: Double) {
        self = count < Double(CInt.max) ? CInt(count) : .max
    }
}

extension timeval {
    /// Rounded up to microseconds, since 0 would mean for ever.
    fileprivate init(_ duration: Duration) {
        precondition(duration > .zero)
        let (seconds, attoseconds) = duration.components
        let microseconds = (attoseconds + 999_999_999_999) / 1_000_000_000_000
        self.init(
            tv_sec: Int(seconds + microseconds / 1_000_000),
            tv_usec: Int(microseconds % 1_000_000)
        )
    }
}
