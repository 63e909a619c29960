import ArgumentParser
import Control

extension Peerctl {
    /// `peerctl network off`
    struct Network: ConversingCommand {
        static let configuration = CommandConfiguration(
            abstract: "Closes everything and refuses peers, or lets them come again.",
            discussion: "It doesn't survive a restart of the daemon."
        )

        enum State: String, CaseIterable, ExpressibleByArgument {
            case on
            case off
        }

        @Argument(help: ArgumentHelp("on or off.", valueName: "state"))
        var state: State

        @OptionGroup var control: ControlOptions

        var purpose: String { "switch the network \(state.rawValue)" }
        var method: Method { .setNetworkActive }

        func perform(in session: inout Session) throws(CommandFailure) {
            let state = state
            try session.show(Peers.SetNetworkActive(active: state == .on)) { _, _, _ in
                switch state {
                case .on: ["The network is active"]
                case .off: ["The network is inactive: connections are closed, peers are refused"]
                }
            }
        }
    }
}
