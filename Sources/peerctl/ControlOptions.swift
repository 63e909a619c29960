import ArgumentParser
import Glibc
import LinuxIO

/// What every command takes, before or behind its own name.
struct ControlOptions: ParsableArguments {
    @Option(
        name: [.short, .long],
        help: ArgumentHelp(
            "The network whose daemon is meant, of peerd@NAME.service.",
            valueName: "name"
        ),
        completion: Completion.instances
    )
    var instance: String?

    @Option(
        help: ArgumentHelp(
            "The daemon's control socket (default: $PEERCTL_SOCKET, or where the units put it).",
            valueName: "path"
        ),
        completion: .file()
    )
    var socket: String?

    @Flag(help: "Answers as JSON, one object a line.")
    var json = false

    func validate() throws {
        if let socket, UnixPath(socket) == nil {
            throw ValidationError(
                "--socket must be a path of 1 to \(UnixPath.longest) bytes, which the kernel takes."
            )
        }
        guard let instance else { return }
        guard Instance.isName(instance) else {
            throw ValidationError("'\(instance)' can't be the name of an instance.")
        }
        guard socket == nil else {
            throw ValidationError("--instance and --socket can't both be given.")
        }
    }

    /// The options before the variable of the environment.
    var chosen: Instance {
        if instance != nil || socket != nil { return Instance(name: instance, socket: socket) }
        let variable = getenv("PEERCTL_SOCKET").map { String(cString: $0) } ?? ""
        guard !variable.isEmpty else { return Instance() }
        return Instance(socket: variable, isInherited: true)
    }
}
