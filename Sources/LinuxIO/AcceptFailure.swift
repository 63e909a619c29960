import Glibc

/// Why the kernel gave no connection although one waited, by what the caller can do about it.
package enum AcceptFailure: Error, Equatable, Sendable {
    /// This one connection is gone, or the network had a moment's trouble: the next call may
    /// succeed.
    case transient(CInt)
    /// The socket doesn't listen any more (EINVAL): an administrator has killed it (`ss -K`), or
    /// somebody who shares it has shut it down. It stays ready for ever, and must be made anew.
    case notListening
    /// This process has no descriptor left (EMFILE). The connection keeps waiting: shed it with the
    /// `ReserveDescriptor`, or the listener stays ready and the loop spins.
    case outOfDescriptors
    /// The machine has no descriptor or memory left, or something unheard of happened. Trying again
    /// at once would spin: leave the listener alone for a while.
    case exhausted(CInt)

    /// The connection alone is to blame for what goes wrong once it was accepted.
    init(_ error: SystemError) {
        self = error.call == .accept4 ? AcceptFailure(error.code) : .transient(error.code)
    }

    package init(_ code: CInt) {
        self =
            switch code {
            // accept(2): errors that were already pending on the new connection, and the firewall's
            // refusal.
            case ECONNABORTED, EPROTO, ENETDOWN, EHOSTUNREACH, ENOPROTOOPT, EHOSTDOWN, ENONET,
                EOPNOTSUPP, ENETUNREACH, EPERM:
                .transient(code)
            case EMFILE: .outOfDescriptors
            case EINVAL: .notListening
            default: .exhausted(code)
            }
    }
}

extension AcceptFailure: CustomStringConvertible {
    /// As of the `SystemError` that it was: `accept4: too many open files (EMFILE)`
    package var description: String {
        switch self {
        case .transient(let code), .exhausted(let code): "\(SystemError(.accept4, code))"
        case .outOfDescriptors: "\(SystemError(.accept4, EMFILE))"
        case .notListening: "\(SystemError(.accept4, EINVAL))"
        }
    }
}
