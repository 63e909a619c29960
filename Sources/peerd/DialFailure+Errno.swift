import ConnectionCore
import Glibc

extension DialFailure {
    /// What the kernel's error means for a dial. If `connect` itself failed (`atOnce`), no packet
    /// was sent, and an unreachable destination is our own lack of a route.
    init(_ code: CInt, atOnce: Bool) {
        switch code {
        case ECONNREFUSED:
            self = .refused
        case EADDRNOTAVAIL, EAFNOSUPPORT:
            self = .noRoute
        case ENETUNREACH, EHOSTUNREACH, ENETDOWN:
            self = atOnce ? .noRoute : .unreachable
        case EHOSTDOWN, ENONET:
            self = .unreachable
        case EMFILE, ENFILE, ENOBUFS, ENOMEM:
            self = .resourcesExhausted(errno: code)
        default:
            self = .io(errno: code)
        }
    }
}

extension Ending {
    /// What the kernel's error means for an established connection.
    init(_ code: CInt) {
        self = code == ETIMEDOUT ? .timedOut : .io(errno: code)
    }
}
