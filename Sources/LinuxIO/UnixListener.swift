import CLinux
import Glibc

/// A listening local socket, for clients on this machine.
package struct UnixListener: ~Copyable, Sendable {
    /// Why a socket can't be made.
    package enum Failure: Error, Equatable, Sendable {
        /// Something that is no socket lies at the path; it isn't deleted.
        case occupied
        /// A path has at most `UnixPath.longest` bytes.
        case pathTooLong
        case system(SystemError)
    }

    /// Connections that may wait to be accepted, more than there will be places for.
    private static let backlog: CInt = 128

    package let descriptor: FileDescriptor
    /// What `unlink` deletes; nil for a socket that somebody else made.
    private let path: UnixPath?

    /// Makes a socket that its owner and its group may use. What an earlier process left at the
    /// path is deleted: the caller must be sure that no other one uses it.
    package static func bound(to path: UnixPath) throws(Failure) -> UnixListener {
        do throws(SystemError) {
            try removeStale(path)
            return try UnixListener(listeningOn: path)
        } catch {
            throw error.code == ENOTSOCK ? .occupied : .system(error)
        }
    }

    /// Takes over a listening socket that somebody else made, systemd say.
    package static func adopting(
        _ descriptor: consuming FileDescriptor
    ) throws(AdoptionError) -> UnixListener {
        let (family, type, isListening): (CInt, CInt, CInt)
        do throws(SystemError) {
            family = try descriptor.option(SOL_SOCKET, SO_DOMAIN)
            type = try descriptor.option(SOL_SOCKET, SO_TYPE)
            isListening = try descriptor.option(SOL_SOCKET, SO_ACCEPTCONN)
            try descriptor.makeNonBlocking()
        } catch {
            throw .system(error)
        }
        guard family == AF_UNIX, type == CInt(SOCK_STREAM.rawValue) else { throw .notLocal }
        guard isListening == 1 else { throw .notListening }
        return UnixListener(descriptor: descriptor, path: nil)
    }

    private init(descriptor: consuming FileDescriptor, path: UnixPath?) {
        self.descriptor = descriptor
        self.path = path
    }

    private init(listeningOn path: UnixPath) throws(SystemError) {
        let descriptor = try Socket.openStream(family: AF_UNIX)
        let number = descriptor.number
        try systemCall(.bind) { path.withSockaddr { bind(number, $0, $1) } }
        // Nobody gets through before `listen`, whatever the mode was until now.
        try systemCall(.chmod) { chmod(path.description, 0o660) }
        try systemCall(.listen) { listen(number, Self.backlog) }
        self.init(descriptor: descriptor, path: path)
    }

    /// The next client; nil when none waits.
    package func accept() throws(AcceptFailure) -> UnixConnection? {
        do throws(SystemError) {
            let number = try systemCallUnlessBlocked(.accept4) {
                clinux_accept4(descriptor.number, nil, nil)
            }
            return try number.map { number throws(SystemError) in
                try UnixConnection(accepted: FileDescriptor(owning: number))
            }
        } catch {
            throw AcceptFailure(error)
        }
    }

    /// Deletes the socket that `bound(to:)` made. Who is connected stays so.
    ///
    /// - Throws: ENOENT when somebody else deleted it, and whatever a dead disk says.
    package func unlink() throws(SystemError) {
        guard let path else { return }
        try systemCall(.unlink) { Glibc.unlink(path.description) }
    }

    /// - Throws: ENOTSOCK for what is none.
    private static func removeStale(_ path: UnixPath) throws(SystemError) {
        var status = stat()
        do throws(SystemError) {
            try systemCall(.lstat) { lstat(path.description, &status) }
        } catch {
            guard error.code == ENOENT else { throw error }
            return
        }
        guard status.st_mode & S_IFMT == S_IFSOCK else { throw SystemError(.lstat, ENOTSOCK) }
        try systemCall(.unlink) { Glibc.unlink(path.description) }
    }
}
