import ArgumentParser
import Control
import Facts

extension Peerctl {
    /// `peerctl list --kind inbound`
    struct List: ConversingCommand {
        static let configuration = CommandConfiguration(
            abstract: "Lists the connections, wanted and established."
        )

        @Option(help: ArgumentHelp("Only those of a kind.", valueName: "kind"))
        var kind: ShownKind?

        @Option(
            help: ArgumentHelp(
                "Only those in a phase; established is connected or ready.",
                valueName: "phase"
            )
        )
        var phase: ShownPhase?

        @OptionGroup var control: ControlOptions

        var purpose: String { "list the connections" }
        var method: Method { .list }

        func perform(in session: inout Session) throws(CommandFailure) {
            try session.showAll(Peers.List(kind: kind, phase: phase)) {
                replies,
                viewpoint,
                terminal in
                // The daemon's own order is that of its table.
                let connections = replies.flatMap(\.connections).sorted { $0.id < $1.id }
                guard !connections.isEmpty else { return ["No connections."] }
                return Peers.Connection.table(of: connections, seenFrom: viewpoint)
                    .lines(on: terminal)
            }
        }
    }
}

extension ShownKind: ExpressibleByArgument {}
extension ShownPhase: ExpressibleByArgument {}
