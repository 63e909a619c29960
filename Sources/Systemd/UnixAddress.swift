import Glibc

/// Where a local datagram goes.
struct UnixAddress: Sendable {
    private let address: sockaddr_un
    private let length: socklen_t

    /// - Parameter path: Absolute, or with `@` in front in the abstract namespace, as systemd
    ///   writes it in NOTIFY_SOCKET.
    /// - Throws: `badPath`.
    init(path: String) throws(SystemdError) {
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        let bytes = path.utf8
        let header = MemoryLayout.size(ofValue: address.sun_family)
        // One byte is for the zero at the end, which the kernel doesn't want but others look for.
        let room = MemoryLayout.size(ofValue: address.sun_path) - 1
        guard bytes.count > 1, bytes.count <= room, path.hasPrefix("/") || path.hasPrefix("@")
        else {
            throw .badPath(path)
        }
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: bytes) }
        let isAbstract = path.hasPrefix("@")
        if isAbstract { address.sun_path.0 = 0 }
        self.address = address
        // In the abstract namespace every byte counts, so a trailing zero would be another name.
        length = socklen_t(header + bytes.count + (isAbstract ? 0 : 1))
    }

    func withSockaddr<Result>(_ body: (UnsafePointer<sockaddr>, socklen_t) -> Result) -> Result {
        withUnsafePointer(to: address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { body($0, length) }
        }
    }
}
