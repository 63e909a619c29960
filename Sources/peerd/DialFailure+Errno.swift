import Addressing
import ConnectionCore
import Facts
import Glibc
import LinuxIO

extension DialFailure {
    /// What the kernel's error means for a dial. If `connect` itself failed (`atOnce`), no packet
    /// was sent, and an unreachable destination is our own lack of a route.
    init(_ code: CInt, atOnce: Bool) {
        switch code {
        case ECONNREFUSED:
            self = .refused
        case EADDRNOTAVAIL:
            self = .noLocalEnd(.address)
        case EAFNOSUPPORT, ENODEV:
            // ENODEV: the interface of a link-local address has gone since its name was looked up.
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

    /// Why a dial to `remote` failed at once. EADDRNOTAVAIL can be three things: where `bind` says
    /// it, `local` is on no interface; `connect` says it when no address of ours reaches the peer,
    /// or no port of ours is left towards it.
    init(_ error: SystemError, dialling remote: SocketAddress, from local: SocketAddress?) {
        guard error.code == EADDRNOTAVAIL else {
            self.init(error.code, atOnce: true)
            return
        }
        if error.call == .bind, let local, let ip = local.peerAddress.ip {
            self = .noLocalEnd(.bindAddress(ip))
            return
        }
        do throws(SystemError) {
            let hasAddress = try Socket.hasAddress(reaching: remote, from: local)
            self = .noLocalEnd(hasAddress ? .port(among: LocalPorts.range()) : .address)
        } catch {
            self.init(error.code, atOnce: true)
        }
    }
}

extension Ending {
    /// What the kernel's error means for an established connection.
    init(_ code: CInt) {
        self = code == ETIMEDOUT ? .timedOut : .io(errno: code)
    }
}
