import CSystemd
import Glibc

/// A local datagram socket that never waits and belongs to no connection.
///
/// Each datagram names its receiver anew. So a receiver that was restarted gets the next one
/// without our doing: a connected socket would go on pointing at the old one, which nobody reads
/// any more.
struct DatagramSocket: ~Copyable, Sendable {
    private let number: CInt
    private let receiver: UnixAddress

    init(to receiver: UnixAddress) throws(SystemdError) {
        let kind =
            CInt(SOCK_DGRAM.rawValue) | CInt(SOCK_CLOEXEC.rawValue) | CInt(SOCK_NONBLOCK.rawValue)
        number = socket(AF_UNIX, kind, 0)
        guard number >= 0 else { throw .noSocket(code: errno) }
        self.receiver = receiver
    }

    deinit { close(number) }

    /// Asks for room for what waits to be read. The kernel grants at most `net.core.wmem_max`.
    func setSendBuffer(bytes: CInt) {
        var bytes = bytes
        let size = socklen_t(MemoryLayout.size(ofValue: bytes))
        let result = setsockopt(number, SOL_SOCKET, SO_SNDBUF, &bytes, size)
        precondition(result == 0, "setsockopt: \(errno)")
    }

    func send(_ bytes: UnsafeRawBufferPointer) -> Delivery {
        delivery {
            receiver.withSockaddr { address, length in
                sendto(number, bytes.baseAddress, bytes.count, Self.flags, address, length)
            }
        }
    }

    /// Sends the number of an open file, which stays the caller's too.
    func send(descriptor: CInt) -> Delivery {
        delivery {
            receiver.withSockaddr { address, length in
                Int(csystemd_send_descriptor(number, address, length, descriptor))
            }
        }
    }

    private static let flags = CInt(MSG_DONTWAIT) | CInt(MSG_NOSIGNAL)

    private func delivery(_ call: () -> Int) -> Delivery {
        while call() < 0 {
            let code = errno
            if code == EINTR { continue }
            // Only a mistake of ours can cause these: going on would hit somebody else's
            // descriptor.
            precondition(code != EBADF && code != EFAULT && code != ENOTSOCK, "send: \(code)")
            return .lost(code: code)
        }
        return .sent
    }
}
