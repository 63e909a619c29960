import ArgumentParser
import Control

extension Peerctl {
    /// `peerctl explain 198.51.100.4`
    struct Explain: ConversingCommand {
        static let configuration = CommandConfiguration(
            abstract: "Says why a peer is connected, waiting, refused or not dialled.",
            discussion: """
                For each way in which it could be connected: whether it is open, and which rules say \
                something about it now, with their numbers. The ways: inbound, it comes to us; outbound, \
                it is picked to hold outbound.target; manual, 'peerctl connect'; persistent, 'peerctl \
                connect --persistent'.
                """
        )

        @Argument(
            help: ArgumentHelp("ADDRESS:PORT, or an address alone.", valueName: "address"),
            completion: Completion.peers,
            transform: { try String(callText: $0) }
        )
        var address: String

        @OptionGroup var control: ControlOptions

        var purpose: String { "explain \(address)" }
        var method: Method { .explain }

        func perform(in session: inout Session) throws(CommandFailure) {
            try session.show(Peers.Explain(address: address)) { reply, viewpoint, terminal in
                reply.explanation.lines(seenFrom: viewpoint, on: terminal)
            }
        }
    }
}
