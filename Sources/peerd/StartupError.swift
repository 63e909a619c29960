import Addressing
import Glibc
import LinuxIO
import Systemd

/// Why the daemon can't start, for a person.
struct StartupError: Error, Equatable, CustomStringConvertible {
    let description: String
    let status: Int32

    init(_ error: SystemError) {
        description = "cannot start: \(error)"
        status = ExitStatus.osError
    }

    /// The loop can't go on: only a kernel that is out of everything leads to this.
    init(running error: SystemError) {
        description = "cannot go on: \(error)"
        status = ExitStatus.osError
    }

    init(configuration problem: String) {
        description = problem
        status = ExitStatus.configuration
    }

    init(_ error: SystemdError) {
        description =
            switch error {
            case .badEnvironment(let variable, let code):
                "cannot use \(variable): \(SystemError.describe(code))"
            case .noSocket(let code): "cannot reach systemd: \(SystemError.describe(code))"
            case .badPath(let path): "cannot use NOTIFY_SOCKET: '\(path)' is no socket's path"
            }
        status = ExitStatus.osError
    }

    init(locking directory: String, _ failure: DirectoryLock.Failure) {
        description =
            switch failure {
            case .held(let process):
                "another peerd\(process.map { " (process \($0))" } ?? "") has \(directory): "
                    + "stop it, or give this one directories of its own"
            case .notPlain:
                "cannot lock \(directory): \(directory)/lock is not a plain file with one name; "
                    + "remove it"
            case .system(let error): "cannot lock \(directory): \(error)"
            }
        status = ExitStatus.osError
    }

    init(inheriting socket: InheritedSocket, _ error: AdoptionError) {
        description =
            "cannot listen on the inherited socket \(socket.number) ('\(socket.name)'): \(error)"
        status = ExitStatus.osError
    }

    init(controlAt path: String, _ failure: UnixListener.Failure) {
        description =
            switch failure {
            case .occupied:
                "cannot serve clients at \(path): something that is no socket is there; remove it"
            case .pathTooLong:
                "cannot serve clients at \(path): the path is longer than \(UnixPath.longest) bytes; "
                    + "give a shorter --runtime"
            case .system(let error): "cannot serve clients at \(path): \(error)"
            }
        status = ExitStatus.osError
    }

    init(recordingTo path: String, _ error: SystemError) {
        guard error.code != EEXIST else {
            description =
                "cannot record to \(path): there is something of that name, which stays as it is; "
                + "move it away, or name another file"
            // Only the operator can mend it.
            status = ExitStatus.configuration
            return
        }
        let hint =
            switch error.code {
            case ENOENT: "; its folder isn't there"
            case EROFS, EACCES, EPERM: "; as a service, peerd can write to its state folder alone"
            default: ""
            }
        description = "cannot record to \(path): \(error)\(hint)"
        status = ExitStatus.osError
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
