import Glibc
import LinuxIO
import Systemd

/// What systemd gave this process at its start, if systemd started it.
///
/// To be taken before there is a second thread, since it empties variables of the environment.
struct ServiceEnvironment: ~Copyable {
    /// `FileDescriptorName=` of the shipped socket units.
    static let listenerName = "listen"
    static let controlName = "control"

    let manager: ServiceManager
    /// Listening sockets for peers.
    let listeners: [InheritedSocket]
    /// Sockets that no unit of ours passes: they are closed.
    let unknown: [InheritedSocket]
    /// Listening sockets for clients.
    let control: [InheritedSocket]

    static func take() throws(StartupError) -> ServiceEnvironment {
        do throws(SystemdError) {
            let sockets = try InheritedSocket.takeAll()
            return ServiceEnvironment(
                manager: try .fromEnvironment(),
                listeners: sockets.filter { $0.name == listenerName },
                unknown: sockets.filter { $0.name != listenerName && $0.name != controlName },
                control: sockets.filter { $0.name == controlName }
            )
        } catch {
            throw StartupError(error)
        }
    }
}

/// Directories that this daemon has for itself while it runs.
struct DirectoryLocks: ~Copyable {
    /// Nil if there is no such directory. Its lock is taken where it is used: that may wait for a
    /// disk.
    let statePath: String?
    private let runtime: DirectoryLock?
    /// Nil if there is no such directory.
    let runtimePath: String?

    /// Where a directory is not named, systemd's StateDirectory= and RuntimeDirectory= say it, or
    /// there is none.
    static func take(state: String?, runtime: String?) throws(StartupError) -> DirectoryLocks {
        let statePath = state ?? first(of: "STATE_DIRECTORY")
        let runtimePath = runtime ?? first(of: "RUNTIME_DIRECTORY")
        return DirectoryLocks(
            statePath: statePath,
            runtime: try lock(runtimePath),
            runtimePath: runtimePath
        )
    }

    /// Which directory the runtime one is; nil if there is none.
    func runtimeIdentity() throws(SystemError) -> FileIdentity? { try runtime?.identity() }

    private static func lock(_ directory: String?) throws(StartupError) -> DirectoryLock? {
        guard let directory else { return nil }
        do throws(DirectoryLock.Failure) {
            return try DirectoryLock(directory)
        } catch {
            throw StartupError(locking: directory, error)
        }
    }

    /// systemd separates several directories by colons.
    private static func first(of variable: String) -> String? {
        guard let value = getenv(variable) else { return nil }
        let first = String(cString: value).utf8.split(separator: UInt8(ascii: ":")).first
        return first.map { String(Substring($0)) }
    }
}
