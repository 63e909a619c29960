import Control
import Facts

extension Peers.BanEntry {
    static func table(of bans: [Peers.BanEntry], seenFrom viewpoint: Viewpoint) -> Table {
        var table = Table([
            .init(title: "PREFIX", shortening: .middle, least: IPv4Width.withLength),
            .init(title: "BY", rank: 2),
            .init(title: "UNTIL"),
            .init(title: "LEFT", alignment: .right, rank: 1),
        ])
        for ban in bans {
            table.append([
                Text(ban.prefix), Text(ban.origin.text),
                Text(ban.untilUnixUSec.map { viewpoint.date($0) } ?? "for ever"),
                Text(ban.untilUnixUSec.map { viewpoint.wait(until: $0) } ?? ""),
            ])
        }
        return table
    }
}

extension Ban.Origin {
    /// In a table.
    var text: String {
        switch self {
        case .operator: "an operator"
        case .automatic: "misbehaviour"
        }
    }
}
