import ArgumentParser
import Control

extension Peerctl {
    /// `peerctl disconnect 7`
    struct Disconnect: PeerctlCommand {
        static let configuration = CommandConfiguration(
            abstract: "Closes connections, or cancels attempts.",
            discussion: """
                An address without a port means every connection of exactly that address, inbound and \
                outbound. A persistent peer is tried again after a wait; 'peerctl remove' ends it.
                """
        )

        @Argument(
            help: ArgumentHelp("An id, ADDRESS:PORT or an address alone.", valueName: "id|address")
        )
        var selection: Peers.Selection

        @OptionGroup var control: ControlOptions

        var purpose: String { "disconnect \(selection.text)" }
        var method: Method { .disconnect }

        func perform(in session: inout Session) throws(CommandFailure) {
            try session.show(Peers.Disconnect(selection)) { reply, _, _ in
                [Text("Disconnected \(counted(reply.count, "connection"))")]
            }
        }
    }
}

/// Digits alone are an id.
extension Peers.Selection: ExpressibleByArgument {
    package init?(argument: String) {
        let isNumber = argument.utf8.allSatisfy { (0x30...0x39).contains($0) }
        guard isNumber else {
            self = .address(argument)
            return
        }
        guard let id = UInt64(argument), (1...UInt64(Int64.max)).contains(id) else { return nil }
        self = .id(id)
    }

    var text: String {
        switch self {
        case .id(let id): "connection \(id)"
        case .address(let address): address
        }
    }
}
