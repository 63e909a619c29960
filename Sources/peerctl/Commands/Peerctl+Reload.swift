import ArgumentParser
import Control

extension Peerctl {
    /// `peerctl reload`
    struct Reload: PeerctlCommand {
        static let configuration = CommandConfiguration(
            abstract: "Reads the configuration again, and drops nobody.",
            discussion: "A wrong one changes nothing, and what is wrong with it is said."
        )

        @OptionGroup var control: ControlOptions

        var purpose: String { "reload" }
        var method: Method { .reload }

        func perform(in session: inout Session) throws(CommandFailure) {
            let unit = session.instance.unit
            try session.show(Peers.Reload()) { reply, _, _ in
                guard !reply.needsRestart.isEmpty else { return ["Reloaded"] }
                return [
                    Text("Reloaded, but for \(reply.needsRestart.joined(separator: ", "))"),
                    Text("  That needs a restart: systemctl restart \(unit)"),
                ]
            }
        }
    }
}
