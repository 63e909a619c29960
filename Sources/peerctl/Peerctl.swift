import ArgumentParser
import Control
import Glibc
import LinuxIO
import PlainText

/// The command line.
@main
struct Peerctl: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "peerctl",
        abstract: "Asks and tells the peer-connection daemon.",
        discussion: """
            Without a command it shows the status.

            Exit status: 0 done, 1 refused or failed, 2 for a wrong command line, 3 if the daemon can't be \
            reached.
            """,
        version: Release.version,
        subcommands: [
            Status.self, List.self, Explain.self, Monitor.self, History.self, Totals.self,
            Connect.self, Disconnect.self, Remove.self, AddAddresses.self, Ban.self, Unban.self,
            Bans.self,
            Network.self, Reload.self, Config.self, LogLevel.self, Check.self, Wait.self,
        ],
        defaultSubcommand: Status.self
    )

    /// Here too, so that they may stand before the command's name.
    @OptionGroup var control: ControlOptions

    static func main() {
        do {
            try StandardStream.fillGaps()
            guard CommandLine.arguments.allSatisfy({ $0.isComparable() }) else {
                throw ValidationError("an argument is too long, or an option isn't ASCII")
            }
            let arguments = CommandLine.arguments.dropFirst()
            // The parser shows the whole program's help for what it doesn't know.
            if let complaint = CommandWords(arguments).complaintAboutHelp {
                throw ValidationError(complaint)
            }
            var command = try parseAsRoot()
            try command.run()
        } catch {
            // Help, and what else was asked for and needs no daemon.
            if exitCode(for: error) == .success {
                Glibc.exit(show(CompletionScript.mended(fullMessage(for: error))))
            }
            guard Self.isUsageError(error) else { exit(withError: error) }
            let message = usageMessage(for: error, of: CommandLine.arguments.dropFirst())
                .printableLines()
            try? StandardStream.errors.write(Array((message + "\n").utf8))
            Glibc.exit(ExitStatus.usage)
        }
    }

    /// - Returns: The exit status.
    private static func show(_ text: String) -> Int32 {
        do throws(CommandFailure) {
            try Session.write(text + "\n")
            return 0
        } catch {
            // Nothing but writing can have failed.
            try? StandardStream.errors.write(Array("peerctl: cannot show it\n".utf8))
            return error.exitStatus
        }
    }

    /// What was wrong with the command line. A misspelt command is taken for an argument of the
    /// default one, whose usage helps nobody who hasn't named it.
    static func usageMessage(for error: any Error, of arguments: some Sequence<String>) -> String {
        let words = CommandWords(arguments)
        guard !words.nameCommand else { return fullMessage(for: error) }
        let message = words.complaint.map { "Error: \($0)" } ?? fullMessage(for: error)
        return message + "\n  'peerctl help' lists the commands."
    }

    /// What ends with status 2 instead of the parser's own 64.
    static func isUsageError(_ error: any Error) -> Bool {
        exitCode(for: error) == .validationFailure
    }
}
