import Addressing
import Glibc
import LinuxIO

/// Why the daemon can't start, for a person.
struct StartupError: Error, Equatable, CustomStringConvertible {
    let description: String
    let status: Int32

    init(_ error: SystemError) {
        description = "cannot start: \(error)"
        status = ExitStatus.osError
    }

    init(configuration problem: String) {
        description = problem
        status = ExitStatus.configuration
    }

    init(listeningOn address: PeerAddress, _ error: SystemError) {
        let hint =
            switch error.code {
            case EADDRINUSE: "; is another peerd running?"
            case EACCES: "; a port below 1024 needs a socket unit of systemd"
            case EAFNOSUPPORT: "; this machine has no IPv6"
            default: ""
            }
        description = "cannot listen on \(address): \(error)\(hint)"
        status = ExitStatus.osError
    }
}
