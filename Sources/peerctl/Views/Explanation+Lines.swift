import Control
import Facts
import Timing

extension Peers.Explanation {
    /// The connections that there are, and for each way whether it is open and what says so.
    func lines(seenFrom viewpoint: Viewpoint, on terminal: Terminal) -> [Text] {
        var lines = [Text(address, .heading)]
        if connections.isEmpty {
            lines.append("  not connected")
        } else {
            lines += Peers.Connection.table(of: connections, seenFrom: viewpoint).lines(
                on: terminal
            )
        }
        return lines + [""] + ways(viewpoint).lines(on: terminal)
    }

    private func ways(_ viewpoint: Viewpoint) -> Table {
        var table = Table([
            .init(title: "WAY"), .init(title: "NOW"),
            .init(title: "WHY", shortening: .end, least: 30),
            .init(title: "LEFT", alignment: .right, rank: 1),
        ])
        for way in Way.allCases {
            let said = findings.filter { $0.way == way }
            let verdict: Text =
                said.contains(where: \.rule.refuses) ? Text("closed", .bad) : Text("open", .good)
            guard let first = said.first else {
                table.append([Text(way.word), verdict, "", ""])
                continue
            }
            table.append([Text(way.word), verdict] + first.cells(viewpoint))
            for finding in said.dropFirst() { table.append(["", ""] + finding.cells(viewpoint)) }
        }
        return table
    }
}

extension Finding {
    /// The rule with its numbers, and how long it still holds by itself.
    fileprivate func cells(_ viewpoint: Viewpoint) -> [Text] {
        [
            Text(rule.sentence),
            Text(rule.until.map { viewpoint.wait(until: $0.microseconds) } ?? ""),
        ]
    }
}
