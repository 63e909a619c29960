import ArgumentParser
import Control
import Facts

extension Peerctl {
    /// `peerctl disconnect 7`
    struct Disconnect: ConversingCommand {
        static let configuration = CommandConfiguration(
            abstract: "Closes connections, or cancels attempts.",
            discussion: """
                An address without a port means every connection of exactly that address, inbound and \
                outbound. A persistent peer is tried again after a wait; 'peerctl remove' ends it.
                """
        )

        @Argument(
            help: ArgumentHelp("An id, ADDRESS:PORT or an address alone.", valueName: "id|address"),
            completion: Completion.ids(),
            transform: { try Peers.Selection(argument: $0) }
        )
        var selection: Peers.Selection

        @OptionGroup var control: ControlOptions

        var purpose: String { "disconnect \(selection.text)" }
        var method: Method { .disconnect }

        func perform(in session: inout Session) throws(CommandFailure) {
            let command = session.instance.command
            try session.show(Peers.Disconnect(selection)) { reply, viewpoint, _ in
                let done = Text("Disconnected \(counted(reply.count, "connection"))")
                return [done] + reply.comeback(seenFrom: viewpoint, advising: command)
            }
        }
    }
}

extension Peers.Disconnect.Reply {
    /// When the persistent ones come back, and what ends them for good.
    func comeback(seenFrom viewpoint: Viewpoint, advising command: String) -> [Text] {
        guard let retries, let first = retries.first else { return [] }
        let shown = retries.prefix(Peers.ServiceStatus.rows).map { retry in
            let time =
                retry.atUnixUSec.map { "in \(viewpoint.wait(until: $0))" } ?? "with the network"
            return Text("  \(retry.target) comes back \(time) (id: \(retry.id))")
        }
        let more = retries.count - shown.count
        let rest = more > 0 ? [Text("  and at least \(more) more")] : []
        return shown + rest + [Text("  '\(command) remove \(first.id)' ends it for good.")]
    }
}

extension Peers.Selection {
    /// Digits alone are an id.
    init(argument: String) throws {
        let text = try String(callText: argument)
        guard text.utf8.allSatisfy({ (0x30...0x39).contains($0) }) else {
            self = .address(text)
            return
        }
        guard let id = UInt64(text), (1...UInt64(Int64.max)).contains(id) else {
            throw ValidationError("expected an id from 1 to \(Int64.max)")
        }
        self = .id(id)
    }

    var text: String {
        switch self {
        case .id(let id): "connection \(id)"
        case .address(let address): address
        }
    }
}
