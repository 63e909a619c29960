import Control
import Facts

extension Peers.EndedConnection {
    static func table(of ended: [Peers.EndedConnection], seenFrom viewpoint: Viewpoint) -> Table {
        var table = Table([
            .init(title: "ENDED", rank: 1),
            .init(title: "ID", alignment: .right, rank: 4),
            .init(title: "TYPE", rank: 3),
            .init(title: "PEER", shortening: .middle, least: IPv4Width.withPort),
            .init(title: "LASTED", alignment: .right, rank: 2),
            .init(title: "IN", alignment: .right, rank: 5),
            .init(title: "OUT", alignment: .right, rank: 6),
            .init(title: "WHY", shortening: .end),
        ])
        for connection in ended {
            table.append([
                Text(viewpoint.date(connection.endedUnixUSec)), Text("\(connection.id)"),
                Text(connection.kind.word),
                Text(connection.peer),
                Text(connection.connected ? duration(connection.durationUSec) : "failed"),
                Text(connection.bytesIn.map { byteCount($0) } ?? ""),
                Text(connection.bytesOut.map { byteCount($0) } ?? ""),
                Text(
                    connection.cause.sentence(viewpoint.wording),
                    connection.ready ? .plain : .faint
                ),
            ])
        }
        return table
    }

    /// The address, behind the name if the peer was given by one.
    private var peer: String {
        guard let remote, remote != target else { return target }
        return "\(target) at \(remote)"
    }
}
