import ArgumentParser
import Configuration
import Control
import Glibc
import LinuxIO
import PlainText
import Systemd

/// The command line.
@main
struct Peerd: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "peerd",
        abstract: "Owns this machine's peer-to-peer TCP connections.",
        discussion: """
            Listens, dials, holds a target number of outbound peers, keeps named peers connected and \
            sheds floods. Runs in the foreground until SIGTERM or SIGINT; SIGUSR1 logs a status line.

            Exit status: 0 after a signal, 2 for a wrong command line, 71 for an error of the \
            operating system, 78 for a wrong configuration.
            """,
        version: Release.version
    )

    @Option(
        help: ArgumentHelp(
            "The configuration (default: /etc/peerd/peerd.toml, if it is there).",
            valueName: "file"
        ),
        completion: .file(extensions: ["toml"])
    )
    var config: String?

    @Option(
        help: ArgumentHelp(
            "The directory for what outlives a restart (default: $STATE_DIRECTORY).",
            valueName: "directory"
        ),
        completion: .directory
    )
    var state: String?

    @Option(
        help: ArgumentHelp(
            "The directory for what doesn't (default: $RUNTIME_DIRECTORY).",
            valueName: "directory"
        ),
        completion: .directory
    )
    var runtime: String?

    @Option(
        name: .customLong("set"),
        help: ArgumentHelp(
            "Overrides one key, for example outbound.target=16. Repeatable.",
            valueName: "key=value"
        ),
        completion: .list(ConfigurationSchema.keys.map { "\($0.name)=" })
    )
    var settings: [String] = []

    @Option(
        help: ArgumentHelp(
            """
            Records what goes into the engine in a new file, for 'simulate --replay'. It names \
            everybody whom this daemon speaks with.
            """,
            valueName: "file"
        ),
        completion: .file()
    )
    var record: String?

    @Flag(help: "Records what peers send as well, with --record.")
    var recordBytes = false

    @Option(
        help: ArgumentHelp(
            "How long the recording may become, in MiB: then it ends, and the daemon goes on.",
            valueName: "mebibytes"
        )
    )
    var recordLimit = RecordingRequest.defaultLimit

    @Flag(help: "Says whether the configuration is valid, and ends.")
    var checkConfig = false

    @Flag(
        help: """
            Prints what files and arguments say now, and where each value comes from, and ends; \
            'peerctl config' shows what a running daemon has.
            """
    )
    var printConfig = false

    static func main() {
        do {
            try StandardStream.fillGaps()
            // Behind --set a whole list of addresses may stand.
            guard CommandLine.arguments.allSatisfy({ $0.isComparable(longest: .max) }) else {
                throw ValidationError("an option is too long, or isn't ASCII")
            }
            let command = try parseAsRoot()
            guard let peerd = command as? Peerd else {
                var help = command
                try help.run()
                return
            }
            Glibc.exit(peerd.start())
        } catch {
            switch exitCode(for: error) {
            case .success:
                Glibc.exit(show(fullMessage(for: error) + "\n"))
            case .validationFailure:
                StandardError.write(line: fullMessage(for: error))
                Glibc.exit(ExitStatus.usage)
            default:
                exit(withError: error)
            }
        }
    }

    /// Writes what was asked for to standard output.
    ///
    /// - Returns: The exit status.
    private static func show(_ text: String) -> Int32 {
        do throws(SystemError) {
            try StandardStream.output.write(Array(text.utf8))
            return 0
        } catch {
            StandardError.write(line: "cannot show it: \(error)")
            return ExitStatus.osError
        }
    }

    func validate() throws {
        guard RecordingRequest.limits.contains(recordLimit) else {
            let limits = RecordingRequest.limits
            throw ValidationError(
                "--record-limit: \(recordLimit) MiB, expected \(limits.lowerBound) to "
                    + "\(limits.upperBound)"
            )
        }
        guard record != nil || !recordBytes else {
            throw ValidationError("--record-bytes needs --record FILE")
        }
    }

    private var recording: RecordingRequest? {
        record.map { RecordingRequest(path: $0, keepsBytes: recordBytes, limit: recordLimit) }
    }

    private var arguments: ConfigurationArguments {
        ConfigurationArguments(file: config, settings: settings)
    }

    /// - Returns: The exit status.
    private func start() -> Int32 {
        let loaded: LoadedConfiguration
        do throws(ConfigurationErrors) {
            loaded = try arguments.load()
        } catch {
            report(error)
            return ExitStatus.configuration
        }
        if printConfig { return Self.show(LoadedConfiguration.heading + loaded.printed) }
        if checkConfig {
            warn(of: loaded)
            return 0
        }
        do throws(StartupError) {
            try serve(loaded)
            return 0
        } catch {
            Self.say(.startFailed(error))
            return error.status
        }
    }

    private func warn(of loaded: LoadedConfiguration) {
        var warnings = loaded.warnings.map { "\($0)" }
        do throws(SystemError) {
            let doubt = try DescriptorBudget(loaded.configuration).doubt()
            warnings += doubt.map { [$0] } ?? []
        } catch {
            warnings.append("cannot ask for the limit of descriptors: \(error)")
        }
        for warning in warnings { StandardError.write(.warning, warning) }
    }

    /// A line for each error where a person reads them, and one entry for all in the journal.
    private func report(_ errors: ConfigurationErrors) {
        guard JournalStream.carriesStandardError() else {
            StandardError.write(line: errors.description)
            return
        }
        guard !checkConfig, !printConfig else {
            // Whatever service checks it: nothing of the daemon's fails.
            for line in errors.lines { StandardError.write(.error, line) }
            return
        }
        Self.say(.startFailed(StartupError(configuration: errors.description)))
    }

    /// For while there is no daemon yet, or none any more.
    private static func say(_ notice: Notice) {
        do throws(SystemError) {
            var journal = try Journal.ofProcess(level: .error)
            journal.write(notice)
        } catch {
            StandardError.write(notice.level, notice.message)
        }
    }

    private func serve(_ loaded: LoadedConfiguration) throws(StartupError) {
        HeapTuning.giveBackLargeBlocks()
        // Before the first thread, which the journal may start.
        let environment = try ServiceEnvironment.take()
        var journal = try Self.journal(level: loaded.configuration.log.level)
        for warning in loaded.warnings { journal.write(.configurationWarning("\(warning)")) }
        try DescriptorBudget(loaded.configuration).check()
        let locks = try DirectoryLocks.take(state: state, runtime: runtime)
        var daemon = try Daemon.prepared(
            for: loaded,
            from: arguments,
            in: environment,
            holding: locks,
            recording: recording,
            saying: journal
        )
        try daemon.run()
    }

    private static func journal(
        level: Configuration.Log.Level
    ) throws(StartupError) -> Journal {
        do throws(SystemError) {
            return try .ofProcess(level: level)
        } catch {
            throw StartupError(error)
        }
    }
}
