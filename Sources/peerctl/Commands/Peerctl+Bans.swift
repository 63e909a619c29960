import ArgumentParser
import Control

extension Peerctl {
    /// `peerctl bans`
    struct Bans: ConversingCommand {
        static let configuration = CommandConfiguration(
            abstract: "Lists the bans in force."
        )

        @OptionGroup var control: ControlOptions

        var purpose: String { "list the bans" }
        var method: Method { .listBans }

        func perform(in session: inout Session) throws(CommandFailure) {
            try session.showAll(Peers.ListBans()) { replies, viewpoint, terminal in
                let bans = replies.flatMap(\.bans)
                guard !bans.isEmpty else { return ["No bans."] }
                return Peers.BanEntry.table(of: bans, seenFrom: viewpoint).lines(on: terminal)
            }
        }
    }
}
