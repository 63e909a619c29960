import Control
import Testing

/// A reply of some method, with its type erased so that all can stand in one table.
struct ReplySample: Sendable, CustomTestStringConvertible {
    let method: Method
    let encode: @Sendable (_ continues: Bool) -> [UInt8]
    /// Reads a message as a reply to this method: whether it is this very reply.
    let isReadBack: @Sendable (_ message: [UInt8]) throws -> Bool

    var testDescription: String { method.rawValue }

    init<Parameters: MethodParameters>(_: Parameters.Type, _ reply: Parameters.Reply) {
        method = Parameters.method
        encode = { continues in
            var bytes: [UInt8] = []
            reply.encode(into: &bytes, continues: continues)
            return bytes
        }
        isReadBack = { message in
            try ReplyMessage<Parameters.Reply>(decoding: message).result == .success(reply)
        }
    }

    static let all: [ReplySample] =
        [
            ReplySample(Service.GetInfo.self, .init(version: "0.1.0")),
            ReplySample(Service.GetInterfaceDescription.self, .init(description: "interface a.b")),
            ReplySample(Peers.AddPersistent.self, .init(id: 7)),
            ReplySample(Peers.Disconnect.self, .init(count: 2)),
            ReplySample(
                Peers.Disconnect.self,
                .init(count: 2, retries: Samples.statuses.flatMap(\.retries))
            ),
            ReplySample(Peers.Remove.self, .init(count: 1, untilReload: true)),
            ReplySample(Peers.List.self, .init(connections: Samples.connections)),
            ReplySample(Peers.List.self, .init(connections: [])),
            ReplySample(Peers.History.self, .init(connections: Samples.ended)),
            ReplySample(Peers.Ban.self, .init(closed: 3, spared: [1, 2])),
            ReplySample(Peers.Unban.self, .init()),
            ReplySample(Peers.ListBans.self, .init(bans: Samples.bans)),
            ReplySample(Peers.AddAddresses.self, .init(added: 2, known: 1)),
            ReplySample(Peers.SetNetworkActive.self, .init()),
            ReplySample(Peers.Reload.self, .init(needsRestart: ["network"])),
            ReplySample(Peers.SetLogLevel.self, .init()),
            ReplySample(Peers.GetConfiguration.self, .init(keys: Samples.keys)),
            ReplySample(Peers.CompareConfiguration.self, .init(changes: Samples.changes)),
            ReplySample(Peers.CompareConfiguration.self, .init(changes: [])),
        ] + Samples.connections.map { ReplySample(Peers.Connect.self, .init(connection: $0)) }
        + Samples.statuses.map { ReplySample(Peers.Status.self, .init(status: $0)) }
        + [ReplySample(Peers.Totals.self, Samples.totals)]
        + Samples.events.map { ReplySample(Peers.Monitor.self, .init(event: $0)) }
        + Samples.explanations.map { ReplySample(Peers.Explain.self, .init(explanation: $0)) }
}

extension Method {
    /// The name within its interface.
    var member: String { String(rawValue.split(separator: ".").last ?? "") }

    var interface: Interface { rawValue.hasPrefix(Interface.peers.rawValue) ? .peers : .service }
}
