import ArgumentParser
import Control

extension Peerctl {
    /// `peerctl log-level debug`
    struct LogLevel: ConversingCommand {
        static let configuration = CommandConfiguration(
            abstract: "Sets how much is logged, until the daemon ends or reloads."
        )

        @Argument(
            help: ArgumentHelp(
                "From the most to the least urgent; each includes those before it.",
                valueName: "level"
            )
        )
        var level: Peers.LogLevel

        @OptionGroup var control: ControlOptions

        var purpose: String { "set the log level" }
        var method: Method { .setLogLevel }

        func perform(in session: inout Session) throws(CommandFailure) {
            let level = level
            try session.show(Peers.SetLogLevel(level: level)) { _, _, _ in
                [Text("Logging \(level.rawValue) and what is more urgent")]
            }
        }
    }
}

extension Peers.LogLevel: ExpressibleByArgument {}
