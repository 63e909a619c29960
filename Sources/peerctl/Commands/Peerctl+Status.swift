import ArgumentParser
import Control

extension Peerctl {
    /// `peerctl`, `peerctl status`
    struct Status: ConversingCommand {
        static let configuration = CommandConfiguration(
            abstract: "Shows how many peers there are, wanted and refused."
        )

        @OptionGroup var control: ControlOptions

        var purpose: String { "show the status" }
        var method: Method { .status }

        func perform(in session: inout Session) throws(CommandFailure) {
            let instance = session.instance
            try session.show(Peers.Status()) { reply, viewpoint, terminal in
                reply.status.lines(of: instance, seenFrom: viewpoint, on: terminal)
            }
        }
    }
}
