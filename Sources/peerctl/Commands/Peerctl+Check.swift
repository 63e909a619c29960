import ArgumentParser
import Control
import Timing

extension Peerctl {
    /// `peerctl check`
    struct Check: ConversingCommand {
        static let configuration = CommandConfiguration(
            abstract: "Says whether the daemon is well, by its status and in words.",
            discussion: """
                For health checks: status 0 if it answers within 5 s, its last reload was good, its \
                state can be written, its target is 0 or an outbound peer is ready, and no persistent \
                peer has been down for 10 min. Otherwise status 1, also where there is no daemon, and \
                the reasons on standard error.
                """
        )

        /// In all.
        static let longest = Duration.seconds(5)

        @OptionGroup var control: ControlOptions

        var purpose: String { "check the daemon" }
        var method: Method { .status }
        var patience: Duration { Self.longest }

        /// Who can't be asked isn't well either.
        func exitStatus(of failure: CommandFailure) -> Int32 { ExitStatus.failed }

        func perform(in session: inout Session) throws(CommandFailure) {
            let left = max(Self.longest - session.age, .zero)
            let status = try session.ask(Peers.Status(), within: left).status
            let reasons = status.complaints(seenFrom: session.viewpoint)
            guard reasons.isEmpty else { throw .unwell(reasons) }
            try session.tell([Text("\(session.instance.unit) is well: \(status.summary)")])
        }
    }
}
