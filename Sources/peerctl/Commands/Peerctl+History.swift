import ArgumentParser
import Control
import Facts

extension Peerctl {
    /// `peerctl history --limit 10`
    struct History: ConversingCommand {
        static let configuration = CommandConfiguration(
            abstract: """
                Lists the connections that ended last and the attempts that failed last, and why, \
                the latest first.
                """
        )

        @Option(
            help: ArgumentHelp(
                "At most so many, from 1 to \(Bounds.history), which is what is remembered of either.",
                valueName: "count"
            )
        )
        var limit: Int?

        @Flag(help: "Only attempts that led to no connection.")
        var failed = false

        @OptionGroup var control: ControlOptions

        var purpose: String { "show the history" }
        var method: Method { .history }

        func validate() throws {
            guard (1...Bounds.history).contains(limit ?? 1) else {
                throw ValidationError("--limit must be from 1 to \(Bounds.history).")
            }
        }

        func perform(in session: inout Session) throws(CommandFailure) {
            let call = Peers.History(limit: limit, failed: failed ? true : nil)
            let failed = failed
            try session.showAll(call) { replies, viewpoint, terminal in
                let ended = replies.flatMap(\.connections)
                guard !ended.isEmpty else {
                    return [failed ? "No attempt has failed." : "No connection has ended."]
                }
                return Peers.EndedConnection.table(of: ended, seenFrom: viewpoint)
                    .lines(on: terminal)
            }
        }
    }
}
