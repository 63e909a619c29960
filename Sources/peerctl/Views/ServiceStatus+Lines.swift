import Control
import Facts
import Timing

extension Peers.ServiceStatus {
    /// What `peerctl` shows by itself: first what matters, then the numbers, then what is wrong.
    func lines(
        of instance: Instance,
        seenFrom viewpoint: Viewpoint,
        on terminal: Terminal
    ) -> [Text] {
        var lines = [
            Text("\(instance.unit) \(version)", .heading)
                + Text(", network \(network), up \(viewpoint.age(of: startedUnixUSec))"),
            Text(summary),
        ]
        let remarks = remarks(instance, viewpoint)
        if !remarks.isEmpty { lines += [""] + remarks }
        lines += [""] + numbers.lines(on: terminal)
        if !retries.isEmpty { lines += [""] + waiting(viewpoint, on: terminal) }
        lines += ["", refusals.line, totals.line, listening, process]
        return lines
    }

    private var listening: Text {
        guard !listeners.isEmpty else { return Text("Listening nowhere") }
        let places = listeners.map { listener in
            listener.network == "ip"
                ? listener.address : "\(listener.address) (\(listener.network))"
        }
        return Text("Listening on " + places.named(limit: Self.rows))
    }

    private var process: Text {
        let isShort = descriptors.needed > descriptors.limit
        let limit = grouped(descriptors.limit)
        let held =
            descriptors.open.map { "\(grouped($0)) of \(limit) descriptors open" }
            ?? "\(limit) descriptors allowed"
        return Text(held, isShort ? .bad : .plain)
            + Text(
                ", at most \(grouped(descriptors.needed)) needed; log level \(logLevel.rawValue)"
            )
    }

    /// Of what there may be hundreds, so many are shown, and the number of the others.
    static let rows = 10

    /// What an operator would want to know before the numbers.
    private func remarks(_ instance: Instance, _ viewpoint: Viewpoint) -> [Text] {
        var remarks: [Text] = []
        if !networkActive {
            remarks.append(
                Text("The network is inactive", .bad) + Text(": '\(instance.command) network on'")
            )
        }
        if addresses == 0, connections.outbound < limits.outbound {
            remarks.append(
                Text("There is no address to dial for outbound.target", .bad)
                    + Text(": '\(instance.command) add-addresses' takes some")
            )
        } else if let shortage = nobodyToDial {
            remarks.append(
                Text("Nobody to dial for outbound.target", .bad)
                    + Text(" -- \(shortage.exclusions.sentence)")
            )
        } else if let until = outboundPausedUntilUnixUSec {
            let failures =
                outboundFailures > 0
                ? " after \(counted(outboundFailures, "failure")) in a row" : ""
            remarks.append(
                Text("Outbound attempts pause for \(viewpoint.wait(until: until))", .bad)
                    + Text(failures)
            )
        }
        switch storage {
        case .works:
            break
        case .unread where storageProblem == nil:
            break
        case .off:
            remarks.append("There is no state directory: added peers and bans end with the daemon")
        case .unread, .fails:
            remarks.append(
                Text("Changes of peers and bans are not stored", .bad)
                    + Text(storageProblem.map { ": \($0)" } ?? "")
            )
        }
        if let reload { remarks += reload.lines(seenFrom: viewpoint) }
        if bans > 0 {
            remarks.append(Text("\(counted(bans, "ban")) in force: '\(instance.command) bans'"))
        }
        return remarks
    }

    private var numbers: Table {
        var table = Table([
            .init(title: "TYPE"),
            .init(title: "READY", alignment: .right),
            .init(title: "CONNECTED", alignment: .right, rank: 1),
            .init(title: "DIALING", alignment: .right, rank: 2),
            .init(title: "LIMIT", alignment: .right),
        ])
        func row(_ name: String, _ count: KeyPath<PerKind, Int>, wanted: Int? = nil) {
            let held = ready[keyPath: count]
            let pending = dialing[keyPath: count]
            let isMissing = held < wanted ?? 0
            table.append([
                Text(name), Text("\(held)", isMissing ? .pending : .plain),
                Text("\(connections[keyPath: count] - pending)"), Text("\(pending)"),
                Text(wanted.map { "\($0)" } ?? ""),
            ])
        }
        row("inbound", \.inbound)
        row("outbound", \.outbound, wanted: limits.outbound)
        row("manual", \.manual)
        row("feeler", \.feeler)
        table.append([
            "together", Text("\(ready.sum)"), Text("\(connections.sum - dialing.sum)"),
            Text("\(dialing.sum)"), Text("\(limits.connections)"),
        ])
        table.append([
            "persistent",
            Text("\(persistentReady)", persistentReady < persistent ? .pending : .plain),
            "", "", Text("\(limits.persistent)"),
        ])
        if whitelisted > 0 {
            table.append([
                "whitelisted", "", Text("\(whitelisted)"), "", Text("\(limits.whitelisted)"),
            ])
        }
        return table
    }

    private func waiting(_ viewpoint: Viewpoint, on terminal: Terminal) -> [Text] {
        var table = Table([
            .init(title: "ID", alignment: .right),
            .init(title: "WAITING PEER", shortening: .middle, least: IPv4Width.withPort),
            .init(title: "FAILURES", alignment: .right, rank: 1),
            .init(title: "RETRIES"),
            .init(title: "LAST FAILURE", shortening: .end, least: 20),
        ])
        for retry in retries.prefix(Self.rows) {
            table.append([
                Text("\(retry.id)"), Text(retry.target),
                Text("\(retry.lastFailure?.count ?? retry.retries)"),
                Text(
                    retry.atUnixUSec.map { "in \(viewpoint.wait(until: $0))" }
                        ?? "with the network",
                    .pending
                ),
                Text(retry.lastFailure?.text(seenFrom: viewpoint) ?? ""),
            ])
        }
        let more = persistentWaiting - min(retries.count, Self.rows)
        let rest = more > 0 ? [Text("and \(grouped(more)) more that wait")] : []
        return table.lines(on: terminal) + rest
    }
}

extension Peers.ReloadResult {
    /// When it was and what came of it, and each problem on a line of its own.
    fileprivate func lines(seenFrom viewpoint: Viewpoint) -> [Text] {
        let ago = "\(viewpoint.age(of: endedUnixUSec)) ago"
        guard inForce else {
            return [Text("The reload \(ago) failed", .bad) + Text(", nothing was changed:")]
                + problems.map { Text("  \($0)") }
        }
        guard !needsRestart.isEmpty else { return [Text("Reloaded \(ago)")] }
        return [
            Text("Reloaded \(ago), but for \(needsRestart.joined(separator: ", "))", .pending)
                + Text(", which needs a restart")
        ]
    }
}

extension Peers.StatusTotals {
    fileprivate var line: Text {
        Text(
            "Since the start: \(grouped(accepted)) accepted, \(grouped(connected)) dialled, "
                + "\(grouped(failed)) failed, \(grouped(ended)) ended; \(byteCount(bytesIn)) in, "
                + "\(byteCount(bytesOut)) out"
        )
    }
}

extension PerKind {
    fileprivate var sum: Int { inbound + outbound + manual + feeler }
}

extension RuleCounts {
    /// Only the rules that refused somebody.
    var line: Text {
        let some = Self.rules.filter { self[$0] > 0 }.map { "\(grouped(self[$0])) \($0.word)" }
        return Text(
            some.isEmpty
                ? "No inbound peer was refused" : "Refused: " + some.joined(separator: ", ")
        )
    }
}
