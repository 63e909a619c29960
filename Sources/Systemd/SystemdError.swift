/// Why what systemd promised can't be used.
package enum SystemdError: Error, Equatable, Sendable {
    /// The variables of the environment make no sense, or name what isn't there: EINVAL, or EBADF
    /// for a descriptor that isn't open. `variable` is the one to look at first.
    case badEnvironment(variable: String, code: CInt)
    /// No socket could be made: EMFILE, ENFILE, ENOBUFS, ENOMEM, or EAFNOSUPPORT where the unit's
    /// `RestrictAddressFamilies=` lacks AF_UNIX.
    case noSocket(code: CInt)
    /// A socket's path is empty, or longer than the 107 bytes that the kernel takes.
    case badPath(String)
}
