import ArgumentParser
import Control
import Facts
import Timing

extension Peerctl {
    /// `peerctl connect 203.0.113.7:9108 --persistent`
    struct Connect: ConversingCommand {
        static let configuration = CommandConfiguration(
            abstract: "Connects to a peer, once or for good.",
            discussion: """
                Ends when the attempt has: then the peer is connected, or the reason is said. Ending \
                peerctl before cancels the attempt. With --persistent it ends at once, and the daemon \
                keeps the peer connected until 'peerctl remove'.
                """
        )

        @Argument(
            help: ArgumentHelp("ADDRESS:PORT or NAME:PORT.", valueName: "address"),
            transform: { try String(callText: $0) }
        )
        var address: String

        @Flag(help: "Keeps the peer connected until it is removed.")
        var persistent = false

        @Option(
            help: ArgumentHelp(
                """
                How long it may take in all, with the handshake, such as 10s (default: \
                outbound.dial-timeout for each address, and protocol.handshake-timeout).
                """,
                valueName: "duration"
            ),
            transform: { try Duration(systemdSpelling: $0) }
        )
        var timeout: Duration?

        @OptionGroup var control: ControlOptions

        var purpose: String { persistent ? "keep \(address) connected" : "connect to \(address)" }
        var method: Method { persistent ? .addPersistent : .connect }

        func validate() throws {
            guard let timeout else { return }
            guard !persistent else {
                throw ValidationError("--timeout is for a single attempt, not for --persistent.")
            }
            guard (1...Bounds.timeoutUSec).contains(timeout.clampedMicroseconds) else {
                throw ValidationError("--timeout must be from 1us to 10min.")
            }
        }

        func perform(in session: inout Session) throws(CommandFailure) {
            let address = address
            if persistent {
                try session.show(Peers.AddPersistent(address: address)) { reply, _, _ in
                    [Text("Keeping \(address) connected (id: \(reply.id))")]
                }
            } else {
                let call = Peers.Connect(
                    address: address,
                    timeoutUSec: timeout?.clampedMicroseconds
                )
                // The daemon has a limit for the attempt.
                try session.show(call, within: nil) { reply, _, _ in
                    let connection = reply.connection
                    return [Text("Connected to \(connection.peer) (id: \(connection.id))")]
                }
            }
        }
    }
}
