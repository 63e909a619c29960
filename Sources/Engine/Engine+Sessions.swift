internal import Addressing
internal import ConnectionCore
internal import DecredWire
internal import Facts
internal import Timing

/// Carrying between peer sessions and the core.
extension Engine {
    /// Sessions that are looked after in one turn, 5 µs each. Those that connected together are due
    /// together, and the answers to their pings are found in the next turn: they are found late by
    /// 80 µs at most, which counts as the path's.
    static let sessionsPerTurn = 16

    /// Has somebody speak on a socket that has just been connected. Does nothing if the core has
    /// closed it at once: a dial that reached itself, say.
    mutating func beginSession(of id: ConnectionID, at now: Moment, _ steps: inout Steps) {
        guard let connection = core.table[id], connection.isOpen else { return }
        switch sessions.speaker(slot: id.slot) {
        case .nobody: break
        // Of an attempt whose answer came twice.
        case .raw, .decred: return
        }
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
            using: &chance,
            at: now
        )
        carryOut(id, at: now, &steps)
    }

    /// Looks after the sessions whose time has come.
    mutating func serveSessions(at now: Moment, _ steps: inout Steps) {
        for _ in 0..<Self.sessionsPerTurn {
            guard let due = nextDue(at: now) else { return }
            recorder?.noteDue(due)
            switch due {
            case .session(let slot):
                if let id = connection(inSlot: slot) { carryOut(id, at: now, &steps) }
            case .stalled(let slot):
                guard let id = connection(inSlot: slot) else { break }
                tell(.closed(id, .session(.slow)), at: now, &steps)
            }
        }
    }

    private mutating func nextDue(at now: Moment) -> DecredSessions.Due? {
        told == nil ? sessions.nextDue(at: now, using: &chance) : told?.takeDue()
    }

    // MARK: What a session has said

    /// Sends the bytes first: none of the facts undoes them.
    mutating func carryOut(_ id: ConnectionID, at now: Moment, _ steps: inout Steps) {
        if let said = told?.takeSaid() { sessions.output = said }
        recorder?.noteSaid(sessions.output)
        let bytes = sessions.output.bytes
        if !bytes.isEmpty {
            steps.send(bytes, to: id)
            sessions.noteGiven(bytes.count, slot: id.slot)
        }
        guard !sessions.output.facts.isEmpty else { return }
        for fact in sessions.output.facts {
            // An earlier one may have ended the connection.
            guard core.table.contains(id) else { return }
            handle(fact, of: id, at: now, &steps)
        }
    }

    private mutating func handle(
        _ fact: SessionFact,
        of id: ConnectionID,
        at now: Moment,
        _ steps: inout Steps
    ) {
        switch fact {
        case .handshakeCompleted(let peer):
            sessions.noteCompleted(id.slot, with: peer)
            if let connection = core.table[id], connection.kind != .inbound,
                let remote = connection.remote
            {
                addresses.noteServices(peer.services, of: remote)
            }
            tell(.handshakeCompleted(id), at: now, &steps)
        case .roundTrip:
            break
        case .addresses(let addresses):
            learned += UInt64(addresses.count)
            let peer = core.table[id]?.remote
            steps.append(.remark(.addressesLearned(from: peer, count: addresses.count)))
        case .addressesAsked:
            giveAddresses(to: id, at: now, &steps)
        case .warned(let misbehaviour, let score):
            let connection = core.table[id]
            let isInbound = connection?.kind == .inbound
            steps.append(
                .remark(
                    .misbehaving(
                        connection?.remote,
                        misbehaviour,
                        score: score,
                        isInbound: isInbound
                    )
                )
            )
        case .banned(let misbehaviour):
            ban(id, for: misbehaviour, at: now, &steps)
        case .closed(let ending):
            close(id, because: ending, at: now, &steps)
        }
    }

    private mutating func giveAddresses(
        to id: ConnectionID,
        at now: Moment,
        _ steps: inout Steps
    ) {
        guard let connection = core.table[id] else { return }
        let onlyRoutable = policy.tellsOnlyRoutable
        let told = sample.addresses(
            for: connection.traits.contains(.proxied) ? nil : connection.remote?.host,
            at: now.instant,
            using: &chance,
            outOf: addresses.provenCount(onlyRoutable: onlyRoutable)
        ) { addresses.proven(onlyRoutable: onlyRoutable, at: now) }
        // In a replay without bytes it is told what the session said of them.
        if self.told == nil { sessions.give(told, slot: id.slot) }
        carryOut(id, at: now, &steps)
    }

    private mutating func ban(
        _ id: ConnectionID,
        for misbehaviour: Misbehaviour,
        at now: Moment,
        _ steps: inout Steps
    ) {
        do throws(Refusal) {
            try core.banMisbehaving(
                id,
                misbehaviour.fault,
                for: policy.banDuration,
                at: now,
                picking: &addresses,
                &actions
            )
        } catch {
            preconditionFailure("\(id) can't be banned while it is there: \(error)")
        }
        takeActions(at: now, &steps, because: EndingDetail(of: id, "\(misbehaviour)"))
    }

    private mutating func close(
        _ id: ConnectionID,
        because ending: SessionEnding,
        at now: Moment,
        _ steps: inout Steps
    ) {
        if case .selfConnection(let dial) = ending, let other = connection(inSlot: Int(dial)) {
            tell(.closed(other, .session(.selfConnection)), at: now, &steps)
        }
        let fault = SessionFault(ending)
        let detail = "\(ending)"
        // Many say no more than the reason does.
        let isMore = detail != fault.sentence
        tell(
            .closed(id, .session(fault)),
            at: now,
            &steps,
            because: isMore ? EndingDetail(of: id, detail) : nil
        )
    }
}
