import ArgumentParser
import Control
import Facts
import Timing

extension Peerctl {
    /// `peerctl ban 198.51.100.0/24 --for 24h`
    struct Ban: ConversingCommand {
        static let configuration = CommandConfiguration(
            abstract: "Keeps an address or prefix out, and closes what it covers.",
            discussion: """
                Manual, persistent and whitelisted peers are spared and named. A ban survives restarts.
                It is refused while the prefix or a wider one is banned for longer, unless you say
                --replace.
                """
        )

        @Argument(
            help: ArgumentHelp(
                "An address, or a prefix such as 198.51.100.0/24.",
                valueName: "prefix"
            ),
            transform: { try String(callText: $0) }
        )
        var prefix: String

        @Option(
            name: .customLong("for"),
            help: ArgumentHelp(
                "For how long, such as 24h (default: for ever).",
                valueName: "duration"
            ),
            transform: { try Duration(systemdSpelling: $0) }
        )
        var duration: Duration?

        @Flag(help: "Bans as you say though it is banned for longer; a wider ban stays.")
        var replace = false

        @OptionGroup var control: ControlOptions

        var purpose: String { "ban \(prefix)" }
        var method: Method { .ban }

        func validate() throws {
            guard (duration?.clampedMicroseconds ?? 1) > 0 else {
                throw ValidationError("--for must be longer than nothing.")
            }
        }

        func perform(in session: inout Session) throws(CommandFailure) {
            let call = Peers.Ban(
                prefix: prefix,
                durationUSec: duration?.clampedMicroseconds,
                replace: replace ? true : nil
            )
            try session.show(call) { reply, viewpoint, _ in
                let term =
                    call.durationUSec.map {
                        "until \(viewpoint.date(viewpoint.nowUnixUSec.addingClamped($0)))"
                    } ?? "for ever"
                let done =
                    "Banned \(call.prefix) \(term), closed \(counted(reply.closed, "connection"))"
                guard !reply.spared.isEmpty else { return [Text(done)] }
                let ids = reply.spared.map { "\($0)" }.named(limit: Peers.ServiceStatus.rows)
                return [
                    Text(done),
                    Text("  Spared, since manual, persistent or whitelisted (ids): \(ids)"),
                ]
            }
        }
    }
}
