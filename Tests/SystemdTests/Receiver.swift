import Glibc
import Testing

/// A local datagram socket of the test's own, in the place of journald's or the manager's.
final class Receiver {
    let number: CInt
    let path: String

    /// Binds to a new path, or to one that a previous receiver has left.
    init(at path: String = Receiver.newPath()) throws {
        self.path = path
        number = socket(AF_UNIX, CInt(SOCK_DGRAM.rawValue) | CInt(SOCK_CLOEXEC.rawValue), 0)
        try #require(number >= 0)
        unlink(path)
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: path.utf8) }
        if path.hasPrefix("@") { address.sun_path.0 = 0 }
        let length = socklen_t(2 + path.utf8.count)
        let result = withUnsafePointer(to: address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { bind(number, $0, length) }
        }
        try #require(result == 0, "bind to \(path): \(errno)")
        // A datagram that was sent is there at once; a test that waits for one is wrong.
        var patience = timeval(tv_sec: 20, tv_usec: 0)
        setsockopt(
            number,
            SOL_SOCKET,
            SO_RCVTIMEO,
            &patience,
            socklen_t(MemoryLayout<timeval>.size)
        )
    }

    deinit { close(number) }

    /// A path below 108 bytes that nobody else uses.
    static func newPath() -> String {
        "/tmp/systemd-tests-\(getpid())-\(UInt32.random(in: 0 ... .max)).socket"
    }

    /// Takes the socket's file away, as a stopped socket unit does.
    func removePath() { unlink(path) }

    /// The next datagram and the descriptor that came with it.
    func receive() throws -> (bytes: [UInt8], descriptor: CInt?) {
        var bytes = [UInt8](repeating: 0, count: 1 << 20)
        // A cmsghdr (length, level, type) and one number, filled up to 8 bytes.
        var control = [UInt8](repeating: 0, count: 24)
        var controlLength = 0
        let count = bytes.withUnsafeMutableBytes { bytes in
            control.withUnsafeMutableBytes { control in
                var vector = iovec(iov_base: bytes.baseAddress, iov_len: bytes.count)
                return withUnsafeMutablePointer(to: &vector) { vector in
                    var message = msghdr()
                    message.msg_iov = vector
                    message.msg_iovlen = 1
                    message.msg_control = control.baseAddress
                    message.msg_controllen = control.count
                    let count = recvmsg(number, &message, 0)
                    controlLength = message.msg_controllen
                    return count
                }
            }
        }
        try #require(count >= 0, "recvmsg: \(errno)")
        guard controlLength > 0 else { return (Array(bytes[..<count]), nil) }
        let header = control.withUnsafeBytes { control in
            (
                length: control.load(as: UInt64.self),
                level: control.load(fromByteOffset: 8, as: CInt.self),
                type: control.load(fromByteOffset: 12, as: CInt.self),
                descriptor: control.load(fromByteOffset: 16, as: CInt.self)
            )
        }
        // SOL_SOCKET and SCM_RIGHTS.
        try #require(header.length == 20 && header.level == 1 && header.type == 1)
        return (Array(bytes[..<count]), header.descriptor)
    }

    func receiveText() throws -> String {
        String(decoding: try receive().bytes, as: UTF8.self)
    }

    /// Takes what waits, and says how much that was.
    func drain() -> Int {
        var byte: UInt8 = 0
        var count = 0
        while recv(number, &byte, 1, CInt(MSG_DONTWAIT)) >= 0 { count += 1 }
        return count
    }
}
