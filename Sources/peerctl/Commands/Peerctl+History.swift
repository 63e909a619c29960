import ArgumentParser
import Control

extension Peerctl {
    /// `peerctl history --limit 10`
    struct History: PeerctlCommand {
        static let configuration = CommandConfiguration(
            abstract: "Lists the connections that ended last, and why, the latest first."
        )

        @Option(
            help: ArgumentHelp(
                "At most so many, from 1 to \(Bounds.history), which is what is remembered.",
                valueName: "count"
            )
        )
        var limit: Int?

        @OptionGroup var control: ControlOptions

        var purpose: String { "show the history" }
        var method: Method { .history }

        func validate() throws {
            guard (1...Bounds.history).contains(limit ?? 1) else {
                throw ValidationError("--limit must be from 1 to \(Bounds.history).")
            }
        }

        func perform(in session: inout Session) throws(CommandFailure) {
            try session.showAll(Peers.History(limit: limit)) { replies, viewpoint, terminal in
                let ended = replies.flatMap(\.connections)
                guard !ended.isEmpty else { return ["No connection has ended."] }
                return Peers.EndedConnection.table(of: ended, seenFrom: viewpoint)
                    .lines(on: terminal)
            }
        }
    }
}
