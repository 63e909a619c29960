import Control
import Facts
import Timing

extension Peers.Connection {
    static func table(of connections: [Peers.Connection], seenFrom viewpoint: Viewpoint) -> Table {
        var table = Table([
            .init(title: "ID", alignment: .right),
            .init(title: "TYPE", rank: 1),
            .init(title: "PEER", shortening: .middle, least: IPv4Width.withPort),
            .init(title: "STATE"),
            .init(title: "AGE", alignment: .right, rank: 2),
            .init(title: "NEXT", rank: 3),
            .init(title: "LAST FAILURE", shortening: .end, least: 20, rank: 3),
            .init(title: "RTT", alignment: .right, rank: 4),
            .init(title: "IN", alignment: .right, rank: 5),
            .init(title: "OUT", alignment: .right, rank: 6),
            .init(title: "AGENT", shortening: .end, least: 8, rank: 8),
            .init(title: "NOTES", rank: 7),
        ])
        for connection in connections {
            table.append([
                Text("\(connection.id)"), Text(connection.kind.word), Text(connection.peer),
                connection.state,
                Text(connection.establishedUnixUSec.map { viewpoint.age(of: $0) } ?? ""),
                Text(connection.next(seenFrom: viewpoint)),
                Text(connection.lastFailure?.text(seenFrom: viewpoint) ?? ""),
                Text(connection.roundTripUSec.map { duration($0) } ?? ""),
                Text(connection.bytesIn.map { byteCount($0) } ?? ""),
                Text(connection.bytesOut.map { byteCount($0) } ?? ""),
                Text(connection.userAgent ?? ""),
                Text(connection.notes, .faint),
            ])
        }
        return table
    }

    /// The address, behind the name if the peer was given by one.
    var peer: String {
        guard let remote, remote != target else { return target }
        return "\(target) at \(remote)"
    }

    /// The phase, and whether what is established counts as held.
    var state: Text {
        let shown = ShownPhase(phase, isReady: ready)
        let style: Style =
            switch shown {
            case .waiting, .dialing, .handshaking: .pending
            case .connected, .established: .plain
            case .ready: .good
            }
        return Text(shown.word, style)
    }

    /// What ends a wait or an attempt, and when.
    private func next(seenFrom viewpoint: Viewpoint) -> String {
        let end = phaseEndsUnixUSec.map { "in \(viewpoint.wait(until: $0))" }
        let failures = lastFailure?.count ?? retries ?? 0
        let tried = failures > 0 ? ", \(counted(failures, "failure"))" : ""
        return switch phase {
        case .waiting: "retries \(end ?? "when the network is back")" + tried
        case .dialing, .handshaking: end.map { "gives up \($0)" } ?? ""
        case .established: ""
        }
    }

    private var notes: String {
        [whitelisted ? "whitelisted" : nil, proxied ? "proxied" : nil].compactMap { $0 }
            .joined(separator: ", ")
    }
}

/// `12 B`, `1.4 kB`, `120 MB`: three digits at most.
func byteCount(_ count: UInt64) -> String {
    guard count >= 1000 else { return "\(count) B" }
    var value = Double(count)
    var unit = ""
    for next in ["kB", "MB", "GB", "TB", "PB", "EB"] where value >= 999.5 || unit.isEmpty {
        value /= 1000
        unit = next
    }
    let tenths = Int((value * 10).rounded())
    return tenths < 100
        ? "\(tenths / 10).\(tenths % 10) \(unit)" : "\(Int(value.rounded())) \(unit)"
}
