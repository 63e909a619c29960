import Facts
import Glibc
@testable import LinuxIO

/// A program that a test started. Dropping the value kills it, if it still runs, and waits for its
/// end, however the test ended.
struct ChildProcess: ~Copyable {
    /// Long enough for a machine that is busy with something else; nobody waits for it to pass.
    static let patience = Duration.seconds(30)

    enum Ending: Equatable {
        case exited(CInt)
        case killed(by: CInt)
    }

    let id: pid_t
    private var output: LineStream
    private var errors: LineStream
    private var ending: Ending?
    /// For how long it has had a processor in all; nil while it runs.
    private(set) var processorTimeAtEnd: Duration?

    /// Starts the program at a path, with the signals as a shell would leave them, whatever the
    /// test runner's are.
    init(_ path: String, _ arguments: [String]) throws {
        let output = try Pipe()
        let errors = try Pipe()
        let outputLines = try LineStream(readingFrom: output)
        let errorLines = try LineStream(readingFrom: errors)
        id = try Self.spawn([path] + arguments, output.input.number, errors.input.number)
        self.output = outputLines
        self.errors = errorLines
    }

    private static func spawn(
        _ words: [String],
        _ output: CInt,
        _ errors: CInt
    ) throws -> pid_t {
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0)
        posix_spawn_file_actions_adddup2(&actions, output, STDOUT_FILENO)
        posix_spawn_file_actions_adddup2(&actions, errors, STDERR_FILENO)

        var attributes = posix_spawnattr_t()
        posix_spawnattr_init(&attributes)
        defer { posix_spawnattr_destroy(&attributes) }
        var none = sigset_t()
        sigemptyset(&none)
        var all = sigset_t()
        sigfillset(&all)
        posix_spawnattr_setsigmask(&attributes, &none)
        posix_spawnattr_setsigdefault(&attributes, &all)
        posix_spawnattr_setflags(
            &attributes,
            Int16(POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF)
        )

        let arguments = copies(of: words)
        let environment = copies(
            of: try SystemFile.text(of: "/proc/self/environ").split(separator: "\0").map(
                String.init
            )
        )
        defer { for text in arguments + environment { free(text) } }
        var id: pid_t = 0
        let code = posix_spawn(&id, words[0], &actions, &attributes, arguments, environment)
        guard code == 0 else { throw Failure("cannot start \(words[0])", code) }
        return id
    }

    /// For C, to be freed, with the nil that ends them.
    private static func copies(of texts: [String]) -> [UnsafeMutablePointer<CChar>?] {
        texts.map { strdup($0) } + [nil]
    }

    deinit {
        // A process that was waited for has given its number back.
        guard ending == nil else { return }
        kill(id, SIGKILL)
        var status: CInt = 0
        while waitpid(id, &status, 0) < 0, errno == EINTR {}
    }

    var outputLines: [String] { output.lines }
    var errorLines: [String] { errors.lines }

    func signal(_ number: CInt) { kill(id, number) }

    /// Stops it (SIGSTOP) and waits until it stands still.
    func stop() throws {
        signal(SIGSTOP)
        var status: CInt = 0
        while waitpid(id, &status, WUNTRACED) < 0 {
            guard errno == EINTR else { throw Failure("waitpid", errno) }
        }
        guard status & 0xff == 0x7f else { throw Failure("ended instead of stopping") }
    }

    /// From now on nobody reads what it says to standard error.
    mutating func closeErrors() { errors.close() }

    /// Takes what the program writes until it has written something, closed everything or
    /// `deadline` has passed.
    ///
    /// - Returns: Whether there may be more.
    mutating func listen(until deadline: ContinuousClock.Instant) -> Bool {
        guard output.isOpen || errors.isOpen else { return false }
        var polled = [output.pollNumber, errors.pollNumber].map {
            pollfd(fd: $0, events: Int16(POLLIN), revents: 0)
        }
        let found = poll(&polled, nfds_t(polled.count), Poll.milliseconds(until: deadline))
        if found > 0, polled[0].revents != 0 { output.read() }
        if found > 0, polled[1].revents != 0 { errors.read() }
        return ContinuousClock.now < deadline
    }

    /// Waits until the program has ended.
    mutating func waitForEnd(within limit: Duration = patience) throws -> Ending {
        if let ending { return ending }
        let deadline = ContinuousClock.now + limit
        while output.isOpen || errors.isOpen {
            guard listen(until: deadline) || !(output.isOpen || errors.isOpen) else {
                throw Failure("no end within \(limit); said: \(errorLines)")
            }
        }
        // Its output has ended, so it is about to be a zombie.
        var status: CInt = 0
        var usage = rusage()
        while wait4(id, &status, 0, &usage) < 0 {
            guard errno == EINTR else { throw Failure("wait4", errno) }
        }
        let ending: Ending =
            status & 0x7f == 0 ? .exited(status >> 8 & 0xff) : .killed(by: status & 0x7f)
        self.ending = ending
        processorTimeAtEnd = Duration(usage.ru_utime) + Duration(usage.ru_stime)
        return ending
    }
}

extension Duration {
    fileprivate init(_ time: timeval) {
        self = .seconds(time.tv_sec) + .microseconds(time.tv_usec)
    }
}

/// What a test could not do.
struct Failure: Error, CustomStringConvertible {
    let description: String

    init(_ description: String) { self.description = description }

    init(_ call: String, _ code: CInt) {
        description = "\(call): \(SystemError.describe(code))"
    }
}

enum Poll {
    /// The time left, rounded up, for poll(2); 0 when there is none.
    static func milliseconds(until deadline: ContinuousClock.Instant) -> CInt {
        Epoll.milliseconds(deadline - .now)
    }

    /// Waits until one of the descriptors is ready.
    ///
    /// - Returns: The place of the first one that is; nil if none was in time.
    static func firstReady(
        of numbers: [CInt],
        _ events: CInt = POLLIN,
        within limit: Duration = ChildProcess.patience
    ) -> Int? {
        let deadline = ContinuousClock.now + limit
        var polled = numbers.map { pollfd(fd: $0, events: Int16(events), revents: 0) }
        repeat {
            if poll(&polled, nfds_t(polled.count), milliseconds(until: deadline)) > 0 {
                return polled.firstIndex { $0.revents != 0 }
            }
        } while ContinuousClock.now < deadline
        return nil
    }
}
