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
        let page = core.table.page(fromSlot: slot, limit: Bounds.rowsPerReply) { list.wants($0) }
        let rows = page.connections.map { row($0, at: now) }
        if let next = page.nextSlot { control[place].begin(.list(list, slot: next)) }
        control[place].reply(
            Peers.List.Reply(connections: rows),
            continues: page.nextSlot != nil
        )
    }

    func row(_ connection: Connection, at now: Moment) -> Peers.Connection {
        var row = connection.row(in: core.table, at: now)
        let slot = connection.id.slot
        guard connection.isOpen else { return row }
        let bytes = transport.bytes(inSlot: slot)
        row.bytesIn = bytes.read
        row.bytesOut = bytes.sent
        if let roundTrip = sessions.roundTrip(slot: slot) {
            row.roundTripUSec = roundTrip.minimum.clampedMicroseconds
            row.lastRoundTripUSec = roundTrip.last.clampedMicroseconds
        }
        if let peer = sessions.introduction(slot: slot) {
            row.userAgent = peer.userAgent
            // Numbers of the interface have 63 bits, and no service has the 64th.
            row.services = peer.services & UInt64(Int64.max)
            row.protocolVersion = peer.protocolVersion
        }
        return row
    }

    mutating func continueHistory(
        _ remaining: Int,
        onlyFailed: Bool,
        after cursor: History.Cursor?,
        of place: Int
    ) {
        let limit = min(remaining, Bounds.rowsPerReply)
        let page = history.page(after: cursor, limit: limit, onlyFailed: onlyFailed)
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
        let page = core.bans.page(after: prefix, limit: Bounds.rowsPerReply, at: now)
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
        let explanation = core.explain(
            topic,
            listeners: listeners.explained,
            at: now,
            asking: addresses
        )
        let connections = explanation.connections.compactMap { core.table[$0] }
        let reply = Peers.Explanation(
            address: topic.description,
            connections: connections.map { row($0, at: now) },
            findings: explanation.findings
        )
        control[place].reply(Peers.Explain.Reply(explanation: reply))
    }

    func serviceStatus(at now: Moment) -> Peers.ServiceStatus {
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
            addresses: addresses.count,
            addressesLearned: learned,
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
            storage: kernel.store == nil ? .off : Peers.StorageState(state),
            storageProblem: state.failure?.text,
            reload: lastReload.map { Peers.ReloadResult($0, at: now) },
            logLevel: Peers.LogLevel(journal.level),
            listeners: listeners.told,
            descriptors: Peers.Descriptors(
                open: DescriptorLimit.open(),
                limit: DescriptorLimit.soft(),
                needed: DescriptorBudget(configuration).needed
            ),
            totals: totals(of: transport.totals)
        )
    }
}

extension Daemon {
    private func totals(of bytes: Transport.Bytes) -> Peers.Totals {
        var totals = totals
        totals.bytesIn = bytes.read
        totals.bytesOut = bytes.sent
        return totals
    }
}

extension Peers.List {
    fileprivate func wants(_ connection: Connection) -> Bool {
        (kind ?? connection.shownKind) == connection.shownKind
            && (phase ?? connection.shownPhase).includes(connection.shownPhase)
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
