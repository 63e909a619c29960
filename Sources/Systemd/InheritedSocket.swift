import CSystemd
import Glibc

/// A socket that systemd opened and handed over when it started this process.
package struct InheritedSocket: Equatable, Sendable {
    /// `FileDescriptorName=` of the socket unit. Several sockets can have one name: those of one
    /// unit all do.
    package let name: String
    /// An open descriptor, kept from our children. It belongs to nobody yet: whoever takes it from
    /// here must close it or make something its owner, once.
    package let number: CInt

    /// All of them, in systemd's order. None when this process wasn't socket-activated, or when the
    /// variables were meant for another process.
    ///
    /// Takes LISTEN_FDS, LISTEN_PID and LISTEN_FDNAMES out of the environment, so a second call
    /// finds nothing and no number is given out twice. Call it before there is a second thread.
    ///
    /// - Throws: `badEnvironment` with EINVAL for variables that make no sense, EBADF when a
    ///   promised descriptor isn't open.
    package static func takeAll() throws(SystemdError) -> [InheritedSocket] {
        var names: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>?
        let count = csystemd_take_listen_fds(&names)
        guard count >= 0 else {
            throw .badEnvironment(variable: "LISTEN_FDS", code: -count)
        }
        defer { free(names) }
        return (0..<Int(count)).map { index in
            let name = names?[index]
            defer { free(name) }
            return InheritedSocket(
                name: name.map { String(cString: $0) }.flatMap { $0.isUnitName ? $0 : nil } ?? "",
                number: csystemd_first_listen_fd + CInt(index)
            )
        }
    }
}

extension String {
    /// Whether it can be what a unit calls a socket: systemd takes 255 characters of ASCII.
    /// Anything else isn't compared with the names that we know.
    fileprivate var isUnitName: Bool {
        utf8.count <= 255 && utf8.allSatisfy { $0 < 0x80 }
    }
}
