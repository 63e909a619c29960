import ArgumentParser
import Glibc
import LinuxIO
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
            """
    )

    @Option(
        help: ArgumentHelp(
            "The configuration (default: /etc/peerd/peerd.toml, if it is there).",
            valueName: "file"
        )
    )
    var config: String?

    @Option(
        help: ArgumentHelp(
            "The directory for what outlives a restart (default: $STATE_DIRECTORY).",
            valueName: "directory"
        )
    )
    var state: String?

    @Option(
        help: ArgumentHelp(
            "The directory for what doesn't (default: $RUNTIME_DIRECTORY).",
            valueName: "directory"
        )
    )
    var runtime: String?

    @Option(
        name: .customLong("set"),
        help: ArgumentHelp(
            "Overrides one key, for example outbound.target=16. Repeatable.",
            valueName: "key=value"
        )
    )
    var settings: [String] = []

    @Flag(help: "Says whether the configuration is valid, and ends.")
    var checkConfig = false

    @Flag(help: "Prints the configuration in force and where each value comes from, and ends.")
    var printConfig = false

    static func main() {
        do {
            let command = try parseAsRoot()
            guard let peerd = command as? Peerd else {
                var help = command
                try help.run()
                return
            }
            Glibc.exit(peerd.start())
        } catch {
            let code = exitCode(for: error)
            guard code == .validationFailure else { exit(withError: error) }
            StandardError.write(line: fullMessage(for: error))
            Glibc.exit(ExitStatus.usage)
        }
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
        if printConfig {
            print(loaded.printed, terminator: "")
            return 0
        }
        if checkConfig {
            for warning in loaded.warnings { StandardError.write(line: "<4>\(warning)") }
            return 0
        }
        var journal = Self.journal(level: loaded.configuration.log.level)
        for warning in loaded.warnings { journal.write(.configurationWarning("\(warning)")) }
        return run(loaded.configuration)
    }

    private func run(_ configuration: Configuration) -> Int32 {
        do throws(StartupError) {
            try serve(configuration)
            return 0
        } catch {
            var journal = Self.journal(level: .error)
            journal.write(.startFailed(error))
            return error.status
        }
    }

    /// A line for each error where a person reads them, and one entry for all in the journal.
    private func report(_ errors: ConfigurationErrors) {
        guard JournalStream.carriesStandardError() else {
            StandardError.write(line: errors.description)
            return
        }
        guard !checkConfig, !printConfig else {
            // A check before a reload: the daemon itself goes on.
            for line in errors.description.split(separator: "\n") {
                StandardError.write(line: "<3>\(line)")
            }
            return
        }
        var journal = Self.journal(level: .error)
        journal.write(.startFailed(StartupError(configuration: errors.description)))
    }

    /// For what is to be said while there is no daemon yet, or none any more.
    private static func journal(level: Configuration.Log.Level) -> Journal {
        guard JournalStream.carriesStandardError() else { return Journal(level: level, to: nil) }
        // Without a socket there is still standard error.
        return Journal(level: level, to: try? JournalSocket())
    }

    private func serve(_ configuration: Configuration) throws(StartupError) {
        HeapTuning.giveBackLargeBlocks()
        let environment = try ServiceEnvironment.take()
        try DescriptorBudget(configuration).check()
        let locks = try DirectoryLocks.take(state: state, runtime: runtime)
        var daemon = try Daemon.prepared(
            for: configuration,
            from: arguments,
            in: environment,
            holding: locks
        )
        try daemon.run()
    }
}
