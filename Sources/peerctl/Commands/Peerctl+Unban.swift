import ArgumentParser
import Control

extension Peerctl {
    /// `peerctl unban 198.51.100.0/24`
    struct Unban: ConversingCommand {
        static let configuration = CommandConfiguration(
            abstract: "Lifts a ban."
        )

        @Argument(
            help: ArgumentHelp(
                "Exactly as it was banned; 'peerctl bans' shows it.",
                valueName: "prefix"
            ),
            completion: Completion.bans,
            transform: { try String(callText: $0) }
        )
        var prefix: String

        @OptionGroup var control: ControlOptions

        var purpose: String { "unban \(prefix)" }
        var method: Method { .unban }

        func perform(in session: inout Session) throws(CommandFailure) {
            let prefix = prefix
            try session.show(Peers.Unban(prefix: prefix)) { _, _, _ in
                [Text("Lifted the ban of \(prefix)")]
            }
        }
    }
}
