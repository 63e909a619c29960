import Glibc

/// One open descriptor. Whoever holds the value owns it; dropping the value closes it.
package struct FileDescriptor: ~Copyable, Sendable {
    /// For calls that borrow the descriptor; closing it is nobody's business but `deinit`'s.
    package let number: CInt

    /// O_PATH, which Glibc's module lacks.
    private static let pathOnly: CInt = 0o10_000_000

    /// Takes over an open number that nothing else will close.
    package init(owning number: CInt) {
        precondition(number >= 0, "not a descriptor: \(number)")
        self.number = number
    }

    /// Takes over a number that this process was started with, and keeps it from its children.
    ///
    /// - Throws: EBADF when it isn't open, or only names a file (O_PATH), so that any other call
    ///   would say so: then the environment promised what isn't there.
    package init(inherited number: CInt) throws(SystemError) {
        let flags = try systemCall(.fcntl) { fcntl(number, F_GETFD) }
        let status = try systemCall(.fcntl) { fcntl(number, F_GETFL) }
        guard status & Self.pathOnly == 0 else { throw SystemError(.fcntl, EBADF) }
        try systemCall(.fcntl) { fcntl(number, F_SETFD, flags | FD_CLOEXEC) }
        self.init(owning: number)
    }

    /// Makes reads and writes, or accepting, return at once. Holds for everybody who shares the
    /// open file.
    func makeNonBlocking() throws(SystemError) {
        let flags = try systemCall(.fcntl) { fcntl(number, F_GETFL) }
        try systemCall(.fcntl) { fcntl(number, F_SETFL, flags | O_NONBLOCK) }
    }

    deinit {
        // The number is free whatever `close` says, so there is nothing to repeat or to report,
        // except that somebody else closed it before: the next owner of the number would lose its
        // descriptor.
        let result = close(number)
        precondition(
            result == 0 || errno != EBADF,
            "descriptor \(number) was closed by somebody else"
        )
    }
}
