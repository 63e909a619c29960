import ArgumentParser
import Control
import Facts

extension Peerctl {
    /// `peerctl remove 203.0.113.7:9108`
    struct Remove: ConversingCommand {
        static let configuration = CommandConfiguration(
            abstract: "Ends persistent connections for good."
        )

        @Argument(
            help: ArgumentHelp("An id, ADDRESS:PORT or an address alone.", valueName: "id|address"),
            completion: Completion.ids(\.persistent),
            transform: { try Peers.Selection(argument: $0) }
        )
        var selection: Peers.Selection

        @OptionGroup var control: ControlOptions

        var purpose: String { "remove \(selection.text)" }
        var method: Method { .remove }

        func perform(in session: inout Session) throws(CommandFailure) {
            try session.show(Peers.Remove(selection)) { reply, _, _ in
                let done = Text("Removed \(counted(reply.count, "persistent peer"))")
                guard reply.untilReload else { return [done] }
                return [
                    done, "  It is in the configuration too, and comes back with the next reload.",
                ]
            }
        }
    }
}
