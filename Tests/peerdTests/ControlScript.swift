import Glibc

/// A client in a process of its own, which can be killed and can be another user's.
enum ControlScript {
    /// Sends each message, then prints what is answered, a line a message, until the daemon hangs
    /// up.
    private static let source = """
        import socket, sys
        client = socket.socket(socket.AF_UNIX)
        client.connect(sys.argv[1])
        for message in sys.argv[2:]:
            client.sendall(message.encode() + bytes(1))
        rest = b""
        while chunk := client.recv(65536):
            *messages, rest = (rest + chunk).split(bytes(1))
            for message in messages:
                print(message.decode(), flush=True)
        """

    /// Comes as often as it is told, says how many of these are answered, and stays.
    private static let crowd = """
        import signal, socket, sys
        clients = [socket.socket(socket.AF_UNIX) for _ in range(int(sys.argv[2]))]
        answered = 0
        for client in clients:
            try:
                client.connect(sys.argv[1])
                client.sendall(b'{"method":"org.varlink.service.GetInfo"}' + bytes(1))
                answered += client.recv(65536) != b""
            except (BrokenPipeError, ConnectionResetError):
                pass
        print(answered, flush=True)
        signal.pause()
        """

    /// Comes and goes until it is killed. Whoever finds the queue full comes again.
    private static let knocking = """
        import socket, sys
        count = 0
        while True:
            client = socket.socket(socket.AF_UNIX)
            client.setblocking(False)
            try:
                client.connect(sys.argv[1])
            except BlockingIOError:
                pass
            client.close()
            count += 1
            if count == 1000:
                print(count, flush=True)
        """

    private static let python = ["/usr/bin/python3", "-c"]

    /// Starts it, through a wrapper if one is given.
    static func start(
        on daemon: borrowing DaemonProcess,
        _ messages: [String],
        through wrapper: [String] = []
    ) throws -> ChildProcess {
        let words = wrapper + python + [source, daemon.controlPath] + messages
        return try ChildProcess(words[0], Array(words.dropFirst()))
    }

    /// Starts a process with so many clients, which says how many of them were let in.
    static func startCrowd(
        of count: Int,
        on daemon: borrowing DaemonProcess,
        through wrapper: [String]
    ) throws -> ChildProcess {
        let words = wrapper + python + [crowd, daemon.controlPath, "\(count)"]
        return try ChildProcess(words[0], Array(words.dropFirst()))
    }

    /// Starts a process that comes and goes without end, and says when it has done so for a while.
    static func startKnocking(on daemon: borrowing DaemonProcess) throws -> ChildProcess {
        let words = python + [knocking, daemon.controlPath]
        return try ChildProcess(words[0], Array(words.dropFirst()))
    }

    /// The answers of a client that then goes, one to each message.
    static func answers(
        of daemon: borrowing DaemonProcess,
        to messages: [String],
        through wrapper: [String] = []
    ) throws -> [String] {
        var process = try start(on: daemon, messages, through: wrapper)
        let deadline = ContinuousClock.now + ChildProcess.patience
        while process.outputLines.count < messages.count, process.listen(until: deadline) {}
        guard process.outputLines.count >= messages.count else {
            throw Failure("answered \(process.outputLines), said \(process.errorLines)")
        }
        return process.outputLines
    }

    /// A command that starts another one as a user who is in no group but these.
    static func asUser(_ user: UInt32, groups: [UInt32]) -> [String] {
        let supplementary =
            groups.count > 1
            ? "--groups=" + groups.dropFirst().map { "\($0)" }.joined(separator: ",")
            : "--clear-groups"
        return [
            "/usr/bin/setpriv", "--reuid=\(user)", "--regid=\(groups.first ?? user)",
            supplementary, "--inh-caps=-all", "--",
        ]
    }
}
