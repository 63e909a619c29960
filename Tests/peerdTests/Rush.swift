import Glibc

@testable import LinuxIO

/// Sockets that send the same bytes again and again, as fast as their other ends take them, on a
/// thread of its own. What comes back is read and thrown away, or never read. It ends when it is
/// finished or dropped; until then the sockets stay open, whoever else closes them.
final class Rush {
    /// In bytes.
    struct Amount: Equatable {
        var sent = 0
        var received = 0
    }

    /// Of a pair: what is written to one end comes out of the other.
    private let ours: FileDescriptor

    /// - Parameters:
    ///   - numbers: Connected sockets.
    ///   - bytes: What each sends, from its beginning.
    ///   - isReading: Whether what comes back is read.
    /// - Throws: `Failure` where there can be no thread.
    init(on numbers: [CInt], sending bytes: [UInt8], isReading: Bool = true) throws {
        var ends: [CInt] = [-1, -1]
        let type = CInt(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue)
        guard socketpair(AF_UNIX, type, 0, &ends) == 0 else { throw Failure("socketpair", errno) }
        ours = FileDescriptor(owning: ends[0])
        let theirs = ends[1]
        let copies = numbers.map { fcntl($0, F_DUPFD_CLOEXEC, 0) }
        try DetachedThread.start(name: "rush") {
            var run = Run(copies, bytes, isReading: isReading, until: theirs)
            let amount = run.amountAtEnd()
            for copy in copies { close(copy) }
            let numbers = [amount.sent, amount.received]
            _ = numbers.withUnsafeBytes { send(theirs, $0.baseAddress, $0.count, Run.flags) }
            close(theirs)
        }
    }

    /// Ends it.
    ///
    /// - Returns: How much went through.
    func finish() throws -> Amount {
        shutdown(ours.number, CInt(SHUT_WR))
        var numbers = [0, 0]
        let count = numbers.withUnsafeMutableBytes {
            recv(ours.number, $0.baseAddress, $0.count, CInt(MSG_WAITALL))
        }
        guard count == 16 else { throw Failure("the rush ended before", errno) }
        return Amount(sent: numbers[0], received: numbers[1])
    }
}

/// The thread's part.
private struct Run {
    static let flags = CInt(MSG_NOSIGNAL | MSG_DONTWAIT)

    private let bytes: [UInt8]
    private var polled: [pollfd]
    /// How much of `bytes` each has sent.
    private var positions: [Int]
    private var amount = Rush.Amount()
    private var buffer = [UInt8](repeating: 0, count: 65_536)

    init(_ numbers: [CInt], _ bytes: [UInt8], isReading: Bool, until end: CInt) {
        self.bytes = bytes
        let events = Int16(isReading ? POLLIN | POLLOUT : POLLOUT)
        polled = numbers.map { pollfd(fd: $0, events: events, revents: 0) }
        polled.append(pollfd(fd: end, events: Int16(POLLIN), revents: 0))
        positions = [Int](repeating: 0, count: numbers.count)
    }

    /// Runs until the end is said.
    mutating func amountAtEnd() -> Rush.Amount {
        let end = positions.count
        while poll(&polled, nfds_t(polled.count), -1) > 0, polled[end].revents == 0 {
            for index in positions.indices where polled[index].revents != 0 {
                // A negative number is passed over from now on.
                if !serve(index) { polled[index].fd = -1 }
            }
        }
        return amount
    }

    /// False if the other end has hung up.
    private mutating func serve(_ index: Int) -> Bool {
        let (number, ready) = (polled[index].fd, CInt(polled[index].revents))
        if ready & POLLIN != 0 {
            let count = recv(number, &buffer, buffer.count, CInt(MSG_DONTWAIT))
            guard count > 0 else { return false }
            amount.received += count
        }
        guard ready & (POLLERR | POLLHUP) == 0 else { return false }
        guard ready & POLLOUT != 0 else { return true }
        let rest = bytes[positions[index]...]
        let count = rest.withUnsafeBytes { send(number, $0.baseAddress, $0.count, Self.flags) }
        guard count > 0 else { return errno == EAGAIN }
        amount.sent += count
        positions[index] = (positions[index] + count) % bytes.count
        return true
    }
}
