package import Addressing
package import Facts
package import Timing

/// What a ban did.
package struct BanOutcome: Equatable, Sendable {
    /// Connections that it closed.
    package let closed: Int
    /// Connections that it covers and spares: whitelisted, manual and persistent ones.
    package let spared: [ConnectionID]
}

/// Every change of the bans is reported but two: `banned` for a new one, or for one that replaces
/// another of its prefix; `unbanned` for one that is lifted, or has to make room. Of many automatic
/// ones in a short time most are an `Action.keep` only. That one's time
/// is over isn't reported, since nothing happens then: whoever keeps bans looks at their `until`.
extension ConnectionCore {
    /// Takes in the bans of an earlier process, before anything is connected. Expired ones are left
    /// out, and of what exceeds the limits the automatic ones that end soonest. Reports nothing and
    /// closes nothing; `bans` says what is in force.
    package mutating func restoreBans(_ old: [Ban], at now: Moment) {
        bans.restore(old, at: now)
    }

    /// Bans a prefix and closes what it covers, except whitelisted, manual and persistent peers.
    /// Without a duration the ban has no end.
    ///
    /// Refused as `bannedLonger` if the prefix, or a wider one, is banned for longer already, by
    /// whomever, unless that is to be replaced: nobody should shorten a ban without knowing, or
    /// take one for something that changes nothing. What is replaced is a ban of the same prefix; a
    /// wider one stays, and the new one matters when it is lifted.
    @discardableResult
    package mutating func ban(
        _ prefix: Prefix,
        for duration: Duration?,
        replacing: Bool = false,
        at now: Moment,
        _ actions: inout Actions
    ) throws(Refusal) -> BanOutcome {
        let new = Ban(prefix, for: duration, .operator, at: now)
        if !replacing, !isShuttingDown, let known = bans.ban(covering: prefix, at: now),
            known.outlasts(new)
        {
            throw .bannedLonger(known.prefix, until: known.until)
        }
        return try ban(prefix, for: duration, .operator, at: now, &actions)
    }

    /// A peer misbehaved: its connection ends with `fault`, of whatever kind it is.
    ///
    /// If it came to us its host is banned: its IPv6 /64, or its IPv4 address, which in 6to4,
    /// Teredo and NAT64 is the one in the address; so it can't come back another way. Whitelisted
    /// peers are not banned, and neither are those that came through a proxy or from the machine
    /// itself, whose address others have too. Nor is the host of what we dialled: whoever names
    /// addresses to us may name an innocent one, at the port of something else. That address and
    /// port isn't picked for the same time.
    ///
    /// Refused as `notFound` if the connection has no connected socket any more.
    package mutating func banMisbehaving<Source: AddressSource>(
        _ id: ConnectionID,
        _ fault: SessionFault = .misbehaved,
        for duration: Duration,
        at now: Moment,
        picking source: inout Source,
        _ actions: inout Actions
    ) throws(Refusal) {
        guard !isShuttingDown else { throw .shuttingDown }
        guard table[id]?.isOpen ?? false else { throw .notFound }
        // As with any other end: in a turn that comes late it may have got ready before.
        noteReady(at: now, &source, &actions)
        guard let connection = table[id] else { throw .notFound }
        let isSpared: Bool
        switch connection.kind {
        case .inbound:
            isSpared = connection.isWhitelisted || connection.hasSharedAddress
        case .outbound, .manual, .feeler:
            isSpared = true
            if let remote = connection.remote {
                offenders.insert(remote, at: now.instant, for: duration)
            }
        }
        guard !isSpared, let ip = connection.remote?.ip else {
            closed(id, .session(fault), at: now, &source, &actions)
            return
        }
        try ban(
            Self.hostPrefix(of: ip),
            for: duration,
            .automatic,
            because: (connection, fault),
            at: now,
            &actions
        )
    }

    /// What of the address space is the address's host, as `HostKey` has it.
    private static func hostPrefix(of ip: IPAddress) -> Prefix {
        guard let v4 = ip.v4 ?? ip.embeddedIPv4 else { return Prefix(ip, length: 64) }
        return Prefix(IPAddress(v4: v4), length: 128)
    }

    /// Lifts a ban of exactly this prefix.
    package mutating func unban(_ prefix: Prefix, _ actions: inout Actions) throws(Refusal) {
        guard !isShuttingDown else { throw .shuttingDown }
        guard bans.remove(prefix) else { throw .notFound }
        actions.report(.unbanned(prefix))
    }

    /// Whether one more automatic ban is reported.
    private mutating func tellsBan(at now: Instant, _ actions: inout Actions) -> Bool {
        switch banQuieting.judge(at: now) {
        case .report:
            return true
        case .silence(let duration):
            actions.report(.bansSilenced(for: duration))
            return false
        case .suppress:
            return false
        }
    }

    /// `offence` is what an automatic ban is for: that connection ends in any case, by its own
    /// fault.
    @discardableResult
    private mutating func ban(
        _ prefix: Prefix,
        for duration: Duration?,
        _ origin: Ban.Origin,
        because offence: (by: Connection, fault: SessionFault)? = nil,
        at now: Moment,
        _ actions: inout Actions
    ) throws(Refusal) -> BanOutcome {
        guard !isShuttingDown else { throw .shuttingDown }
        let ban = Ban(prefix, for: duration, origin, at: now)
        let inForce: Ban
        var evicted: Prefix?
        switch bans.insert(ban, at: now) {
        case .inserted(let new):
            inForce = ban
            evicted = new
        case .kept(let known):
            inForce = known
        case .full:
            throw .tooManyBans(limit: BanList.maxOperator)
        }
        let isTold = origin == .operator || tellsBan(at: now.instant, &actions)
        if let evicted {
            actions.append(isTold ? .report(.unbanned(evicted)) : .keep(banOf: evicted))
        }
        var closing: [Connection] = []
        var spared: [ConnectionID] = []
        for connection in table.connections {
            guard let ip = connection.remote?.ip, prefix.covers(ip) else { continue }
            switch connection.kind {
            case _ where connection.id == offence?.by.id:
                closing.append(connection)
            case .inbound where origin == .automatic && connection.hasSharedAddress:
                // Somebody else misbehaved who has the same one.
                break
            case .inbound where connection.isWhitelisted, .manual: spared.append(connection.id)
            case .inbound, .outbound, .feeler: closing.append(connection)
            }
        }
        actions.append(
            isTold ? .report(.banned(inForce, closed: closing.count)) : .keep(banOf: prefix)
        )
        for connection in closing {
            let fault = connection.id == offence?.by.id ? offence?.fault : nil
            terminate(
                connection,
                fault.map { .session($0) } ?? .banned(prefix, until: inForce.until),
                .cancelled(by: .ban),
                at: now.instant,
                &actions
            )
        }
        return BanOutcome(closed: closing.count, spared: spared)
    }
}

extension Prefix {
    /// Whether a ban of the prefix is one of the address: it, or the IPv4 address in it, is in the
    /// range.
    func covers(_ address: IPAddress) -> Bool {
        contains(address)
            || address.embeddedIPv4.map { contains(IPAddress(v4: $0)) } ?? false
    }
}
