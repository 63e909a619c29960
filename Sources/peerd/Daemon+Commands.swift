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

    /// The answer comes when the attempt has ended: see `answerConnect`.
    mutating func connect(
        _ call: Peers.Connect,
        for place: Int,
        at now: Moment
    ) throws(Refusal) {
        let target = try target(call.address, .any)
        let timeout = call.timeoutUSec.map { Duration.microseconds($0) }
        let id = try core.connect(target, within: timeout, at: now, &actions)
        control[place].begin(.connect(id))
        perform()
    }

    /// Answers whoever waits for a connection, if its attempt has ended by this.
    mutating func answerConnect(_ report: Report, at now: Moment) {
        let id: ConnectionID
        let cause: Cause?
        switch report {
        case .connected(let subject) where !core.policy.handshake.isRequired,
            .ready(let subject) where core.policy.handshake.isRequired:
            (id, cause) = (subject.id, nil)
        case .failed(let subject, let failure):
            (id, cause) = (subject.id, .failed(failure))
        case .ended(let subject, let ending, _, _):
            (id, cause) = (subject.id, .ended(ending))
        case .attempting, .connected, .accepted, .ready, .failedAgain, .retrying,
            .persistentWaiting, .hangingUp, .persistentDown, .persistentAdded, .persistentAdopted,
            .persistentRemoved, .refused, .refusalsSilenced, .refusalsSuppressed, .outboundPaused,
            .nobodyToDial, .targetMissed, .resourcesExhausted, .banned, .unbanned,
            .bansSilenced, .bansSuppressed, .networkActive,
            .shuttingDown:
            return
        }
        for place in control.places {
            guard case .connect(id) = control[place].work else { continue }
            if let cause {
                control[place].reply(cause)
            } else if let connection = core.table[id] {
                let row = row(connection, at: now)
                control[place].reply(Peers.Connect.Reply(connection: row))
            }
        }
    }

    mutating func addPersistent(
        _ call: Peers.AddPersistent,
        for place: Int,
        at now: Moment
    ) throws(Refusal) {
        let target = try target(call.address, .any)
        let id = try core.addPersistent(target, from: .runtime, at: now, &actions)
        control[place].reply(Peers.AddPersistent.Reply(id: id.number))
        perform()
    }

    mutating func disconnect(
        _ call: Peers.Disconnect,
        for place: Int,
        at now: Moment
    ) throws(Refusal) {
        let selector = try selector(call.selection)
        // By their ids, since who waits may have no address.
        let persistent = core.persistent(selector)
        let count = try core.disconnect(selector, at: now, &actions)
        let retries = core.retries(of: persistent, limit: Bounds.retries).map { $0.row(at: now) }
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
        let outcome = try core.remove(selector, at: now, &actions)
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
        let outcome = try core.ban(
            prefix,
            for: duration,
            replacing: call.replace ?? false,
            at: now,
            &actions
        )
        control[place].reply(
            Peers.Ban.Reply(closed: outcome.closed, spared: outcome.spared.map(\.number))
        )
        perform()
    }

    mutating func unban(_ call: Peers.Unban, for place: Int) throws(Refusal) {
        let prefix = try prefix(call.prefix, .known)
        try core.unban(prefix, &actions)
        control[place].reply(Done())
        perform()
    }

    // MARK: The rest

    mutating func setNetworkActive(
        _ isActive: Bool,
        for place: Int,
        at now: Moment
    ) throws(Refusal) {
        try core.setNetworkActive(isActive, at: now, &actions)
        control[place].reply(Done())
        perform()
    }

    /// All of the addresses are added, or none if one can't be dialled.
    mutating func addAddresses(
        _ call: Peers.AddAddresses,
        for place: Int
    ) throws(Refusal) {
        var new: [PeerAddress] = []
        for text in call.addresses {
            let target = try target(text, .any)
            guard case .address(let address) = target else {
                let reason = "\(target) is a name: expected an IP address"
                throw .unsupportedAddress(text, reason: reason)
            }
            guard ConnectionCore.isDialable(address) else {
                throw .unsupportedAddress(text, reason: address.obstacle)
            }
            guard address.isRoutable || !configuration.dialsOnlyRoutable else {
                let reason = "\(address) can't be reached from everywhere"
                throw .unsupportedAddress(text, reason: reason)
            }
            new.append(address)
        }
        guard let added = addresses.add(new) else {
            throw .tooManyAddresses(limit: AddressList.mostAdded)
        }
        service.noteChange()
        if added > 0 { tell(.addressesAdded, at: now) }
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
