import Addressing
import ConfigurationFixtures
import Facts
import Glibc
import LinuxIO

/// The real daemon with a configuration of its own, started and listening. Dropping the value ends
/// it and removes its files.
struct DaemonProcess: ~Copyable {
    private let directory: ConfigurationDirectory
    private var process: ChildProcess
    /// Where it says what it says; nil for standard error.
    private let journal: JournalReceiver?
    /// Lines up to here have been waited for.
    private var cursor = 0
    /// Where it listens, in the order of the configuration, with the ports that the kernel chose.
    let listening: [PeerAddress]

    /// Starts it with the text of a configuration, in which port 0 is right for every listener, and
    /// through a wrapper if one is given: see `PeerdExecutable`. It has a control socket at
    /// `controlPath` if it is wanted. `arguments` come behind `--config`. With a journal it writes
    /// to that and not to standard error: its lines are the journal's messages then.
    init(
        _ configuration: String,
        arguments: [String] = [],
        through wrapper: [String] = [],
        withControl: Bool = false,
        journal: JournalReceiver? = nil
    ) throws {
        let directory = try ConfigurationDirectory()
        let file = try directory.write(configuration)
        let runtime = withControl ? ["--runtime", directory.path] : []
        var process = try PeerdExecutable.start(
            ["--config", file] + runtime + arguments,
            through: (journal?.wrapper ?? []) + wrapper
        )
        let deadline = ContinuousClock.now + ChildProcess.patience
        var lines: [String] = []
        while !lines.contains(where: { $0.hasPrefix("<6>Started: ") }) {
            guard journal?.listen(until: deadline) ?? process.listen(until: deadline) else {
                throw Failure("not started; said: \(lines + process.errorLines)")
            }
            lines = journal?.lines ?? process.errorLines
        }
        let listening = try lines.compactMap { line -> PeerAddress? in
            guard let start = line.firstRange(of: "Listening on ")?.upperBound else { return nil }
            guard let address = PeerAddress(String(line[start...])) else { throw Failure(line) }
            return address
        }
        self.directory = directory
        self.process = process
        self.journal = journal
        self.listening = listening
    }

    var id: pid_t { process.id }

    var controlPath: String { "\(directory.path)/control" }

    /// The folder of its files, the control socket among them.
    var folder: String { directory.path }

    /// Replaces its configuration, which it hasn't read then.
    func configure(_ configuration: String) throws { try directory.write(configuration) }

    /// Writes another file into its folder, and says where that is.
    func write(_ text: String, to name: String) throws -> String {
        try directory.write(text, to: name)
    }

    /// Everything that it has said so far.
    var lines: [String] { journal?.lines ?? process.errorLines }

    func signal(_ number: CInt) { process.signal(number) }

    /// Stops it (SIGSTOP) and waits until it stands still.
    func stop() throws { try process.stop() }

    /// From now on nobody reads what it says.
    mutating func closeErrors() { process.closeErrors() }

    private mutating func listen(until deadline: ContinuousClock.Instant) -> Bool {
        journal?.listen(until: deadline) ?? process.listen(until: deadline)
    }

    /// Waits for the next line that contains a text, after the one that was waited for last.
    @discardableResult
    mutating func waitForLine(
        _ text: String,
        within limit: Duration = ChildProcess.patience
    ) throws -> String {
        let deadline = ContinuousClock.now + limit
        var mayComeMore = true
        while true {
            while cursor < lines.count {
                cursor += 1
                let line = lines[cursor - 1]
                if line.firstRange(of: text) != nil { return line }
            }
            guard mayComeMore else {
                throw Failure("no line with '\(text)' within \(limit); said: \(lines.suffix(20))")
            }
            mayComeMore = listen(until: deadline)
        }
    }

    /// The present status line.
    mutating func status() throws -> String {
        signal(SIGUSR1)
        return try waitForLine("Status: ")
    }

    /// Asks for the status line until it contains a text, since nothing else tells of inbound peers
    /// unless each one is logged.
    @discardableResult
    mutating func waitForStatus(_ text: String) throws -> String {
        let deadline = ContinuousClock.now + ChildProcess.patience
        while true {
            let status = try status()
            if status.firstRange(of: text) != nil { return status }
            guard ContinuousClock.now < deadline else {
                throw Failure("no status with '\(text)' in time; said: \(lines.suffix(20))")
            }
            _ = listen(until: .now + .milliseconds(20))
        }
    }

    mutating func waitForEnd() throws -> ChildProcess.Ending { try process.waitForEnd() }

    /// How many lines contain a text, of all that it has said so far.
    func count(_ text: String) -> Int { lines.count { $0.firstRange(of: text) != nil } }

    /// The time for which it has had a processor, to a hundredth of a second while it runs.
    func processorTime() throws -> Duration {
        if let total = process.processorTimeAtEnd { return total }
        let stat = try SystemFile.text(of: "/proc/\(id)/stat")
        // Behind the name, which may contain anything, the 12th and 13th: proc_pid_stat(5).
        guard let name = stat.lastIndex(of: ")") else { throw Failure(stat) }
        let fields = stat[name...].split(separator: " ")
        guard fields.count > 13, let user = Int(fields[12]), let system = Int(fields[13]) else {
            throw Failure(stat)
        }
        let perSecond = sysconf(CInt(_SC_CLK_TCK))
        return .milliseconds((user + system) * 1000 / perSecond)
    }

    /// The numbers of the descriptors that it has open. Some may be the test runner's, that it got
    /// from whoever started it.
    func openDescriptors() throws -> Set<Int> {
        guard let folder = opendir("/proc/\(id)/fd") else {
            throw Failure("opendir /proc/\(id)/fd", errno)
        }
        defer { closedir(folder) }
        var numbers: Set<Int> = []
        while let entry = readdir(folder) {
            let name = withUnsafeBytes(of: &entry.pointee.d_name) { bytes in
                String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
            }
            if let number = Int(name) { numbers.insert(number) }
        }
        return numbers
    }
}

extension DaemonProcess {
    /// Sets its soft limit, which goes by the descriptors' numbers, so that it can open so many
    /// more.
    func limitDescriptors(toFree count: Int) throws {
        let open = try openDescriptors()
        var limit = 0
        var free = 0
        while free < count {
            if !open.contains(limit) { free += 1 }
            limit += 1
        }
        try limitDescriptors(to: limit)
    }

    /// Sets its soft limit, which it had raised to the hard one.
    func limitDescriptors(to count: Int) throws {
        var prlimit = try ChildProcess(
            "/usr/bin/prlimit",
            ["--pid", "\(id)", "--nofile=\(count):"]
        )
        guard try prlimit.waitForEnd() == .exited(0) else {
            throw Failure("prlimit: \(prlimit.errorLines)")
        }
    }
}
