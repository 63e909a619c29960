import Addressing
import Configuration
import ConnectionCore
import Control
import Engine
import Facts
import Timing

/// What operators and applications ask the core for.
extension Daemon {
    // MARK: Connections

    /// The answer comes when the attempt has ended.
    mutating func connect(
        _ call: Peers.Connect,
        for place: Int,
        at now: Moment
    ) throws(Refusal) {
        let target = try target(call.address, .any)
        let limit = call.timeoutUSec.map { Duration.microseconds($0) }
        let waiter = Waiter(place)
        let id = try engine.connect(target, within: limit, for: waiter, at: now, &steps)
        control[place].begin(.connect(id))
        perform()
    }

    mutating func addPersistent(
        _ call: Peers.AddPersistent,
        for place: Int,
        at now: Moment
    ) throws(Refusal) {
        let target = try target(call.address, .any)
        let id = try engine.addPersistent(target, at: now, &steps)
        control[place].reply(Peers.AddPersistent.Reply(id: id.number))
        perform()
    }

    mutating func disconnect(
        _ call: Peers.Disconnect,
        for place: Int,
        at now: Moment
    ) throws(Refusal) {
        let selector = try selector(call.selection)
        let (count, waiting) = try engine.disconnect(
            selector,
            limit: Bounds.retries,
            at: now,
            &steps
        )
        let retries = waiting.map { $0.row(at: now) }
        control[place].reply(
            Peers.Disconnect.Reply(count: count, retries: retries.isEmpty ? nil : retries)
        )
        perform()
    }

    mutating func remove(
        _ call: Peers.Remove,
        for place: Int,
        at now: Moment
    ) throws(Refusal) {
        let selector = try selector(call.selection)
        let outcome = try engine.remove(selector, at: now, &steps)
        control[place].reply(
            Peers.Remove.Reply(count: outcome.count, untilReload: outcome.isUntilReload)
        )
        perform()
    }

    // MARK: Bans

    mutating func ban(
        _ call: Peers.Ban,
        for place: Int,
        at now: Moment
    ) throws(Refusal) {
        let prefix = try prefix(call.prefix, .any)
        let duration = call.durationUSec.map { Duration.microseconds($0) }
        let outcome = try engine.ban(
            prefix,
            for: duration,
            replacing: call.replace ?? false,
            at: now,
            &steps
        )
        control[place].reply(
            Peers.Ban.Reply(closed: outcome.closed, spared: outcome.spared.map(\.number))
        )
        perform()
    }

    mutating func unban(_ call: Peers.Unban, for place: Int, at now: Moment) throws(Refusal) {
        let prefix = try prefix(call.prefix, .known)
        try engine.unban(prefix, at: now, &steps)
        control[place].reply(Done())
        perform()
    }

    // MARK: The rest

    mutating func setNetworkActive(
        _ isActive: Bool,
        for place: Int,
        at now: Moment
    ) throws(Refusal) {
        try engine.setNetworkActive(isActive, at: now, &steps)
        control[place].reply(Done())
        perform()
    }

    /// All of the addresses are added, or none if one can't be dialled.
    mutating func addAddresses(
        _ call: Peers.AddAddresses,
        for place: Int
    ) throws(Refusal) {
        var targets: [PeerTarget] = []
        for text in call.addresses { targets.append(try target(text, .any)) }
        let added = try engine.add(targets, at: now, &steps)
        service.noteChange()
        perform()
        control[place].reply(
            Peers.AddAddresses.Reply(added: added, known: call.addresses.count - added)
        )
    }

    /// The answer comes with that of the thread that reads the configuration.
    mutating func reload(for place: Int) throws(Refusal) {
        guard !isStopping else { throw .shuttingDown }
        // What is being read now may have come before the file was changed.
        let isReading = !(kernel.reload?.hasReloaded ?? true)
        control[place].begin(.reload(skipping: isReading ? 1 : 0))
        startReload(at: now)
    }
}
