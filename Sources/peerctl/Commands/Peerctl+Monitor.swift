import ArgumentParser
import Control

extension Peerctl {
    /// `peerctl monitor connected disconnected`
    struct Monitor: ConversingCommand {
        static let configuration = CommandConfiguration(
            abstract: "Shows what happens, a line each, until it is interrupted.",
            discussion: """
                The names are those of the journal's PEERD_EVENT. A terminal or program that doesn't \
                keep up isn't waited for: it is told how many events it missed.
                """
        )

        @Argument(help: ArgumentHelp("Only these (default: all).", valueName: "event"))
        var events: [Peers.EventName] = []

        @OptionGroup var control: ControlOptions

        var purpose: String { "show what happens" }
        var method: Method { .monitor }

        func validate() throws {
            guard events.count <= Peers.EventName.allCases.count else {
                throw ValidationError("An event is named more than once.")
            }
        }

        func perform(in session: inout Session) throws(CommandFailure) {
            let filter = events.isEmpty ? nil : events
            try session.follow(Peers.Monitor(events: filter)) { reply, viewpoint in
                reply.event.line(seenFrom: viewpoint)
            }
        }
    }
}

/// As the journal spells it, `connection-failed`, or as the interface does, `connectionFailed`.
extension Peers.EventName: ExpressibleByArgument {
    package init?(argument: String) {
        let name = Self.allCases.first { $0.word == argument || $0.camelCase == argument }
        guard let name else { return nil }
        self = name
    }

    package static var allValueStrings: [String] { allCases.map(\.word) }
}
