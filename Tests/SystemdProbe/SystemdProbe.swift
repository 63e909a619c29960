import Glibc
import Systemd

/// A program for the tests of `Systemd`: what has to be seen from inside a process that systemd, or
/// a test in its place, has started.
@main
struct SystemdProbe {
    static func main() {
        do {
            try run()
        } catch {
            print("error:", error)
            exit(1)
        }
    }

    private static func run() throws {
        switch CommandLine.arguments.dropFirst().first {
        case "inherited": try printInherited()
        case "watchdog": try printWatchdog()
        case "stream": print(JournalStream.carriesStandardError() ? "journal" : "elsewhere")
        case "journal": try writeEntries()
        case "resolve": resolve(CommandLine.arguments.dropFirst(2))
        case "serve": try serve()
        default: exit(2)
        }
    }

    private static func printInherited() throws {
        for socket in try InheritedSocket.takeAll() {
            let isKept = fcntl(socket.number, F_GETFD) & FD_CLOEXEC != 0
            print(socket.name, socket.number, isKept ? "kept" : "passed-on", family(socket.number))
        }
        print("again:", try InheritedSocket.takeAll().count)
        printLeft(of: ["LISTEN_FDS", "LISTEN_PID", "LISTEN_FDNAMES"])
    }

    private static func printLeft(of variables: [String]) {
        let left = variables.filter { variable in getenv(variable) != nil }
        print("left:", left.joined(separator: " "))
    }

    private static func family(_ number: CInt) -> String {
        var address = sockaddr_storage()
        var length = socklen_t(MemoryLayout.size(ofValue: address))
        let result = withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                getsockname(number, $0, &length)
            }
        }
        guard result == 0 else { return "none" }
        return switch CInt(address.ss_family) {
        case AF_INET: "ipv4"
        case AF_INET6: "ipv6"
        case AF_UNIX: "unix"
        default: "other"
        }
    }

    private static func printWatchdog() throws {
        let manager = try ServiceManager.fromEnvironment()
        let interval = manager.watchdogInterval?.components
        let microseconds = interval.map {
            $0.seconds * 1_000_000 + $0.attoseconds / 1_000_000_000_000
        }
        print(microseconds.map(String.init) ?? "none")
        printLeft(of: ["NOTIFY_SOCKET", "WATCHDOG_USEC", "WATCHDOG_PID"])
    }

    private static func writeEntries() throws {
        let journal = try JournalSocket()
        let bytes: [UInt8] = [0x00, 0x3d, 0xff]
        var entry = JournalEntry()
        for message in [
            "one line", "two\nlines", String(repeating: "0123456789abcde\n", count: 65_536),
        ] {
            entry.removeAll()
            entry.append("MESSAGE", message)
            entry.append("PRIORITY", 5)
            entry.append("PROBE_SIZE", Int64(message.utf8.count))
            entry.append("PROBE_BYTES", bytes: bytes.span)
            print(journal.send(entry))
        }
    }

    private static func resolve(_ names: some Sequence<String>) {
        for name in names {
            var addresses: UnsafeMutablePointer<addrinfo>?
            let code = getaddrinfo(name, nil, nil, &addresses)
            print(name, code == 0 ? "resolved" : String(cString: gai_strerror(code)))
            freeaddrinfo(addresses)
        }
    }

    /// Serves as a daemon does until SIGTERM: answers SIGHUP by a reload, and shows signs of life.
    private static func serve() throws {
        var signals = sigset_t()
        sigemptyset(&signals)
        for signal in [SIGHUP, SIGTERM] { sigaddset(&signals, signal) }
        sigprocmask(SIG_BLOCK, &signals, nil)

        let sockets = try InheritedSocket.takeAll()
        let manager = try ServiceManager.fromEnvironment()
        let names = sockets.map(\.name).joined(separator: " ")
        expectSent(manager.notify(.ready, .status("serving \(names)")))

        let pace = (manager.watchdogInterval ?? .seconds(2)) / 2
        var wait = timespec(
            tv_sec: Int(pace.components.seconds),
            tv_nsec: Int(pace.components.attoseconds / 1_000_000_000)
        )
        var reloads = 0
        while true {
            switch sigtimedwait(&signals, nil, &wait) {
            case SIGHUP:
                reloads += 1
                expectSent(manager.notify(.reloading))
                expectSent(manager.notify(.ready, .status("reloaded \(reloads)")))
            case SIGTERM:
                expectSent(manager.notify(.stopping, .status("stopping")))
                return
            default:
                expectSent(manager.notify(.watchdog))
            }
        }
    }

    private static func expectSent(_ delivery: Delivery) {
        if delivery != .sent { exit(3) }
    }
}
