import Addressing
import Configuration
import ConnectionCore
import DecredWire
import Engine
import Facts
import LinuxIO
import Timing

/// Carrying between sockets, peer sessions and the core.
extension Daemon {
    /// Sessions that are looked after in one turn, 5 µs each. Those that connected together are due
    /// together, and the answers to their pings are found in the next turn: they are found late by
    /// 80 µs at most, which counts as the path's.
    static let sessionsPerTurn = 16

    /// Starts the peer protocol, if there is one, on a socket that has just been connected. Does
    /// nothing if the core has closed it at once: a dial that reached itself, say.
    mutating func beginSession(of id: ConnectionID, at now: Moment) {
        guard sessions.isSpoken, !sessions.contains(id.slot), let connection = core.table[id],
            connection.isOpen
        else { return }
        let role: PeerSession.Role =
            switch connection.kind {
            case .inbound: .inbound
            case .outbound, .feeler: .outbound
            case .manual: .manual
            }
        let isProxied = connection.traits.contains(.proxied)
        sessions.begin(
            role,
            slot: id.slot,
            remote: isProxied ? nil : connection.remote,
            nonce: random.next(),
            at: now
        )
        carryOut(id, at: now)
    }

    /// Takes what the peer has sent.
    mutating func receive(_ count: Int, from id: ConnectionID, at now: Moment) {
        let buffer = readBuffer
        sessions.receive(buffer.span.bytes.extracting(0..<count), slot: id.slot, at: now)
        carryOut(id, at: now)
    }

    /// Looks after the sessions whose time has come.
    mutating func serveSessions(at now: Moment) {
        for _ in 0..<Self.sessionsPerTurn {
            guard let deadline = sessions.deadline, deadline <= now.instant,
                let due = sessions.nextDue(at: now, nonce: random.next())
            else { return }
            switch due {
            case .session(let slot):
                if let id = core.table.connection(inSlot: slot)?.id { carryOut(id, at: now) }
            case .stalled(let slot):
                if let id = core.table.connection(inSlot: slot)?.id {
                    tell(.closed(id, .session(.slow)), at: now)
                }
            }
        }
    }

    // MARK: What a session has said

    private mutating func carryOut(_ id: ConnectionID, at now: Moment) {
        let bytes = sessions.output.bytes
        if !bytes.isEmpty { send(bytes, to: id, at: now) }
        guard !sessions.output.facts.isEmpty else { return }
        for fact in sessions.output.facts {
            // An earlier one may have ended the connection.
            guard core.table[id] != nil else { return }
            handle(fact, of: id, at: now)
        }
    }

    private mutating func handle(_ fact: SessionFact, of id: ConnectionID, at now: Moment) {
        switch fact {
        case .handshakeCompleted(let peer):
            sessions.noteCompleted(id.slot, with: peer)
            if let connection = core.table[id], connection.kind != .inbound,
                let remote = connection.remote
            {
                addresses.noteServices(peer.services, of: remote)
            }
            tell(.handshakeCompleted(id), at: now)
        case .roundTrip:
            break
        case .addresses(let addresses):
            learned += UInt64(addresses.count)
            journal.write(.addressesLearned(from: peer(of: id), count: addresses.count))
        case .addressesAsked:
            giveAddresses(to: id, at: now)
        case .warned(let misbehaviour, let score):
            journal.write(
                .misbehaving(
                    peer(of: id),
                    "\(misbehaviour)",
                    score: score,
                    isInbound: core.table[id]?.kind == .inbound
                )
            )
        case .banned(let misbehaviour):
            ban(id, for: misbehaviour, at: now)
        case .closed(let ending):
            close(id, because: ending, at: now)
        }
    }

    private mutating func giveAddresses(to id: ConnectionID, at now: Moment) {
        let isProxied = core.table[id]?.traits.contains(.proxied) ?? false
        let onlyRoutable = configuration.gossip != .always
        let told = sample.addresses(
            for: isProxied ? nil : peer(of: id)?.host,
            at: now.instant,
            using: &random,
            outOf: addresses.provenCount(onlyRoutable: onlyRoutable)
        ) { addresses.proven(onlyRoutable: onlyRoutable, at: now) }
        sessions.give(told, slot: id.slot)
        carryOut(id, at: now)
    }

    private mutating func ban(
        _ id: ConnectionID,
        for misbehaviour: Misbehaviour,
        at now: Moment
    ) {
        endingDetail = EndingDetail(of: id, "\(misbehaviour)")
        defer { endingDetail = nil }
        do throws(Refusal) {
            try core.banMisbehaving(
                id,
                misbehaviour.fault,
                for: configuration.peerProtocol.banDuration,
                at: now,
                picking: &addresses,
                &actions
            )
        } catch {
            preconditionFailure("\(id) can't be banned while it is there: \(error)")
        }
        perform()
    }

    private mutating func close(
        _ id: ConnectionID,
        because ending: SessionEnding,
        at now: Moment
    ) {
        if case .selfConnection(let dial) = ending,
            let other = core.table.connection(inSlot: Int(dial))
        {
            tell(.closed(other.id, .session(.selfConnection)), at: now)
        }
        let fault = SessionFault(ending)
        let detail = "\(ending)"
        // Many say no more than the reason does.
        if detail != fault.sentence { endingDetail = EndingDetail(of: id, detail) }
        defer { endingDetail = nil }
        tell(.closed(id, .session(fault)), at: now)
    }

    private func peer(of id: ConnectionID) -> PeerAddress? { core.table[id]?.remote }
}
