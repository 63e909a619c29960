import Addressing
import Configuration
import ConnectionCore
import Control
import DecredWire
import Engine
import Facts
import LinuxIO
import PlainText
import Timing

/// What operators and applications ask about. Long answers come in steps of 64 rows, a turn each.
extension Daemon {
    mutating func continueList(
        _ list: Peers.List,
        from slot: Int,
        of place: Int,
        at now: Moment
    ) {
        let page = engine.rows(
            fromSlot: slot,
            limit: Bounds.rowsPerReply,
            kind: list.kind,
            phase: list.phase
        )
        if let next = page.nextSlot { control[place].begin(.list(list, slot: next)) }
        control[place].reply(
            Peers.List.Reply(connections: page.rows.map { $0.told(at: now) }),
            continues: page.nextSlot != nil
        )
    }

    mutating func continueHistory(
        _ remaining: Int,
        onlyFailed: Bool,
        after cursor: History.Cursor?,
        of place: Int
    ) {
        let limit = min(remaining, Bounds.rowsPerReply)
        let page = engine.history.page(after: cursor, limit: limit, onlyFailed: onlyFailed)
        let rest = remaining - page.connections.count
        let next = rest > 0 ? page.cursor : nil
        if let next {
            control[place].begin(
                .history(remaining: rest, onlyFailed: onlyFailed, after: next)
            )
        }
        control[place].reply(
            Peers.History.Reply(
                connections: page.connections.map { $0.row(by: clockWatch) }
            ),
            continues: next != nil
        )
    }

    mutating func continueBans(after prefix: Prefix?, of place: Int, at now: Moment) {
        let page = engine.core.bans.page(after: prefix, limit: Bounds.rowsPerReply, at: now)
        if let next = page.next { control[place].begin(.bans(after: next)) }
        control[place].reply(
            Peers.ListBans.Reply(bans: page.bans.map { Peers.BanEntry($0) }),
            continues: page.next != nil
        )
    }

    mutating func beginMonitor(_ call: Peers.Monitor, of place: Int, at now: Moment) {
        control.beginMonitor(EventFilter(call.events), at: place)
        let event = Peers.Event(timeUnixUSec: now.wall.microseconds, .monitoring)
        control[place].reply(Peers.Monitor.Reply(event: event), continues: true)
    }

    mutating func explain(
        _ call: Peers.Explain,
        to place: Int,
        at now: Moment
    ) throws(Refusal) {
        let topic: Explanation.Topic =
            if let host = try Self.host(call.address) { .host(host) } else {
                .target(try target(call.address, .known))
            }
        let explained = engine.explain(topic, listeners: listeners.explained, at: now)
        let reply = Peers.Explanation(
            address: topic.description,
            connections: explained.connections.map { $0.told(at: now) },
            findings: explained.findings
        )
        control[place].reply(Peers.Explain.Reply(explanation: reply))
    }

    func totals() -> Peers.Totals.Reply {
        let traffic = engine.traffic
        return Peers.Totals.Reply(
            startedUnixUSec: clockWatch.time(of: startedAt).microseconds,
            events: engine.totals.all.map { key, count in
                Peers.EventTotal(
                    event: key.event,
                    kind: key.kind,
                    cause: key.cause?.camelCase,
                    count: count
                )
            },
            refusals: engine.core.refusals,
            addressesLearned: engine.learned,
            bytesIn: traffic.received,
            bytesOut: traffic.sent
        )
    }

    func serviceStatus(at now: Moment) -> Peers.ServiceStatus {
        let core = engine.core
        let census = core.table.census
        let pausedUntil = core.outboundPausedUntil(at: now.instant)
        return Peers.ServiceStatus(
            version: Release.version,
            network: configuration.network.rawValue,
            startedUnixUSec: clockWatch.time(of: startedAt).microseconds,
            summary: statusLine(at: now),
            networkActive: core.isNetworkActive,
            connections: census.limited,
            dialing: census.dialing,
            handshaking: census.handshaking,
            ready: census.ready,
            whitelisted: census.whitelisted,
            persistent: census.persistent,
            persistentReady: census.persistentReady,
            persistentDownSinceUnixUSec: core.persistentDownSince.flatMap {
                now.wall(at: $0)?.microseconds
            },
            limits: Peers.Limits(core.policy),
            addresses: engine.addresses.count,
            addressesLearned: engine.learned,
            bans: core.bans.countInForce(at: now),
            outboundFailures: core.outboundFailures,
            outboundPausedUntilUnixUSec: pausedUntil.flatMap { now.wall(at: $0)?.microseconds },
            nobodyToDial: core.shortage.map {
                $0.shortage.row(since: $0.since, lookAgainAt: $0.lookAgainAt, at: now)
            },
            targetMissedSinceUnixUSec: core.targetMissedSince.flatMap {
                now.wall(at: $0)?.microseconds
            },
            retries: core.retries(limit: Bounds.retries).map { $0.row(at: now) },
            persistentWaiting: core.persistentWaiting,
            refusals: core.refusals,
            storage: kernel.store == nil ? .off : Peers.StorageState(engine.state),
            storageProblem: engine.state.failure?.text,
            reload: lastReload.map { Peers.ReloadResult($0, at: now) },
            logLevel: Peers.LogLevel(journal.level),
            listeners: listeners.told,
            descriptors: Peers.Descriptors(
                open: DescriptorLimit.open(),
                limit: DescriptorLimit.soft(),
                needed: DescriptorBudget(configuration).needed
            ),
            totals: Peers.StatusTotals(engine.totals, engine.traffic)
        )
    }
}

extension Peers.StatusTotals {
    fileprivate init(_ totals: Totals, _ traffic: Traffic) {
        self.init(
            accepted: totals[.accepted],
            connected: totals[.connected],
            failed: totals[.failed],
            ended: totals[.ended],
            bytesIn: traffic.received,
            bytesOut: traffic.sent
        )
    }
}

extension Explanation.Topic {
    fileprivate var description: String {
        switch self {
        case .target(let target): target.description
        case .host(let host): host.description
        }
    }
}
