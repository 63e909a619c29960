import ArgumentParser
import Control
import Timing

extension Peerctl {
    /// `peerctl reload`
    struct Reload: ConversingCommand {
        static let configuration = CommandConfiguration(
            abstract: "Reads the configuration again, and drops nobody.",
            discussion: """
                Ends when the new configuration is in force. A wrong one changes nothing, and what is \
                wrong with it is said. The daemon has \(longest.briefDescription) for it: after that \
                'peerctl status' says what came of it.
                """
        )

        /// In all. Reading waits for a slow disk; the units, which run this command, give it 30 s.
        static let longest = Duration.seconds(25)

        @OptionGroup var control: ControlOptions

        var purpose: String { "reload" }
        var method: Method { .reload }
        var patience: Duration { Self.longest }

        func perform(in session: inout Session) throws(CommandFailure) {
            let unit = session.instance.unit
            let left = max(Self.longest - session.age, .zero)
            try session.show(Peers.Reload(), within: left) { reply, _, _ in
                guard !reply.needsRestart.isEmpty else { return ["Reloaded"] }
                return [
                    Text("Reloaded, but for \(reply.needsRestart.joined(separator: ", "))"),
                    Text("  That needs a restart: systemctl restart \(unit)"),
                ]
            }
        }
    }
}
