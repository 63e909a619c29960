import ArgumentParser
import Control

extension Peerctl {
    /// `peerctl totals`
    struct Totals: ConversingCommand {
        static let configuration = CommandConfiguration(
            abstract: "Shows how often what has happened since the daemon's start."
        )

        @OptionGroup var control: ControlOptions

        var purpose: String { "show the totals" }
        var method: Method { .totals }

        func perform(in session: inout Session) throws(CommandFailure) {
            try session.show(Peers.Totals()) { reply, viewpoint, terminal in
                reply.lines(seenFrom: viewpoint, on: terminal)
            }
        }
    }
}
