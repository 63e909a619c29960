import ArgumentParser
import Control
import Facts
import LinuxIO
import Timing

extension Peerctl {
    /// `peerctl wait --outbound 4 --timeout 1min`
    struct Wait: PeerctlCommand {
        static let configuration = CommandConfiguration(
            abstract: "Waits until the daemon answers and holds so many outbound peers.",
            discussion: """
                For scripts that need the network: ends with status 0 as soon as so many outbound peers \
                are ready, with status 1 if they aren't in time, and with status 3 if no daemon answers \
                by then. It waits for a daemon that isn't there yet, or that starts again.
                """
        )

        /// As many as `outbound.target` can be.
        static let most = 10_000

        @Option(help: ArgumentHelp("How many must be ready.", valueName: "count"))
        var outbound = 0

        @Option(
            help: ArgumentHelp(
                "How long to wait in all, such as 30s (default: for ever).",
                valueName: "duration"
            ),
            transform: { try Duration(systemdSpelling: $0) }
        )
        var timeout: Duration?

        @OptionGroup var control: ControlOptions

        var purpose: String { "wait for the daemon" }
        var method: Method { .status }

        func validate() throws {
            guard (0...Self.most).contains(outbound) else {
                throw ValidationError("--outbound must be from 0 to \(Self.most).")
            }
            guard timeout.map({ $0 > .zero }) ?? true else {
                throw ValidationError("--timeout must be more than nothing.")
            }
        }

        /// Between two looks at whether there is a daemon by now.
        private static let pause = Duration.milliseconds(100)

        func converse() throws(CommandFailure) {
            let limit = timeout.map { WaitLimit($0) }
            while true {
                do throws(CommandFailure) {
                    var session = try Session(control, patience: patience(within: limit))
                    return try follow(&session, within: limit)
                } catch {
                    guard error.saysAbsent, !(limit?.isOver ?? false) else { throw error }
                    Pause.last(for: min(limit?.left ?? Self.pause, Self.pause))
                }
            }
        }

        /// What a single step may take. Never nothing, which would be for ever.
        private func patience(within limit: WaitLimit?) -> Duration {
            max(min(limit?.left ?? Client.patience, Client.patience), .milliseconds(1))
        }

        /// Asks one daemon until it holds enough: at first, and whenever a peer came or went.
        private func follow(
            _ session: inout Session,
            within limit: WaitLimit?
        ) throws(CommandFailure) {
            var events = try Session(control, patience: patience(within: limit))
            // What happens after the first event isn't missed.
            try events.begin(Peers.Monitor(events: [.report(.ready), .report(.ended)]))
            _ = try events.next(of: Peers.Monitor.self, within: patience(within: limit))
            var known: Peers.ServiceStatus?
            do throws(CommandFailure) {
                while true {
                    let reply = try session.answer(
                        to: Peers.Status(),
                        within: patience(within: limit)
                    )
                    guard reply.status.ready.outbound < outbound else {
                        return try session.tell(reply) { status in
                            [Text("\(session.instance.unit): \(status.status.summary)")]
                        }
                    }
                    known = reply.status
                    _ = try events.next(of: Peers.Monitor.self, within: limit?.left)
                }
            } catch {
                guard let known, let timeout, limit?.isOver ?? false, error.saysNothingCame else {
                    throw error
                }
                throw .tooFewReady(
                    known.ready.outbound,
                    of: outbound,
                    target: known.limits.outbound,
                    after: timeout
                )
            }
        }
    }
}
