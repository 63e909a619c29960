import ConfigurationFixtures
import Glibc
import LinuxIO
import Storage

/// A directory for the daemon's state, and one for its control socket, with which it can be started
/// again and again.
struct StateDirectory: ~Copyable {
    private let directory: ConfigurationDirectory

    init() throws { directory = try ConfigurationDirectory() }

    /// The folder of both directories, `state` and `runtime`.
    var root: String { directory.path }

    /// The state directory's path. It is made by the first daemon, or by what is written into it.
    var path: String { "\(directory.path)/state" }

    var database: String { "\(path)/peerd.db" }

    /// The database's file as it is.
    func databaseBytes() throws -> [UInt8] { try FileContents.read(database, limit: 1 << 20) }

    /// Where the running daemon serves clients.
    var controlPath: String { "\(directory.path)/runtime/control" }

    /// What the daemon is to be started with.
    var arguments: [String] { ["--state", path, "--runtime", "\(directory.path)/runtime"] }

    /// A file whose being there makes the daemon's disk wait, if that is started through
    /// `slowly()`.
    var slowness: String { "\(directory.path)/slow" }

    func slowDown() throws { try directory.write("", to: "slow") }

    func speedUp() { unlink(slowness) }

    /// What the daemon is to be started through for a disk that waits when told to.
    func slowly() throws -> [String] {
        let library = try PeerdExecutable.path().dropLast("peerd".count) + "libSlowDisk.so"
        guard access(String(library), R_OK) == 0 else { throw Failure("\(library)", errno) }
        return ["/usr/bin/env", "LD_PRELOAD=\(library)", "SLOW_DISK=\(slowness)"]
    }

    /// Sets the clock of a daemon that is started through `atShiftedTime()`.
    func shiftClock(toSecondsSince1970 seconds: Int) throws {
        var now = timespec()
        clock_gettime(CLOCK_REALTIME, &now)
        try directory.write("\(seconds - now.tv_sec)", to: "shift")
    }

    /// Sets the clock right again.
    func setClock() throws {
        guard unlink("\(directory.path)/shift") == 0 else { throw Failure("unlink", errno) }
    }

    /// What the daemon is to be started through for a calendar's clock that can be set.
    func atShiftedTime() throws -> [String] {
        let library = try PeerdExecutable.path().dropLast("peerd".count) + "libShiftedClock.so"
        guard access(String(library), R_OK) == 0 else { throw Failure("\(library)", errno) }
        return [
            "/usr/bin/env", "LD_PRELOAD=\(library)", "SHIFTED_CLOCK=\(directory.path)/shift",
        ]
    }

    /// Waits until what a daemon would find after kill -9 now is as wanted.
    func waitForCopy(_ isWanted: (Contents) -> Bool) throws {
        let deadline = ContinuousClock.now + ChildProcess.patience
        let copy = "\(directory.path)/copy"
        while true {
            var process = try ChildProcess("/bin/cp", ["-rT", path, copy])
            _ = try process.waitForEnd()
            let answer = try Store(folder: copy).handle(.load).result.get()
            if case .loaded(let contents) = answer, isWanted(contents) { return }
            guard ContinuousClock.now < deadline else { throw Failure("stored: \(answer)") }
            _ = poll(nil, 0, 50)
        }
    }

    /// Makes this all that is stored, as a daemon of before would have.
    func store(_ contents: Contents) throws {
        mkdir(path, 0o700)
        let store = Store(folder: path)
        for request in [Store.Request.load, .replace(contents)] {
            _ = try store.handle(request).result.get()
        }
    }

    /// Takes away all that is there; no daemon may be running.
    func empty() throws {
        var process = try ChildProcess("/bin/rm", ["-rf", path])
        guard try process.waitForEnd() == .exited(0) else { throw Failure("rm") }
    }

    func write(_ bytes: [UInt8], to name: String) throws {
        mkdir(path, 0o700)
        try directory.write(bytes, to: "state/\(name)")
    }

    /// What is stored; no daemon may be running.
    func contents() throws -> Contents {
        guard case .loaded(let contents) = try Store(folder: path).handle(.load).result.get() else {
            throw Failure("a load that loads nothing")
        }
        return contents
    }

    /// Asks the running daemon for a method of org.peerd.Peers, with parameters in JSON.
    ///
    /// - Returns: The reply.
    /// - Throws: `Failure` with the reply if that is an error.
    @discardableResult
    func call(_ method: String, _ parameters: String = "{}") throws -> String {
        let number = socket(AF_UNIX, CInt(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
        guard number >= 0 else { throw Failure("socket", errno) }
        defer { close(number) }
        try connect(number)
        let text = #"{"method":"org.peerd.Peers.\#(method)","parameters":\#(parameters)}"#
        let message = Array(text.utf8) + [0]
        guard send(number, message, message.count, CInt(MSG_NOSIGNAL)) == message.count else {
            throw Failure("send", errno)
        }
        var reply: [UInt8] = []
        var byte: UInt8 = 0
        while Poll.firstReady(of: [number]) != nil, recv(number, &byte, 1, 0) == 1 {
            guard byte == 0 else {
                reply.append(byte)
                continue
            }
            let text = String(decoding: reply, as: UTF8.self)
            guard !text.hasPrefix(#"{"error""#) else { throw Failure(text) }
            return text
        }
        throw Failure("no answer to \(method)")
    }

    /// What the running daemon's status says of its storage, from the state's word on:
    /// `works` or `fails","storageProblem":"...`.
    func storage() throws -> String {
        let reply = try call("Status")
        guard let start = reply.firstRange(of: #""storage":""#)?.upperBound else {
            throw Failure(reply)
        }
        let state = reply[start...].prefix { $0 != "\"" }
        let rest = reply[state.endIndex...]
        let problem = #"","storageProblem":""#
        guard rest.hasPrefix(problem) else { return String(state) }
        return state + problem + rest.dropFirst(problem.count).prefix { $0 != "\"" }
    }

    private func connect(_ number: CInt) throws {
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        let path = Array(controlPath.utf8)
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: path) }
        let size = socklen_t(MemoryLayout<sockaddr_un>.size)
        let result = withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                Glibc.connect(number, $0, size)
            }
        }
        guard result == 0 else { throw Failure("connect to the control socket", errno) }
    }
}
