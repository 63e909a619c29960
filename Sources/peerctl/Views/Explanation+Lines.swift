import Control
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
        for way in Peers.Way.allCases {
            let said = findings.filter { $0.way == way }
            let verdict: Text =
                said.contains(where: \.refuses) ? Text("closed", .bad) : Text("open", .good)
            guard let first = said.first else {
                table.append([Text(way.rawValue), verdict, "", ""])
                continue
            }
            table.append([Text(way.rawValue), verdict] + first.cells(viewpoint))
            for finding in said.dropFirst() { table.append(["", ""] + finding.cells(viewpoint)) }
        }
        return table
    }
}

extension Peers.Finding {
    /// The rule with its numbers, and how long it still holds by itself.
    fileprivate func cells(_ viewpoint: Viewpoint) -> [Text] {
        [Text(sentence), Text(untilUnixUSec.map { viewpoint.wait(until: $0) } ?? "")]
    }

    var sentence: String {
        switch rule {
        case .shuttingDown: "shutting down"
        case .networkInactive: "network inactive"
        case .banned: "banned" + (prefix.map { " with \($0)" } ?? "")
        case .rateLimited: "rate limited: inbound.rate and inbound.burst, or the listener's own"
        case .flooded:
            "flood" + (chance.map { ", dropped with a chance of \(percent($0))" } ?? "")
                + numbers("inbound.flood-threshold")
        case .duplicate: "connected or pending already" + tag
        case .perHost: "limits.per-host" + counts
        case .perListener: "listen.connections" + counts
        case .slots: "no slot left of limits.connections" + counts
        case .whitelist: "whitelisted" + (prefix.map { " with \($0)" } ?? "")
        case .whitelistedSlots: "limits.whitelisted" + counts
        case .noListener: "nothing listens that it could come to"
        case .trustedLoopback: "trusted loopback, not limited"
        case .knownHost: "was ready within a day, so that a flood doesn't touch it"
        case .persistentSlots: "persistent.max" + counts
        case .persistentPerHost: "limits.per-host for persistent peers" + counts
        case .targetHeld: "outbound.target is held" + counts
        case .group: "outbound.max-per-group" + counts
        case .ownAddress: "it led to ourselves"
        case .misbehaved: "it misbehaved when it was dialled"
        case .operatorsPeer: "an operator's peer, which is never picked" + tag
        case .attemptedRecently: "attempted recently, not among the first picks"
        case .attemptedJustNow: "attempted just now"
        case .noRoute: "no route from here, to nothing of its family or block"
        case .otherPort: "not the network's own port, not among the first picks"
        case .unknownAddress: "not among the addresses that are picked from"
        case .paused: "too many failures in a row" + counts
        case .resourcesExhausted: "out of descriptors or memory"
        case .unsupportedAddress: "not an address that can be dialled"
        }
    }

    private var tag: String { id.map { " (id: \($0))" } ?? "" }

    /// ` (5 of 5)`
    private var counts: String { numbers(nil) }

    private func numbers(_ key: String?) -> String {
        let name = key.map { "\($0) " } ?? ""
        switch (count, limit) {
        case (let count?, let limit?): return " (\(name)\(grouped(count)) of \(grouped(limit)))"
        case (nil, let limit?): return " (\(name)\(grouped(limit)))"
        case (let count?, nil): return " (\(name)\(grouped(count)))"
        case (nil, nil): return ""
        }
    }
}
