import ArgumentParser
import Control

extension Peerctl {
    /// `peerctl config --diff`
    struct Config: ConversingCommand {
        static let configuration = CommandConfiguration(
            abstract: "Shows the configuration in force, or what a reload would change.",
            discussion: """
                It is what the daemon has, with the place where each value was set, as TOML that \
                peerd reads. 'peerd --print-config' shows what the files say now instead.
                """
        )

        @Flag(help: "Reads the files again, and shows what 'peerctl reload' would change.")
        var diff = false

        @OptionGroup var control: ControlOptions

        var purpose: String { diff ? "compare the configuration" : "show the configuration" }
        var method: Method { diff ? .compareConfiguration : .getConfiguration }

        func perform(in session: inout Session) throws(CommandFailure) {
            let (instance, diff) = (session.instance, diff)
            guard diff else {
                return try session.showAll(Peers.GetConfiguration()) { replies, _, _ in
                    Peers.ConfiguredKey.lines(of: replies.flatMap(\.keys))
                }
            }
            try session.showAll(Peers.CompareConfiguration()) { replies, _, _ in
                let changes = replies.flatMap(\.changes)
                guard !changes.isEmpty else { return ["A reload would change nothing."] }
                return Peers.ConfigurationChange.lines(of: changes, instance)
            }
        }
    }
}
