import Control
import Facts

extension Peers.Totals.Reply {
    /// What was at least once, and the sums.
    func lines(seenFrom viewpoint: Viewpoint, on terminal: Terminal) -> [Text] {
        var table = Table([
            .init(title: "EVENT"), .init(title: "TYPE"), .init(title: "CAUSE"),
            .init(title: "COUNT", alignment: .right),
        ])
        for event in events where event.count > 0 {
            table.append([
                Text(event.event.word), Text(event.kind?.word ?? ""),
                // In the journal's spelling, which can be searched for there.
                Text(event.cause.flatMap { CauseName(camelCase: $0)?.word } ?? event.cause ?? ""),
                Text(grouped(event.count)),
            ])
        }
        let age = viewpoint.age(of: startedUnixUSec)
        let bytes = "\(byteCount(bytesIn)) in, \(byteCount(bytesOut)) out"
        let sums = [
            Text(
                "Since the start, \(age) ago: \(bytes), "
                    + "\(counted(addressesLearned, "address")) learned"
            ),
            refusals.line,
        ]
        let some = events.contains { $0.count > 0 }
        return (some ? table.lines(on: terminal) + [""] : []) + sums
    }
}
