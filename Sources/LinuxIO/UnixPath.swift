import Glibc

/// The path of a local socket.
package struct UnixPath: Sendable, CustomStringConvertible {
    /// Bytes that the kernel has room for, without the zero at the end.
    package static let longest = 107

    private let address: sockaddr_un
    package let description: String

    /// Nil if it is empty or too long, or has a zero in it.
    package init?(_ path: String) {
        let bytes = path.utf8
        guard (1...Self.longest).contains(bytes.count), !bytes.contains(0) else { return nil }
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: bytes) }
        self.address = address
        description = path
    }

    func withSockaddr<Result>(_ body: (UnsafePointer<sockaddr>, socklen_t) -> Result) -> Result {
        withUnsafePointer(to: address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                body($0, socklen_t(MemoryLayout<sockaddr_un>.size))
            }
        }
    }
}
